"""When a quick log says that it was: days and times as people write them, read against the clock on the wall."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

LATELY: Final = timedelta(days=90)  # a day without a year that is longer ago is more likely one to come
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT: Final = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_NUMBER: Final = r"(\d{1,2})(?:st|nd|rd|th)?"
_WEEKDAY: Final = (
    r"(?:last\s+|this\s+)?(?P<weekday>mon|tues?|wed|thu|thurs?|fri|sat(?!\s+(?:with|down|in)\b)|sun"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
)
_AGO: Final = (
    r"(?P<count>\d{1,3}|an?|one|two|three)\s*(?P<unit>min|mins|minutes?|m|h|hrs?|hours?|d|days?|w|wks?|weeks?)\s+ago"
)
_ANY_DAY: Final = "|".join(
    (
        r"(?:the\s+)?(?P<near>today|day before yesterday|yesterday|tomorrow|tmrw)",
        _WEEKDAY,
        _AGO,
        r"(?P<iso>\d{4}[-/]\d{1,2}[-/]\d{1,2})",
        rf"(?P<named>{_NUMBER}\s+{_MONTH}|{_MONTH}\s+{_NUMBER})\b(?:\.?,?\s+(?P<named_year>\d{{4}})\b)?",
        r"(?P<dotted>\d{1,2}\.\d{1,2}\.(?:\d{4})?|\d{1,2}\.(?:0[1-9]|1[0-2])(?![\d.]))",
        r"(?P<slashed>\d{1,2}/\d{1,2}(?:/\d{4})?|\d{1,2}-\d{1,2}-\d{4})",
        r"(?P<vague>(?:last|this)\s+(?:week|month)|the\s+other\s+day|last\s+night|recently)",
        r"(?:on\s+the|on|the)\s+(?P<ordinal>\d{1,2})(?:st|nd|rd|th)",
    )
)
_DAY: Final = re.compile(rf"(?:{_ANY_DAY})(?!\w)", re.IGNORECASE)
_TIME: Final = re.compile(
    r"(?:at\s+|@\s*)?(?:(?P<hour>\d{1,2})(?::|\.(?=\d\d\s*[ap]m)|(?<=at\s\d\d)\.|(?<=at\s\d)\.)(?P<minute>\d{2})(?:\s*(?P<half>[ap]m))?"
    r"|(?P<sharp>\d{1,2})\s*(?P<sharp_half>[ap]m))",
    re.IGNORECASE,
)
NEAR: Final = {"today": 0, "yesterday": -1, "day before yesterday": -2}
COUNTS: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}
NOT_A_DAY: Final = re.compile(r"\b(?:next|for|by|until|till|before|due|coming)\s+(?:the\s+)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """A moment that stands in a line: from which letter to which, and the moments that it may mean.

    One moment is certain, several are to choose from, none is to be asked. `near` is a day that cannot be that of
    an appointment: today, yesterday, so many days ago. `timed`: the time of day is said; `clock`: nothing but that.
    """

    start: int
    end: int
    moments: tuple[datetime, ...]
    near: bool = False
    timed: bool = False
    clock: bool = False


def moments_in(line: str, now: datetime) -> list[Said]:
    """Every moment that a line says, a day and its time taken together, from left to right."""
    days = [_day(match, now) for match in _found(_DAY, line)]
    times = [(match.start(), match.end(), at) for match in _found(_TIME, line) if (at := _time(match)) is not None]
    said: list[Said] = []
    for day in days:
        beside = next((one for one in times if _adjoin(line, day, one[0], one[1])), None)
        if beside is not None and not day.timed:
            times.remove(beside)
            day = _timed(day, *beside)  # noqa: PLW2901 the day with its time
        said.append(day)
    said.extend(_at(now, start, end, at) for start, end, at in times if not _inside(said, start, end))
    return sorted(said, key=lambda one: one.start)


def is_to_come(said: Said, now: datetime) -> bool:
    """Whether every moment that it may mean lies ahead."""
    return bool(said.moments) and all(moment > now for moment in said.moments)


def _found(pattern: re.Pattern[str], line: str) -> Iterator[re.Match[str]]:
    """Matches that are whole words, and that nothing before them makes a plan."""
    for match in pattern.finditer(line):
        before, after = line[: match.start()], line[match.end() :]
        whole = not re.search(r"[\w/.\-:]$", before) and not re.match(r"[\w/]|[-.:]\w", after)
        if whole and not NOT_A_DAY.search(before):
            yield match


def _adjoin(line: str, day: Said, start: int, end: int) -> bool:
    between = line[day.end : start] if day.end <= start else line[end : day.start] if end <= day.start else "x"
    return re.fullmatch(r"[\s,]*(?:on\s+)?", between) is not None


def _inside(said: list[Said], start: int, end: int) -> bool:
    return any(one.start < end and start < one.end for one in said)


def _timed(day: Said, start: int, end: int, at: time) -> Said:
    moments = tuple(datetime.combine(one, at) for one in day.moments)
    return Said(min(day.start, start), max(day.end, end), moments, day.near, timed=True)


def _at(now: datetime, start: int, end: int, at: time) -> Said:
    return Said(start, end, (datetime.combine(now, at),), timed=True, clock=True)


def _time(match: re.Match[str]) -> time | None:
    hour = int(match["hour"] or match["sharp"])
    half = (match["half"] or match["sharp_half"] or "").lower()
    minute = int(match["minute"] or 0)
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(match: re.Match[str], now: datetime) -> Said:
    start, end, today = match.start(), match.end(), now.date()
    if match["near"]:
        offset = NEAR.get(match["near"].lower(), 1)
        return Said(start, end, (now + timedelta(days=offset),), near=offset < 1)
    if match["weekday"]:
        back = (today.weekday() - _weekday(match["weekday"].lower())) % 7 or 7
        return Said(start, end, (now - timedelta(days=back),))
    if match["count"]:
        return _ago(match, now)
    if match["ordinal"]:  # it may count something else: “the 2nd e-mail”
        return Said(start, end, (*_last_such(int(match["ordinal"]), now), now))
    moments = tuple(datetime.combine(day, now.time()) for day in _dates(match, today))
    return Said(start, end, moments)


def _weekday(word: str) -> int:
    return SHORT[word] if word in SHORT else WEEKDAYS.index(word)


def _ago(match: re.Match[str], now: datetime) -> Said:
    count = COUNTS.get(match["count"].lower()) or int(match["count"])
    unit = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}[match["unit"][0].lower()]
    moment = now - timedelta(**{unit: count})
    return Said(match.start(), match.end(), (moment,), near=True, timed=unit in {"minutes", "hours"})


def _dates(match: re.Match[str], today: date) -> list[date]:
    """The days that a date may be; none where it is no day, or where it is not said which."""
    if match["iso"]:
        return _made(*(int(part) for part in re.split("[-/]", match["iso"])))
    if match["named"]:
        number = int(re.search(r"\d+", match["named"])[0])  # type: ignore[index] # the pattern has one
        name = re.search("[a-z]{3,}", match["named"].lower())
        month = MONTHS.index(name[0][:3]) + 1 if name else 0
        return _dated(number, month, match["named_year"], today)
    if match["dotted"]:
        parts = match["dotted"].rstrip(".").split(".")
        return _dated(int(parts[0]), int(parts[1]), parts[2] if len(parts) > 2 else None, today)
    if match["slashed"]:
        parts = re.split("[-/]", match["slashed"])
        year = parts[2] if len(parts) > 2 else None
        ways = {(int(parts[0]), int(parts[1])), (int(parts[1]), int(parts[0]))}
        return [day for number, month in sorted(ways) for day in _dated(number, month, year, today)]
    return []


def _last_such(number: int, now: datetime) -> list[datetime]:
    """The last day of a month with this number."""
    days = (now - timedelta(days=back) for back in range(1, 62))
    return [day for day in days if day.day == number][:1]


def _dated(number: int, month: int, year: str | None, today: date) -> list[date]:
    """A day of a year, or the last such day where it was not long ago; else the one to come, which is then asked."""
    if year:
        return _made(int(year), month, number)
    days = [day for offset in (0, -1) for day in _made(today.year + offset, month, number)]
    recent = [day for day in days if today - LATELY <= day <= today]
    return recent[:1] or days[:1]


def _made(year: int, month: int, number: int) -> list[date]:
    try:
        return [date(year, month, number)]
    except ValueError:
        return []
