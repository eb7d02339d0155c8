"""What a list's workload is read from: who is here and when, what they did of late, and what campaigns ask. Pure.

Gathered on a higher floor (`desk.work`), since campaigns are; passed down as one value, so that all figures of a page
or of a proposal rest on the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from abm.kit.clock import Quarter, Week
from abm.people.seats import Side

WEEKS_BACK: Final = 8
WORKING_DAYS: Final = 5  # of a week, Monday to Friday

Span = tuple[date, date]  # first and last day


@dataclass(frozen=True)
class Person:
    """Somebody who may be asked: days of absence, and the day of the first touch that they ever logged."""

    public_id: str
    name: str
    team: str = ""
    sells: bool = False  # is here, and an AE: may be handed an account
    away: tuple[Span, ...] = ()
    first_touch: date | None = None

    def here_on(self, day: date) -> bool:
        return not any(first <= day <= last for first, last in self.away)


@dataclass(frozen=True)
class CampaignAsk:
    """What a campaign's plan asks of Sales on one account: so many touches from one day to another."""

    touches: int
    first_day: date
    last_day: date

    def within(self, first: date, last: date) -> Fraction:
        """Its even share, by calendar days as commitments are paced, that falls between two days."""
        overlap = (min(last, self.last_day) - max(first, self.first_day)).days + 1
        return self.touches * Fraction(max(0, overlap), (self.last_day - self.first_day).days + 1)


@dataclass(frozen=True)
class Work:
    """The facts around a list on a day. People and accounts go by public id."""

    quarter: Quarter
    today: date
    people: Mapping[str, Person] = field(default_factory=dict)
    done: Mapping[tuple[Side, str], Mapping[Week, int]] = field(default_factory=dict)  # unvoided outbound touches
    asks: Mapping[str, Sequence[CampaignAsk]] = field(default_factory=dict)  # by account
    marketers: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by account: who is named on its team
    resting: frozenset[str] = frozenset()  # accounts that nobody may approach until the quarter's end

    @property
    def first_day(self) -> date:
        """The first day that is left of the quarter: today, or the quarter's own while it is still to come."""
        return max(self.quarter.first, self.today)

    @property
    def weeks_before(self) -> list[Week]:
        """The last eight complete ISO weeks, the oldest first."""
        this = Week.of(self.today)
        return [this.plus(back) for back in range(-WEEKS_BACK, 0)]

    def days_left(self) -> list[date]:
        """The working days that are left of the quarter."""
        return working_days(self.first_day, self.quarter.last)


def working_days(first: date, last: date) -> list[date]:
    """Monday to Friday between two days, both included. Public holidays are written down as absence."""
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return [day for day in days if day.weekday() < WORKING_DAYS]
