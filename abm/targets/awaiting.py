"""Whose signature an open version lacks: since when, who else has heard of it, and until when it can be given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from abm.agreement.models import State
from abm.agreement.queries import Phase, VersionLine
from abm.definitions.list_rules import ListRules, list_rules_at
from abm.people.models import Organisation, User
from abm.people.next_in_line import next_in_line
from abm.people.seats import Seat, Side
from abm.targets.deadlines import days_between, days_later, last_day
from abm.targets.models import TargetList


@dataclass(frozen=True)
class Awaited:
    """A seat whose signature an open version still lacks."""

    side: Side
    title: str
    holder: str | None  # None: the seat is empty
    since: datetime
    days: int  # calendar days that it has waited
    until: date | None  # the last day on which it can be given
    also_with: tuple[str, ...] = ()  # who is next in line, once it has waited longer than agreed

    @property
    def words(self) -> str:
        return f"{self.holder} ({self.title})" if self.holder else f"{self.title}: the seat is empty"

    @property
    def now_also_with(self) -> str:
        """`, now also with Priya Raman`; empty while nobody else has heard."""
        return f", now also with {' and '.join(self.also_with)}" if self.also_with else ""

    @property
    def waited(self) -> str:
        """`3 days`; empty on the day itself."""
        return f"{self.days} day{'s' * (self.days > 1)}" if self.days > 0 else ""


@dataclass(frozen=True)
class Wait:
    """One seat's silence on a version, and the agreed days that count for it."""

    seat: Seat
    other: Seat
    since: datetime
    rules: ListRules

    def also_with_due(self, at: datetime, zone: str) -> bool:
        """Whether the next in line has to hear of it."""
        return at >= days_later(self.since, self.rules.also_with_after_days, zone)


def waits(session: Session, target_list: TargetList, line: VersionLine, at: datetime) -> list[Wait]:
    """Which seats an open version waits for. The days agreed when it was proposed count."""
    if line.state is not State.OPEN or line.phase(at) is not Phase.WAITING:
        return []
    seats, rules = target_list.seats(), list_rules_at(session, line.proposed_at)
    return [
        Wait(seat, seats[side.other], line.waiting_since(side.value), rules)
        for side, seat in seats.items()
        if line.given(side.value) is None
    ]


def awaited(session: Session, target_list: TargetList, line: VersionLine | None, at: datetime) -> list[Awaited]:
    """The same as pages show it; nothing for a version that is not open."""
    silent = waits(session, target_list, line, at) if line is not None else []
    if line is None or not silent:
        return []
    zone = session.get_one(Organisation, 1).time_zone
    told = told_also(session, silent, at, zone)
    return [
        Awaited(
            side=wait.seat.side,
            title=wait.seat.title,
            holder=wait.seat.holder.name if wait.seat.holder else None,
            since=wait.since,
            days=days_between(wait.since, at, zone),
            until=last_day(line.expires_at, zone),
            also_with=tuple(one.name for one in told.get(wait.seat.id, [])),
        )
        for wait in silent
    ]


def told_also(session: Session, silent: Iterable[Wait], at: datetime, zone: str) -> dict[int, list[User]]:
    """Who is next in line, by id of the seats that have been waited for longer than agreed."""
    late = [(wait.seat, wait.other) for wait in silent if wait.also_with_due(at, zone)]
    return next_in_line(session, late, at) if late else {}


def signers_of(seat: Seat, day: date) -> list[User]:
    """Who can sign for a seat on a day: its holder, and the deputies of that day."""
    people = [seat.holder, *(one.user for one in seat.deputies if one.covers(day))]
    return [one for one in people if one is not None and seat.signer(one, day)]
