"""Which days a weekly view speaks of: a quarter's share of an ISO week, up to today while it is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from abm.kit import clock
from abm.kit.clock import Quarter, Week
from abm.people.models import Organisation


@dataclass(frozen=True)
class Moment:
    """Which days a weekly view speaks of: a quarter's share of a week, up to today where the week is open."""

    quarter: Quarter
    week: Week
    first: date
    last: date  # the last day of the share
    until: date  # the last day that has passed or is today
    at: datetime  # the instant whose list counts: now, or the end of the share once it is over or before it begins

    begun: bool
    open: bool

    @property
    def under_way(self) -> bool:
        """Whether days of the week are to come after it: it is open, or its quarter ends before the week does."""
        return self.open or self.last < self.week.sunday

    @property
    def shared_with(self) -> list[Quarter]:
        """The other quarters that have days of this week."""
        return [q for q in (self.quarter.plus(-1), self.quarter.plus(1)) if q.days_in(self.week)]


def moment_of(organisation: Organisation, week: Week, quarter: Quarter | None = None) -> Moment | None:
    """The days of a week, in the quarter asked for or else in that of its latest day that has come.

    None where the quarter has no day of that week.
    """
    now = clock.now()
    today = organisation.today(now)
    chosen = quarter or organisation.quarter_of(min(week.sunday, max(week.monday, today)))
    days = chosen.days_in(week)
    if days is None:
        return None
    first, last = days
    until = max(first, min(last, today))
    end = organisation.end_of(last) - timedelta(microseconds=1)
    begun = now >= organisation.start_of(first)
    return Moment(chosen, week, first, last, until, min(now, end) if begun else end, begun=begun, open=now <= end)
