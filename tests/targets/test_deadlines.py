"""Days are the company's: a proposal lasts to the end of its last day, a reminder comes at the same hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from abm.definitions.list_rules import ListRules
from abm.kit.clock import Quarter
from abm.people.models import Organisation
from abm.targets.deadlines import days_between, days_later, last_day, last_instant, turns_reached

BERLIN = "Europe/Berlin"
Q4 = Quarter(2026, 4)
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Berlin


def until(at: datetime, days: int = 14, zone: str = BERLIN) -> datetime:
    organisation = Organisation(time_zone=zone, fiscal_start_month=1)
    return last_instant(organisation, Q4, ListRules(expires_after_days=days), at)


def test_a_proposal_lasts_to_the_end_of_the_fourteenth_day() -> None:
    assert until(TUESDAY) == datetime(2026, 12, 8, 23, 0, tzinfo=UTC)
    assert last_day(until(TUESDAY), BERLIN) == date(2026, 12, 8)


def test_the_day_is_that_of_the_company() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # the 25th in Berlin, still the 24th in New York
    assert last_day(until(late), BERLIN) == date(2026, 12, 9)
    assert last_day(until(late, zone="America/New_York"), "America/New_York") == date(2026, 12, 8)


def test_no_proposal_outlives_its_quarter() -> None:
    assert until(datetime(2026, 12, 28, 9, 0, tzinfo=UTC)) == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


def test_what_was_proposed_before_such_days_were_agreed_has_no_last_day() -> None:
    assert last_day(None, BERLIN) is None


def test_a_clock_change_moves_no_hour() -> None:
    before = datetime(2026, 10, 24, 7, 0, tzinfo=UTC)  # 09:00 in Berlin, a day before summer time ends
    assert days_later(before, 2, BERLIN) == datetime(2026, 10, 26, 8, 0, tzinfo=UTC)
    assert days_between(before, datetime(2026, 10, 26, 0, 0, tzinfo=UTC), BERLIN) == 2


@pytest.mark.parametrize(
    ("hours", "turns"), [(0, 0), (24, 0), (47, 0), (48, 1), (72, 1), (95, 1), (96, 2), (24 * 13, 6)]
)
def test_every_second_day_is_a_turn(hours: int, turns: int) -> None:
    assert turns_reached(TUESDAY, TUESDAY + timedelta(hours=hours), 2, BERLIN) == turns


def test_without_agreed_days_nobody_is_reminded() -> None:
    assert turns_reached(TUESDAY, TUESDAY + timedelta(days=30), 0, BERLIN) == 0
