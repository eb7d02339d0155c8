"""Time as the business counts it: the organisation's days, ISO weeks and fiscal quarters (domain §1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import total_ordering
from zoneinfo import ZoneInfo

WEEK = re.compile(r"(\d{4})-w(\d{2})")
QUARTER = re.compile(r"(\d{4})-q([1-4])")


def now() -> datetime:
    """This instant, in UTC. The only place that asks the machine."""
    return datetime.now(UTC)


def local(at: datetime, zone: str) -> datetime:
    """An instant as the clock on the organisation's wall shows it."""
    return at.astimezone(ZoneInfo(zone))


def day_of(at: datetime, zone: str) -> date:
    """The organisation's day on which an instant falls."""
    return local(at, zone).date()


def start_of(day: date, zone: str) -> datetime:
    """The first instant of a day, in UTC. A midnight that a clock change skips begins when the gap ends."""
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The first instant after a day, in UTC: days have 23, 24 or 25 hours."""
    return start_of(day + timedelta(days=1), zone)


@total_ordering
@dataclass(frozen=True)
class Week:
    """An ISO week, Monday to Sunday, written `2026-w47`."""

    year: int
    number: int

    def __post_init__(self) -> None:
        date.fromisocalendar(self.year, self.number, 1)

    @classmethod
    def parse(cls, text: str) -> Week:
        """Read `2026-w47`. Raises ValueError for text of another form and for a week 53 that a year lacks."""
        match = WEEK.fullmatch(text)
        if match is None:
            raise ValueError(f"A week is written like 2026-w47, not {text[:20]!r}.")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Week:
        iso = day.isocalendar()
        return cls(iso.year, iso.week)

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    def plus(self, weeks: int) -> Week:
        return Week.of(self.monday + timedelta(weeks=weeks))

    def __lt__(self, other: Week) -> bool:
        return (self.year, self.number) < (other.year, other.number)

    def __str__(self) -> str:
        return f"{self.year:04d}-w{self.number:02d}"


@total_ordering
@dataclass(frozen=True)
class Quarter:
    """A fiscal quarter, written `2026-q4`. The fiscal year is named by the calendar year in which it ends."""

    year: int
    number: int
    start_month: int = 1

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 4 and 1 <= self.start_month <= 12 and 1900 < self.year < 3000):
            raise ValueError("A quarter is 1 to 4 of a year, and a fiscal year starts in month 1 to 12.")

    @classmethod
    def parse(cls, text: str, start_month: int = 1) -> Quarter:
        """Read `2026-q4`. Raises ValueError for text of another form."""
        match = QUARTER.fullmatch(text)
        if match is None:
            raise ValueError(f"A quarter is written like 2026-q4, not {text[:20]!r}.")
        return cls(int(match[1]), int(match[2]), start_month)

    @classmethod
    def of(cls, day: date, start_month: int = 1) -> Quarter:
        months = day.year * 12 + day.month - 1 - (start_month - 1)
        begins, within = divmod(months, 12)
        return cls(begins + (start_month > 1), within // 3 + 1, start_month)

    @property
    def first(self) -> date:
        months = (self.year - (self.start_month > 1)) * 12 + self.start_month - 1 + (self.number - 1) * 3
        return date(months // 12, months % 12 + 1, 1)

    @property
    def last(self) -> date:
        return self.plus(1).first - timedelta(days=1)

    def plus(self, quarters: int) -> Quarter:
        count = self.year * 4 + self.number - 1 + quarters
        return Quarter(count // 4, count % 4 + 1, self.start_month)

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last

    def weeks(self) -> Iterator[Week]:
        """Each ISO week that has a day in this quarter; the first and the last may be shared."""
        week, end = Week.of(self.first), Week.of(self.last)
        while week <= end:
            yield week
            week = week.plus(1)

    def days_in(self, week: Week) -> tuple[date, date] | None:
        """First and last day that this quarter has of a week; None where they do not meet."""
        first, last = max(self.first, week.monday), min(self.last, week.sunday)
        return (first, last) if first <= last else None

    def week_number(self, day: date) -> int:
        """Which of the quarter's weeks a day falls in, from 1."""
        return (Week.of(day).monday - Week.of(self.first).monday).days // 7 + 1

    def __lt__(self, other: Quarter) -> bool:
        return (self.year, self.number) < (other.year, other.number)

    def __str__(self) -> str:
        return f"{self.year:04d}-q{self.number}"
