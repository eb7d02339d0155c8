"""When it was, as a quick log says it: now unless it says a moment; asked where that may be another one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from abm.outbound.quick_log_days import Said, is_to_come
from abm.outbound.quick_log_line import Line
from abm.outbound.quick_log_words import PLANNED

NUMBER = re.compile(
    r"\d{1,2}\.[0-5]\d(?!\d|\s*(?:%|k\b|m\b|eur|usd))|(?:[4-9]|[12]\d|3[01])th\b"
    r"|at\s+\d{1,2}\b(?!\s*%)|\d{1,2}(?:[ap]m)?\s*[-–]\s*\d{1,2}[ap]m",
    re.IGNORECASE,
)
SINCE = frozenset({"from", "since", "of", "as", "than"})


@dataclass(frozen=True)
class Meant:
    """The moment, or None and those to choose from; where it stands as words (first, after), if anywhere."""

    moment: datetime | None
    choices: tuple[datetime, ...] = ()
    words: tuple[int, int] | None = None


def meant_by(line: Line, now: datetime, *, booking: bool) -> Meant:
    """The moment that a line means. Beside a booking, a day may be that of the appointment: it stays in the note."""
    said = _together([one for one in line.moments if one[0] < line.head])
    if line.unsure:
        said = [one for one in said if not is_to_come(one[2], now)]
    if booking:
        said = [one for one in said if not is_to_come(one[2], now)]
    if not said:
        return _in_tail(line, now)
    first, after, moment = said[0]
    if booking and not moment.near:
        return Meant(None, (*moment.moments, now))
    for one in said:
        line.consume(*one[:2])
    if len({one[2].moments for one in said}) > 1:
        return Meant(None, tuple(each for one in said for each in one[2].moments if each <= now))
    if len(moment.moments) != 1 or is_to_come(moment, now):
        return Meant(None, tuple(one for one in moment.moments if one <= now))
    if not moment.timed and _begins_with_number(line):
        return Meant(None, moment.moments)
    return Meant(moment.moments[0], words=(first, after))


def _together(said: list[tuple[int, int, Said]]) -> list[tuple[int, int, Said]]:
    """A day and a time of day that stand apart are one moment: both then say it in full."""
    days = [one for one in said if not one[2].clock]
    clocks = [one for one in said if one[2].clock]
    if len(days) != 1 or len(clocks) != 1 or days[0][2].timed:
        return said
    at = _at(days[0][2], clocks[0][2])
    return [(first, after, replace(one, moments=at)) for first, after, one in said]


def _at(day: Said, clock: Said) -> tuple[datetime, ...]:
    return tuple(datetime.combine(one, clock.moments[0].time()) for one in day.moments)


def _in_tail(line: Line, now: datetime) -> Meant:
    """In a note a day is mostly another matter: one that closes the line counts, one that may be meant is asked."""
    for first, after, said in line.moments:
        before = line.words[line.head : first]
        if first < line.head or PLANNED & set(before) or is_to_come(said, now) or not said.moments:
            continue
        closes = all(place in line.consumed for place in range(after, len(line.tokens)))
        if said.near and closes and not (before and before[-1] in SINCE):
            line.consume(first, after)
            return Meant(said.moments[0], words=(first, after))
        return Meant(None, (*said.moments, now))
    return Meant(None, (now,)) if _begins_with_number(line) else Meant(now)


def _begins_with_number(line: Line) -> bool:
    """Whether the note begins with what may be a day or a time of day: `10.30`, `20th`, `at 9`, `9-10am`."""
    return line.head < len(line.tokens) and NUMBER.match(line.text, line.tokens[line.head].start) is not None
