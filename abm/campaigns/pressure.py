"""How much an account can take: outbound contacts of both sides in any seven days (domain §6, "Pressure"). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAYS: Final = 7
# Both caps stand here and nowhere else.
# Pedowitz: five touches in seven days over three personas is how a qualified account is worked; more warns.
ACCOUNT_CAP: Final = 5
CONTACT_CAP: Final = 3  # D: five over three people leave two for each, and one for an answer


@dataclass(frozen=True)
class Pressure:
    """The fullest seven days of an account in which something is added, and how much of them is that."""

    contacts: int
    added: int
    first_day: date
    last_day: date
    on_one_contact: int = 0  # most on a single person, of what was done

    @property
    def over(self) -> bool:
        return self.contacts > ACCOUNT_CAP or self.on_one_contact > CONTACT_CAP

    @property
    def sentence(self) -> str:
        """`7 outbound contacts from 24 Nov to 30 Nov, 2 of them plays that this adds, where 5 are the most.`"""
        days = span_of(self.first_day, self.last_day)
        plays = "a play" if self.added == 1 else "plays"
        said = f"{self.contacts} outbound contacts {days}, {self.added} of them {plays} that this adds"
        if self.contacts > ACCOUNT_CAP:
            return f"{said}, where {ACCOUNT_CAP} are the most."
        return f"{said}; one person alone had {self.on_one_contact}, where {CONTACT_CAP} are the most."


def span_of(first: date, last: date) -> str:
    """`from 24 Nov to 30 Nov`."""
    return f"from {first.day} {first:%b} to {last.day} {last:%b}"


def pressure_of(
    done: Sequence[tuple[date, int | None]], planned: Collection[date], added: Collection[date]
) -> Pressure | None:
    """What adding plays on some days makes of an account; None where nothing is added.

    `done`: day and contact of each outbound contact of both sides. The fullest window ends on the day of something.
    """
    if not added:
        return None
    fullest = max((_window(done, planned, added, day) for day in _days(done, planned, added)), key=_fullness)
    return fullest if fullest.added else None


def _days(done: Sequence[tuple[date, int | None]], planned: Collection[date], added: Collection[date]) -> set[date]:
    return {day for day, _ in done} | {*planned, *added}


def _window(
    done: Sequence[tuple[date, int | None]], planned: Collection[date], added: Collection[date], last: date
) -> Pressure:
    first = last - timedelta(days=DAYS - 1)
    people = [contact for day, contact in done if first <= day <= last]
    new = sum(first <= day <= last for day in added)
    counts = Counter(contact for contact in people if contact is not None)
    contacts = len(people) + sum(first <= day <= last for day in planned) + new
    return Pressure(contacts, new, first, last, max(counts.values(), default=0))


def _fullness(window: Pressure) -> tuple[bool, int, date]:
    """Only windows with something added count; of equally full ones, the later."""
    return window.added > 0, window.contacts, window.last_day
