"""How far each section of a draft is, and who saved it last: what the editor shows as its task list."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.audit.models import Event
from abm.campaigns.kinds import Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria, Plan
from abm.people.models import User


class Progress(enum.StrEnum):
    """How far a section is."""

    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    READY = "ready"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def mark(self) -> str:
        """The status that says it with a shape; see templates/kit/marks.html."""
        return {"ready": "on_track"}.get(self.value, self.value.replace(" ", "_"))


@dataclass(frozen=True)
class Saved:
    """When a section was saved last, and by whom."""

    at: datetime
    who: str


@dataclass(frozen=True)
class Task:
    """A section of the draft as the task list shows it."""

    section: Section
    progress: Progress
    gaps: Sequence[str]
    saved: Saved | None


def tasks(plan: Plan, missing: Mapping[Section, Sequence[str]], saved: Mapping[Section, Saved]) -> list[Task]:
    """Every section in its order."""
    return [
        Task(section, progress_of(plan, section, missing), missing.get(section, ()), saved.get(section))
        for section in Section
    ]


def progress_of(plan: Plan, section: Section, missing: Mapping[Section, Sequence[str]]) -> Progress:
    """Ready once nothing is missing for the review; else in progress once anything is written."""
    if section not in missing:
        return Progress.READY
    return Progress.IN_PROGRESS if _begun(plan, section) else Progress.NOT_STARTED


def last_saves(session: Session, campaign: Campaign) -> dict[Section, Saved]:
    """Per section the last save, from the events that every change leaves behind; one query."""
    part = Event.after["section"].as_string()
    changes = (Event.subject == Campaign.__tablename__, Event.subject_id == campaign.id, Event.verb == "changed")
    newest = select(func.max(Event.id)).where(*changes).group_by(part)
    rows = session.execute(
        select(Event.after, Event.at, User.name).join(User, User.id == Event.actor_id).where(Event.id.in_(newest))
    )
    found = [(after.get("section"), Saved(at, who)) for after, at, who in rows]
    return {Section(name): saved for name, saved in found if name in set(Section)}


def following(section: Section) -> Section | None:
    """The section after this one, if it is not the last."""
    order = list(Section)
    place = order.index(section) + 1
    return order[place] if place < len(order) else None


def _begun(plan: Plan, section: Section) -> bool:
    match section:
        case Section.AUDIENCE:
            return plan.criteria != Criteria()
        case Section.SALES_ASK:
            return bool(plan.ask_touches or plan.ask_by or plan.talk_track)
        case Section.BUDGET:
            return plan.budget is not None
        case _:
            return bool(getattr(plan, section.value))
