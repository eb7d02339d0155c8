"""What was found out of a week that is over, kept until something comes in that it could rest on.

Every change leaves an event. A touch that is logged for a later week changes nothing of an earlier one: it is counted
in its own week, and credited after those before it. Whatever else came in lets everything be counted anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from abm.audit.models import Event
from abm.audit.seal import RECENT
from abm.progress.moments import Moment
from abm.touches.models import Touch

LONGEST: Final = 600.0  # seconds: the most that a change would stay unseen that left no event
LOOKED_AT: Final = 500  # events that are looked at one by one: with more of them, counting anew is no slower
MOST_KEPT: Final = 256

Counted = Mapping[str, int]


@dataclass(frozen=True)
class Mark:
    """How far the history went: its newest event, and how many of the last there were: who commits late adds one."""

    newest: int
    recent: int


@dataclass(frozen=True)
class Kept:
    """What was found, as of which mark, and when by the clock of this process."""

    found: Counted
    mark: Mark
    at: float


KEPT: Final[dict[Hashable, Kept]] = {}


def counted_lately(session: Session, moment: Moment, key: Hashable, anew: Callable[[], Counted]) -> Counted:
    """What `anew` counts of a week that is over, by `key`; from memory where nothing came in since that matters."""
    kept = KEPT.get(key)
    if kept is not None and time.monotonic() - kept.at < LONGEST and _still(session, kept.mark, moment.week.sunday):
        return kept.found
    mark = _mark(session)  # before counting: what comes in meanwhile is looked at next time
    found = anew()
    if len(KEPT) >= MOST_KEPT:
        KEPT.clear()
    KEPT[key] = Kept(found, mark, time.monotonic())
    return found


def _mark(session: Session) -> Mark:
    newest = session.scalar(select(func.coalesce(func.max(Event.id), 0))) or 0
    recent = session.scalar(select(func.count()).where(Event.id > newest - RECENT)) or 0
    return Mark(newest, recent)


def _still(session: Session, mark: Mark, sunday: date) -> bool:
    """Whether everything that came in since leaves a week as it was that ended on `sunday`."""
    before = func.coalesce(func.sum(case((Event.id <= mark.newest, 1), else_=0)), 0)
    if session.scalar(select(before).where(Event.id > mark.newest - RECENT)) != mark.recent:
        return False  # somebody committed late
    rows = session.execute(
        select(Event.subject, Event.verb, Event.after).where(Event.id > mark.newest).order_by(Event.id).limit(LOOKED_AT)
    ).all()
    return len(rows) < LOOKED_AT and all(_is_later(*row, sunday) for row in rows)


def _is_later(subject: str, verb: str, after: Mapping[str, object], sunday: date) -> bool:
    """Whether an event tells of a touch that was logged for a later week."""
    logged = subject == Touch.__tablename__ and verb == "logged"
    return logged and str(after["day"]) > sunday.isoformat()
