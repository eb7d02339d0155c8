"""How each side sees an account, week by week: a person's judgement with a note, beside what the facts say."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, joinedload, lazyload, mapped_column, relationship

from abm.accounts.models import Account
from abm.audit.models import record
from abm.kit.base import Base, Instant, Key, LongText, Word, choice, session_of
from abm.kit.clock import Week
from abm.kit.rules import require
from abm.people.models import Organisation, User
from abm.people.seats import Side

LATEST = 12  # judgements that an account's page reads: of both sides, some weeks


class Verdict(enum.StrEnum):
    """What somebody thinks of an account's progress."""

    ON_TRACK = "on track"
    AT_RISK = "at risk"
    BLOCKED = "blocked"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def status(self) -> str:
        """The mark that stands for it."""
        return self.value.replace(" ", "_")


class Judgement(Base):
    """One judgement of a side on an account, for a week. Only ever added: the latest of a week holds."""

    __tablename__ = "judgement"
    __table_args__ = (Index("ix_judgement_account_week", "account_id", "week", "side"),)

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    side: Mapped[Side] = mapped_column(choice(Side, "judgement_side"))
    week: Mapped[Word]
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict, "verdict"))
    note: Mapped[LongText]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]

    by: Mapped[User] = relationship()


@dataclass(frozen=True)
class Views:
    """What both sides think of an account this week; where one has said nothing yet, its latest word stands there."""

    week: Week
    latest: dict[Side, Judgement | None]

    @property
    def differ(self) -> bool:
        """Whether the two sides see this week differently: "two views"."""
        said = [one.verdict for one in self.latest.values() if one is not None and one.week == str(self.week)]
        return len(set(said)) > 1


def judge(
    account: Account, side: Side, verdict: Verdict, note: str, *, organisation: Organisation, by: User, at: datetime
) -> Judgement:
    """Say how a side sees an account this week. What is not on track says why."""
    require(account.archived_at is None, f"{account.name} is archived.")
    needed = verdict is Verdict.ON_TRACK or note.strip()
    require(needed, "Say in a word what is in the way.", field="note")
    week = str(Week.of(organisation.today(at)))
    found = Judgement(
        account_id=account.id, side=side, week=week, verdict=verdict, note=note.strip(), by_id=by.id, at=at
    )
    session = session_of(account)
    session.add(found)
    session.flush()
    after = {"side": side, "week": week, "verdict": verdict}
    record(account, "judged", by=by, at=at, after=after, personal={"note": found.note} if found.note else None)
    return found


def judgements_on(session: Session, account_id: int, *, limit: int = LATEST) -> Sequence[Judgement]:
    """What both sides said of an account, the latest first. One query."""
    statement = select(Judgement).where(Judgement.account_id == account_id).order_by(Judgement.id.desc()).limit(limit)
    return session.scalars(statement.options(joinedload(Judgement.by).options(lazyload("*")))).all()


def views_of(said: Sequence[Judgement], week: Week) -> Views:
    """The latest word of each side, of judgements with the latest first."""
    return Views(week, {side: next((one for one in said if one.side is side), None) for side in Side})
