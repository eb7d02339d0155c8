"""Days as files write them, in the order of day and month that the whole column shows.

`04/03/2026` is a day in April or in March: one cell cannot tell, its column can, or else a person is asked.
A `day` reads over times: what a CRM exports with one is kept as the day that it shows. A `moment` keeps them.
"""

from __future__ import annotations

import calendar
import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from abm.imports.values import CellFault, says_nothing
from abm.kit import clock
from abm.kit.text import one_line, shortened


class DateOrder(enum.StrEnum):
    """How a column writes its days."""

    ISO = "year first"  # nothing to decide: 2026-03-04, 4 March 2026
    MONTH_FIRST = "month first"
    DAY_FIRST = "day first"
    AMBIGUOUS = "ambiguous"  # a person says which


EARLIEST, LATEST = 1900, 2199
PIVOT = 70  # of two digits: 69 is 2069, 70 is 1970
FARTHEST = timedelta(hours=14)  # of a zone from UTC
CLEARLY = 20  # times as many cells must speak for an order as against it

_LONGEST = 60  # characters of the longest day that is read
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[ap]\.?m\.?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?"
_OF_DAY = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?(?: ?(?P<half>[ap])\.?m\.?)?"
    r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d))?$",
    re.ASCII | re.IGNORECASE,
)
_TIME = rf"(?:(?:T|,? ){_CLOCK})?"
_YEAR = r"(\d{4}|\d{2})"


def _pattern(day: str) -> re.Pattern[str]:
    return re.compile(day + _TIME, re.ASCII | re.IGNORECASE)


_YEAR_FIRST = _pattern(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_YEAR_LAST = _pattern(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2{_YEAR}")
_DIGITS_ONLY = re.compile(r"((?:19|20|21)\d\d)(\d\d)(\d\d)", re.ASCII)
_DAY_NAMED_MONTH = _pattern(rf"(\d{{1,2}})(?:st|nd|rd|th|\.)?[- ]([a-z]{{3,9}})\.?,?[- ]{_YEAR}")
_NAMED_MONTH_DAY = _pattern(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SERIAL = re.compile(r"[34]\d{4}(?:\.\d{1,12})?", re.ASCII)  # 1982 to 2036 as a spreadsheet counts days

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}


def date_order(cells: Iterable[str]) -> DateOrder:
    """The order that the cells of one column are written in. A few slips do not change what the others show."""
    day_first = month_first = undecided = 0
    for cell in cells:
        found = _YEAR_LAST.fullmatch(_line(cell))
        if not found:
            continue
        first, second = int(found[1]), int(found[3])
        if found[2] == "." or second <= 12 < first:  # nobody writes the month first with dots
            day_first += 1
        elif first <= 12 < second:
            month_first += 1
        elif first != second and max(first, second) <= 12:
            undecided += 1
    if day_first > CLEARLY * month_first:
        return DateOrder.DAY_FIRST
    if month_first > CLEARLY * day_first:
        return DateOrder.MONTH_FIRST
    return DateOrder.AMBIGUOUS if undecided or day_first else DateOrder.ISO


def day(field: str, text: str, order: DateOrder) -> date | None:
    """The day in a cell; None where it says nothing. Raises CellFault for what is no day or cannot be told."""
    if says_nothing(text):
        return None
    line = _line(text)
    if found := _YEAR_FIRST.fullmatch(line):
        return _date(field, text, found[1], int(found[3]), found[4])
    if found := _DIGITS_ONLY.fullmatch(line):
        return _date(field, text, found[1], int(found[2]), found[3])
    if found := _YEAR_LAST.fullmatch(line):
        month, number = _ordered(field, text, found[1], found[3], order)
        return _date(field, text, found[4], month, number)
    if found := _DAY_NAMED_MONTH.fullmatch(line):
        return _date(field, text, found[3], _month(field, text, found[2]), found[1])
    if found := _NAMED_MONTH_DAY.fullmatch(line):
        return _date(field, text, found[3], _month(field, text, found[1]), found[2])
    if _SERIAL.fullmatch(line):
        why = "is a spreadsheet's inner number for a day: format the column as YYYY-MM-DD and export again"
        raise CellFault(field, text, f"“{shortened(text)}” {why}.")
    raise CellFault(field, text, f"“{shortened(text)}” is no date: write it as YYYY-MM-DD.")


@dataclass(frozen=True)
class Moment:
    """A day in the organisation's zone, and the instant where the cell has a time of day."""

    day: date
    at: datetime | None


def moment(field: str, text: str, order: DateOrder, zone: str, *, written_in: str = "") -> Moment | None:
    """The day in `zone` and the time in a cell; None where it says nothing.

    A time that names no zone is one of `written_in`, or else of `zone`. Raises CellFault as `day` does, and for a time
    or zone that there is not.
    """
    on = day(field, text, order)
    found = _OF_DAY.search(_line(text)) if on is not None else None
    if on is None or found is None:
        return None if on is None else Moment(on, None)
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:
        hour = hour % 12 + 12 * (half == "p")
    seconds = int(found["second"] or 0)
    if hour > 23 or int(found["minute"]) > 59 or seconds > 59:
        raise CellFault(field, text, f"“{shortened(text)}” has no time of day: write it like 14:30.")
    where = _zone(field, text, found["zone"]) or ZoneInfo(written_in or zone)
    at = datetime.combine(on, time(hour, int(found["minute"]), seconds), where)
    return Moment(clock.day_of(at, zone), at.astimezone(UTC))


def _zone(field: str, text: str, named: str | None) -> tzinfo | None:
    """The zone that a cell names. Raises CellFault for one that is nowhere: the farthest is 14 hours off."""
    if not named:
        return None
    if named[0] not in "+-":
        return UTC
    digits = named[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset > FARTHEST or int(digits[2:]) > 59:
        raise CellFault(field, text, f"“{shortened(named)}” is no time zone: write one like +01:00.")
    return timezone(-offset if named[0] == "-" else offset)


def _line(text: str) -> str:
    """The cell on one line; "" for what is too long to be a day."""
    return one_line(text) if len(text) <= _LONGEST else ""


def _ordered(field: str, text: str, first: str, second: str, order: DateOrder) -> tuple[int, str]:
    """Month and day of a year-last date, as its column writes them."""
    if order is DateOrder.MONTH_FIRST or int(first) == int(second):
        return int(first), second
    if order is DateOrder.DAY_FIRST or min(int(first), int(second)) > 12:  # no order makes a month of these
        return int(second), first
    raise CellFault(field, text, f"“{shortened(text)}” may have the day or the month first: say which the column has.")


def _month(field: str, text: str, word: str) -> int:
    month = _MONTHS.get(word.lower())
    if month is None:
        raise CellFault(field, text, f"“{shortened(text)}” names no month in English: write it as YYYY-MM-DD.")
    return month


def _date(field: str, text: str, year_text: str, month: int, day_text: str) -> date:
    year, number = int(year_text), int(day_text)
    if len(year_text) == 2:
        year += 2000 if year < PIVOT else 1900
    shown = shortened(text)
    if not 1 <= month <= 12:
        raise CellFault(field, text, f"There is no month {month}, as “{shown}” has it: write it as YYYY-MM-DD.")
    if not EARLIEST <= year <= LATEST:
        raise CellFault(field, text, f"The year {year} of “{shown}” cannot be meant: correct it.")
    if not 1 <= number <= calendar.monthrange(year, month)[1]:
        named = f"{number} {calendar.month_name[month]} {year}"
        raise CellFault(field, text, f"There is no {named}, as “{shown}” has it: correct the date.")
    return date(year, month, number)
