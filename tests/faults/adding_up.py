"""What must hold of logged touches and of all that is kept of them, counted by plain reading of the tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from abm.outbound.counting import Outreach, Window, credit
from abm.people.seats import Side
from tests.faults.holding import rows

ZONE = ZoneInfo("Europe/Berlin")  # that of the cast's company, whose fiscal year is the calendar's


@dataclass(frozen=True)
class Worth:
    """How an outcome counts."""

    direction: str
    klass: str
    minutes: int


WORTH = {
    "call/voicemail": Worth("outbound", "no response", 0),
    "call/connected": Worth("outbound", "responded", 2),
    "email/sent": Worth("outbound", "no response", 0),
    "social/sent": Worth("outbound", "no response", 0),
    "meeting/held": Worth("outbound", "meeting held", 30),
    "email/replied": Worth("inbound", "responded", 2),
    "content/downloaded": Worth("inbound", "responded", 10),
}
Line = tuple[object, ...]


def stored_facts(connection: Connection) -> Counter[Line]:
    """Every touch that is kept: by whom, under which key, on what, and what it says."""
    people = {row.id: row.email.partition("@")[0] for row in rows(connection, "user")}
    slugs = {row.id: row.slug for row in rows(connection, "account")}
    return Counter(
        (people[row.logged_by_id], row.client_key, slugs[row.account_id], _what(row), row.at, row.day, row.voided_at)
        for row in rows(connection, "touch")
    )


def kept_lines(connection: Connection) -> dict[Line, tuple[int, int]]:
    """The rollup as it is kept: touches and minutes of each line."""
    lines = rows(connection, "touch_rollup")
    return {tuple(map(str, row[:7])): (row.touches, row.minutes) for row in lines}


def counted_lines(connection: Connection) -> dict[Line, tuple[int, int]]:
    """The same, counted from the touches."""
    touches, minutes = Counter[Line](), Counter[Line]()
    for row in rows(connection, "touch"):
        worth = WORTH[_what(row)]
        when = (_quarter(row.day), _week(row.day))
        line: Line = (str(row.account_id), *when, str(row.side), worth.direction, str(row.channel), worth.klass)
        touches[line] += 1
        minutes[line] += worth.minutes
    return {line: (touches[line], minutes[line]) for line in touches}


def kept_credits(connection: Connection) -> dict[int, int]:
    """Which commitment each touch is kept as counting for."""
    return {row.touch_id: row.commitment_id for row in rows(connection, "credit")}


def counted_credits(connection: Connection) -> dict[int, int]:
    """The same, by counting everything in the order of its moments."""
    windows = [
        Window(row.id, row.account_id, row.side, row.wanted, row.first_day, row.last_day)
        for row in rows(connection, "commitment")
    ]
    touches = [
        Outreach(row.id, row.account_id, Side(row.side), row.channel, row.at, row.day)
        for row in rows(connection, "touch")
        if WORTH[_what(row)].direction == "outbound"
    ]
    return credit(windows, touches)


def full_and_overfull(connection: Connection) -> tuple[set[int], set[int]]:
    """The commitments that have just what was wanted, and those that have more."""
    filled = Counter(row.commitment_id for row in rows(connection, "credit"))
    wanted = {row.id: row.wanted for row in rows(connection, "commitment")}
    full = {number for number, count in filled.items() if count == wanted[number]}
    return full, {number for number, count in filled.items() if count > wanted[number]}


def logged_events(connection: Connection) -> Counter[int]:
    """How often the audit trail says of each touch that it was logged."""
    return Counter(
        row.subject_id for row in rows(connection, "event") if (row.subject, row.verb) == ("touch", "logged")
    )


def _what(row: Row[Any]) -> str:
    return f"{row.channel}/{row.outcome}"


def _quarter(day: date) -> str:
    return f"{day.year}-q{(day.month + 2) // 3}"


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-w{week:02d}"
