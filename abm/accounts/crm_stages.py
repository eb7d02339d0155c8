"""The stages of the company's own sales process: one table, asked about when an import brings a new name."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from abm.accounts.changes import Change, set_facts
from abm.audit.models import record
from abm.kit.base import Base, Key, Name, choice, session_of
from abm.kit.rules import require
from abm.people.models import Organisation, User


class StageCategory(enum.StrEnum):
    """What a stage comes down to."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class CrmStage(Base):
    """One stage: its name, its place in the order, what it means, and whether its deals are qualified."""

    __tablename__ = "crm_stage"

    id: Mapped[Key]
    name: Mapped[Name] = mapped_column(unique=True)
    position: Mapped[int]
    category: Mapped[StageCategory] = mapped_column(choice(StageCategory, "stage_category"))
    qualified: Mapped[bool]

    FACTS = frozenset({"name", "position", "category", "qualified"})

    @property
    def closed(self) -> bool:
        return self.category is not StageCategory.OPEN

    def change(self, *, by: User, at: datetime, **facts: object) -> Change:
        """Change what a stage is called or means. Deals in it keep it; figures follow from now on."""
        if "name" in facts:
            twin = stage_named(session_of(self), str(facts["name"]))
            alone = twin is None or twin is self
            require(alone, f"There is already a stage named {facts['name']}.", field="name")
        change = set_facts(self, facts, allowed=self.FACTS)
        if change:
            record(self, "changed", by=by, at=at, before=change.before, after=change.after)
        return change


def add_stage(
    organisation: Organisation,
    *,
    name: str,
    category: StageCategory,
    qualified: bool,
    by: User | None,
    at: datetime,
    position: int | None = None,
) -> CrmStage:
    """A new stage, by default at the end of the order."""
    session = session_of(organisation)
    require(name.strip(), "Write the stage's name, as your CRM has it.", field="name")
    require(stage_named(session, name) is None, f"There is already a stage named {name}.", field="name")
    last = session.scalar(select(func.max(CrmStage.position))) or 0
    stage = CrmStage()
    facts = {"name": name.strip(), "position": position or last + 1, "category": category}
    change = set_facts(stage, {**facts, "qualified": qualified}, allowed=CrmStage.FACTS)
    session.add(stage)
    record(stage, "added", by=by, at=at, after=change.after)
    return stage


def stage_named(session: Session, name: str) -> CrmStage | None:
    """The stage of that name, whatever its case and the blanks around it."""
    wanted = name.strip().casefold()
    return next((stage for stage in all_stages(session) if stage.name.casefold() == wanted), None)


def all_stages(session: Session) -> list[CrmStage]:
    """Every stage in its order."""
    return list(session.scalars(select(CrmStage).order_by(CrmStage.position, CrmStage.id)))
