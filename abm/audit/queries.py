"""Questions to the history: what was done, by whom, to what; newest first, in pages that do not shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from abm.audit.models import Event, Seal

PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One event, and its place in the chain; None until it is sealed."""

    event: Event
    seq: int | None


@dataclass(frozen=True)
class Wanted:
    """Which events: by whom, what was done, to what kind of thing, and to which one."""

    actor_id: int | None = None
    verb: str = ""
    subject: str = ""
    subject_id: int | None = None


def page_of_events(
    session: Session, wanted: Wanted, *, before: int | None = None, personal: bool = False
) -> tuple[list[Entry], bool]:
    """A page of events older than `before`, and whether there are more. `personal` loads what may be erased too."""
    statement = select(Event, Seal.seq).outerjoin(Seal, Seal.event_id == Event.id).order_by(Event.id.desc())
    if personal:
        statement = statement.options(joinedload(Event.personal))
    narrowed = (
        (Event.actor_id, wanted.actor_id),
        (Event.verb, wanted.verb or None),
        (Event.subject, wanted.subject or None),
        (Event.subject_id, wanted.subject_id),
    )
    for column, value in narrowed:
        if value is not None:
            statement = statement.where(column == value)
    if before is not None:
        statement = statement.where(Event.id < before)
    rows = session.execute(statement.limit(PAGE + 1)).all()
    return [Entry(event, seq) for event, seq in rows[:PAGE]], len(rows) > PAGE


def kinds(session: Session) -> tuple[Sequence[str], Sequence[str]]:
    """The verbs and the kinds of subject that occur, each in order."""
    verbs = session.scalars(select(Event.verb).distinct().order_by(Event.verb)).all()
    subjects = session.scalars(select(Event.subject).distinct().order_by(Event.subject)).all()
    return verbs, subjects
