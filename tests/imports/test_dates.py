"""The order of day and month is the column's; a day that does not exist says so."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.imports.dates import DateOrder, Moment, date_order, day, moment
from abm.imports.reader import read_table
from abm.imports.values import CellFault

ORDERS = (DateOrder.ISO, DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST, DateOrder.AMBIGUOUS)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["2026-03-04", "", "4 March 2026"], DateOrder.ISO),
        (["03/04/2026", "3/14/2026"], DateOrder.MONTH_FIRST),
        (["03/04/2026", "14/3/2026"], DateOrder.DAY_FIRST),
        (["03.04.2026"], DateOrder.DAY_FIRST),
        (["03/04/2026", "05/05/2026"], DateOrder.AMBIGUOUS),
        (["14/03/2026", "03/14/2026"], DateOrder.AMBIGUOUS),
        (["05/05/2026"], DateOrder.ISO),
        (["13/25/2026"], DateOrder.ISO),  # no order makes a day of it
        (["14/03/2026"] * 30 + ["03/14/2026"], DateOrder.DAY_FIRST),
        ([], DateOrder.ISO),
    ],
)
def test_a_column_decides_its_order(cells: list[str], order: DateOrder) -> None:
    assert date_order(cells) is order


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-03-04", "2026/3/4", "2026.03.04", "20260304", "2026-03-04 9:05", "2026-03-04T09:05:06.666+00:00"),
        *("2026-03-04 03:15:52 UTC", "2026-03-04T09:05:06Z", "4 March 2026", "4-Mar-26", "4th Mar 2026", "4. Mar 2026"),
        *("March 4, 2026", "Mar 4 2026", "mar. 4, 2026 9:05 AM", " 2026-03-04\u00a0"),
    ],
)
def test_days_that_any_column_can_have(cell: str) -> None:
    assert {day("closed_on", cell, order) for order in ORDERS} == {date(2026, 3, 4)}


def test_days_in_the_order_of_their_column() -> None:
    assert day("d", "02/24/26 02:18 AM", DateOrder.MONTH_FIRST) == date(2026, 2, 24)
    assert day("d", "26-02-2018 19:58", DateOrder.DAY_FIRST) == date(2018, 2, 26)
    assert day("d", "3/4/2026", DateOrder.MONTH_FIRST) == date(2026, 3, 4)
    assert day("d", "3/4/2026", DateOrder.DAY_FIRST) == date(2026, 4, 3)
    assert day("d", "01/02/69", DateOrder.DAY_FIRST) == date(2069, 2, 1)
    assert day("d", "01/02/70", DateOrder.DAY_FIRST) == date(1970, 2, 1)
    assert day("d", "05/05/2026", DateOrder.AMBIGUOUS) == date(2026, 5, 5)
    assert day("d", "-", DateOrder.ISO) is None


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("2026-02-30", "There is no 30 February 2026, as “2026-02-30” has it: correct the date."),
        ("30 Feb 2026", "There is no 30 February 2026"),
        ("2026-13-01", "There is no month 13"),
        ("2026-00-10", "There is no month 0"),
        ("2026-04-00", "There is no 0 April 2026"),
        ("0001-01-01", "The year 1 of “0001-01-01” cannot be meant"),
        ("5. Okt 2026", "names no month in English: write it as YYYY-MM-DD"),
        ("45321", "is a spreadsheet's inner number for a day"),
        ("soon", "is no date: write it as YYYY-MM-DD"),
        ("2026-03", "is no date"),
        ("2026-03/04", "is no date"),
    ],
)
def test_what_is_no_day_says_why(cell: str, sentence: str) -> None:
    with pytest.raises(CellFault) as fault:
        day("closed_on", cell, DateOrder.ISO)
    assert sentence in fault.value.message


def test_a_moment_is_read_in_the_zone_that_it_names_or_else_in_that_of_its_file() -> None:
    def at(cell: str, **settings: str) -> Moment | None:
        return moment("at", cell, DateOrder.ISO, "Europe/Berlin", **settings)

    late = date(2026, 11, 20)
    assert at("2026-11-20 23:30") == Moment(late, datetime(2026, 11, 20, 22, 30, tzinfo=UTC))
    assert at("2026-11-20 23:30", written_in="UTC") == Moment(
        date(2026, 11, 21), datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    )
    assert at("2026-11-20T23:30-14:00", written_in="UTC") == Moment(
        date(2026, 11, 21), datetime(2026, 11, 21, 13, 30, tzinfo=UTC)
    )
    assert at("2026-11-20", written_in="UTC") == Moment(late, None)


@pytest.mark.parametrize("zone", ["+99:99", "-2400", "+14:01", "+15:00", "+01:60"])
def test_a_zone_that_is_nowhere_is_refused(zone: str) -> None:
    with pytest.raises(CellFault, match="is no time zone: write one like"):
        moment("at", f"2026-11-20 10:00{zone}", DateOrder.ISO, "Europe/Berlin")


def test_an_undecided_column_is_asked_about_never_guessed() -> None:
    with pytest.raises(CellFault, match="may have the day or the month first: say which the column has"):
        day("closed_on", "03/04/2026", DateOrder.AMBIGUOUS)
    with pytest.raises(CellFault, match="There is no month 25"):
        day("closed_on", "13/25/2026", DateOrder.AMBIGUOUS)


written = {
    DateOrder.ISO: ("%Y-%m-%d", "%Y/%m/%d %H:%M", "%d %B %Y", "%b %d, %Y", "%Y%m%d"),
    DateOrder.MONTH_FIRST: ("%m/%d/%Y", "%m-%d-%Y %I:%M %p"),
    DateOrder.DAY_FIRST: ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y %H:%M:%S"),
}


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)), st.sampled_from(list(written)), st.integers(0, 9))
def test_every_day_comes_back_from_every_way_of_writing_it(when: date, order: DateOrder, way: int) -> None:
    form = written[order][way % len(written[order])]
    assert day("d", when.strftime(form), order) == when


@pytest.mark.parametrize(
    ("one", "other", "column"),
    [
        ("maven_crm/sales_pipeline.csv", "maven_crm/sales_pipeline_us_dates.csv", "close_date"),
        (
            "olist_funnel/olist_marketing_qualified_leads_dataset.csv",
            "olist_funnel/us_dates/olist_marketing_qualified_leads_dataset.csv",
            "first_contact_date",
        ),
    ],
)
def test_the_same_days_in_two_orders_read_alike(shared_data: Path, one: str, other: str, column: str) -> None:
    read = []
    for name in (one, other):
        table = read_table(io.BytesIO((shared_data / name).read_bytes()))
        cells = list(table.column(table.header.index(column)))
        order = date_order(cells)
        read.append([day(column, cell, order) for cell in cells])
    assert read[0] == read[1]
    assert len(read[0]) >= 8000
