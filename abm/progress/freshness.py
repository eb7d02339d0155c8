"""How fresh the facts of a week are: when each file of facts came in last, and whether one is overdue.

Read from the audit trail: imports live on a higher floor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.audit.models import Event
from abm.people.models import Organisation

LOOKED_BACK: Final = timedelta(days=28)
OFTEN: Final = 2  # files within that time make a source that is waited for
FRIDAY: Final = 4
KINDS: Final = {"accounts": "Accounts", "opportunities": "Deals", "touches": "Touches"}


@dataclass(frozen=True)
class Freshness:
    """A source of facts: when its last file was taken in, and whether one is missing for the week."""

    kind: str
    through: datetime
    overdue: bool

    @property
    def label(self) -> str:
        return KINDS[self.kind]


def freshness_of(session: Session, organisation: Organisation, last: date) -> list[Freshness]:
    """The sources that files came from in the four weeks before now, for a week (or share of one) that ends on `last`.

    A source of at least two files in the 28 days up to the end of the week is expected each week. It is overdue while
    its newest file is older than the week's Friday, or than `last` where the share ends before.
    """
    begin = organisation.end_of(last) - LOOKED_BACK
    rows = session.execute(
        select(Event.after, Event.at)
        .where(Event.subject == "import", Event.verb == "applied", Event.at >= begin)
        .order_by(Event.at)
    )
    came: dict[str, list[datetime]] = defaultdict(list)
    for after, at in rows:
        came[str(after.get("kind"))].append(at)
    wanted_from = organisation.start_of(min(last, _friday(last)))
    regular_until = organisation.end_of(last)
    return [
        Freshness(
            kind=kind,
            through=came[kind][-1],
            overdue=sum(at < regular_until for at in came[kind]) >= OFTEN and came[kind][-1] < wanted_from,
        )
        for kind in KINDS
        if came[kind]
    ]


def overdue(sources: Iterable[Freshness]) -> list[Freshness]:
    """Those that are waited for."""
    return [source for source in sources if source.overdue]


def _friday(day: date) -> date:
    """The Friday of a day's week."""
    return day + timedelta(days=FRIDAY - day.weekday())
