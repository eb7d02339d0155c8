"""The calendar as the model counts it: quarters of the calendar year, days in Berlin. None of it is the product's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def day(at: datetime) -> date:
    """The day on the wall at an instant."""
    return at.astimezone(BERLIN).date()


def days_later(at: datetime, days: int) -> datetime:
    """The midnight that ends the day so many days after that of an instant."""
    return midnight(day(at) + timedelta(days=days + 1))


def midnight(on: date) -> datetime:
    """The instant at which a day begins."""
    return datetime(on.year, on.month, on.day, tzinfo=BERLIN).astimezone(UTC)


def next_quarter(quarter: str) -> str:
    """The one that follows."""
    return quarter_at(span(quarter)[1])


def quarter_at(at: datetime, ahead: int = 0) -> str:
    """The quarter of an instant, or one so many ahead of it: `2026-q4`."""
    on = day(at)
    number = on.year * 4 + (on.month - 1) // 3 + ahead
    return f"{number // 4}-q{number % 4 + 1}"


def span(quarter: str) -> tuple[datetime, datetime]:
    """The first instant of a quarter, and the first after it."""
    year, number = int(quarter[:4]), int(quarter[-1])
    following = date(year + 1, 1, 1) if number == 4 else date(year, 3 * number + 1, 1)
    return midnight(date(year, 3 * number - 2, 1)), midnight(following)
