"""What makes an account's fullest seven days: plays of which campaigns, touches of which side. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from abm.campaigns.pressure import ACCOUNT_CAP, CONTACT_CAP, DAYS, span_of


@dataclass(frozen=True)
class Made:
    """One outbound contact. A play that is still to come has an id and says what it is."""

    day: date
    words: str  # "play of Cold chain, on time", "touch of Sales"
    contact_id: int | None = None
    contact: str = ""
    play: str = ""  # public id
    what: str = ""


@dataclass(frozen=True)
class Part:
    """So many contacts of one kind; of plays that can still be moved the id and what it is."""

    words: str
    count: int
    plays: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """`4 plays of Cold chain, on time`."""
        kind, _, rest = self.words.partition(" ")
        plural = {"touch": "touches"}.get(kind, f"{kind}s")
        return f"{self.count} {kind if self.count == 1 else plural} {rest}"


@dataclass(frozen=True)
class Overload:
    """The fullest seven days of an account, or of one of its people, with more than they can take."""

    contacts: int
    most: int
    first_day: date
    last_day: date
    parts: tuple[Part, ...]
    person: str = ""

    @property
    def sentence(self) -> str:
        """`7 outbound contacts from 24 Nov to 30 Nov, where 5 are the most`."""
        whom = f" with {self.person}" if self.person else ""
        days = span_of(self.first_day, self.last_day)
        return f"{self.contacts} outbound contacts{whom} {days}, where {self.most} are the most"


def overload(made: Sequence[Made], days: Iterable[date], contact_days: dict[int, list[date]]) -> Overload | None:
    """The fullest of the seven days that end on one of these; where the account is not over, those of a person."""
    windows = [_window(made, day, ACCOUNT_CAP) for day in days]
    if not windows:
        of_person = {number: [one for one in made if one.contact_id == number] for number in contact_days}
        windows = [
            _window(of_person[number], day, CONTACT_CAP) for number, days in contact_days.items() for day in days
        ]
    return max(windows, key=lambda one: (one.contacts, -one.first_day.toordinal()), default=None)


def _window(made: Sequence[Made], last: date, most: int) -> Overload:
    first = last - timedelta(days=DAYS - 1)
    within = sorted((one for one in made if first <= one.day <= last), key=lambda one: (one.day, one.what))
    kinds: dict[str, list[Made]] = defaultdict(list)
    for one in within:
        kinds[one.words].append(one)
    parts = tuple(
        Part(words, len(those), tuple((one.play, one.what) for one in those if one.play))
        for words, those in sorted(kinds.items())
    )
    person = within[0].contact if within and most == CONTACT_CAP else ""
    return Overload(len(within), most, first, last, parts, person)
