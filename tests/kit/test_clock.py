"""Days, weeks and quarters as the organisation counts them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.kit.clock import Quarter, Week, day_of, end_of, start_of

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MONTHS = st.integers(1, 12)


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Europe/Berlin", date(2027, 1, 1)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "America/New_York", date(2026, 12, 31)),
        (datetime(2026, 12, 31, 11, 0, tzinfo=UTC), "Pacific/Kiritimati", date(2027, 1, 1)),
        (datetime(2027, 1, 1, 10, 0, tzinfo=UTC), "Pacific/Pago_Pago", date(2026, 12, 31)),
    ],
)
def test_an_instant_falls_on_a_day_of_the_zone(instant: datetime, zone: str, day: date) -> None:
    assert day_of(instant, zone) == day


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 3, 8), "America/New_York", 23),
        (date(2026, 11, 1), "America/New_York", 25),
        (date(2026, 6, 1), "Asia/Kolkata", 24),
        (date(2026, 4, 5), "Australia/Lord_Howe", 24.5),
    ],
)
def test_a_day_of_clock_change_has_its_own_length(day: date, zone: str, hours: float) -> None:
    assert end_of(day, zone) - start_of(day, zone) == timedelta(hours=hours)


def test_a_day_whose_midnight_is_skipped_still_begins_once() -> None:
    day = date(2025, 9, 7)  # Santiago jumps from 23:59:59 to 01:00
    assert day_of(start_of(day, "America/Santiago"), "America/Santiago") == day
    assert end_of(day - timedelta(days=1), "America/Santiago") == start_of(day, "America/Santiago")


@given(DAYS, st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu"]))
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    assert end_of(day, zone) == start_of(day + timedelta(days=1), zone)
    assert day_of(start_of(day, zone), zone) == day
    assert day_of(end_of(day, zone) - timedelta(microseconds=1), zone) == day


def test_the_week_of_a_day_is_the_iso_week() -> None:
    assert str(Week.of(date(2026, 11, 24))) == "2026-w48"
    assert str(Week.of(date(2027, 1, 1))) == "2026-w53"
    assert str(Week.of(date(2024, 12, 30))) == "2025-w01"


def test_2026_has_a_week_53_and_2027_has_none() -> None:
    assert Week.parse("2026-w53").monday == date(2026, 12, 28)
    assert Week.parse("2026-w53").plus(1) == Week(2027, 1)
    with pytest.raises(ValueError, match="53"):
        Week.parse("2027-w53")


MISWRITTEN = ["", "2026-47", "2026-w5", "2026-w00", "2026-W47", "2026-w47 ", "2026-w476", "²026-w47"]


@pytest.mark.parametrize("text", MISWRITTEN)
def test_a_week_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"week|Invalid"):
        Week.parse(text)


@given(DAYS)
def test_a_week_reads_back_as_it_is_written(day: date) -> None:
    week = Week.of(day)
    assert Week.parse(str(week)) == week
    assert week.monday <= day <= week.sunday
    assert week.plus(1).monday == week.sunday + timedelta(days=1)
    assert week < week.plus(1)


@pytest.mark.parametrize(
    ("day", "start_month", "quarter"),
    [
        (date(2026, 11, 24), 1, "2026-q4"),
        (date(2026, 11, 24), 2, "2027-q4"),
        (date(2026, 1, 31), 2, "2026-q4"),
        (date(2026, 2, 1), 2, "2027-q1"),
        (date(2026, 4, 1), 4, "2027-q1"),
        (date(2026, 3, 31), 4, "2026-q4"),
        (date(2026, 9, 30), 10, "2026-q4"),
        (date(2026, 10, 1), 10, "2027-q1"),
        (date(2026, 12, 1), 12, "2027-q1"),
    ],
)
def test_a_fiscal_year_is_named_by_the_calendar_year_in_which_it_ends(
    day: date, start_month: int, quarter: str
) -> None:
    assert str(Quarter.of(day, start_month)) == quarter


@given(DAYS, MONTHS)
def test_every_day_lies_in_exactly_the_quarter_that_names_it(day: date, start_month: int) -> None:
    quarter = Quarter.of(day, start_month)
    assert quarter.has(day)
    assert Quarter.of(quarter.first, start_month) == quarter == Quarter.of(quarter.last, start_month)
    assert Quarter.of(quarter.last + timedelta(days=1), start_month) == quarter.plus(1)
    assert 89 <= (quarter.last - quarter.first).days + 1 <= 92
    assert Quarter.parse(str(quarter), start_month) == quarter


@given(DAYS, MONTHS)
def test_the_fiscal_year_ends_in_the_year_of_its_name(day: date, start_month: int) -> None:
    quarter = Quarter.of(day, start_month)
    assert quarter.plus(4 - quarter.number).last.year == quarter.year


@given(DAYS, MONTHS)
def test_the_weeks_of_a_quarter_cover_its_days_once(day: date, start_month: int) -> None:
    quarter = Quarter.of(day, start_month)
    spans = [quarter.days_in(week) for week in quarter.weeks()]
    assert None not in spans
    days = sum((span[1] - span[0]).days + 1 for span in spans if span)
    assert days == (quarter.last - quarter.first).days + 1
    assert 13 <= len(spans) <= 15


def test_a_week_that_two_quarters_share_is_split_at_the_day() -> None:
    week = Week.parse("2026-w40")  # 28 Sep to 4 Oct
    assert Quarter.parse("2026-q3").days_in(week) == (date(2026, 9, 28), date(2026, 9, 30))
    assert Quarter.parse("2026-q4").days_in(week) == (date(2026, 10, 1), date(2026, 10, 4))
    assert Quarter.parse("2027-q1").days_in(week) is None


def test_the_eighth_week_of_a_quarter_is_counted_from_its_first_day() -> None:
    assert Quarter.parse("2026-q4").week_number(date(2026, 10, 1)) == 1
    assert Quarter.parse("2026-q4").week_number(date(2026, 11, 18)) == 8
