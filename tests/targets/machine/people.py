"""The people of the model: who is here, who holds a seat, who stands in for whom on which days (domain §2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

SIDES = ("marketing", "sales")
PROGRAMMES = ("", "Americas")  # the default one has no name


def seat_name(side: str, programme: str) -> str:
    """What the model calls a seat."""
    return f"{programme} {side}".strip()


SEATS = tuple(seat_name(side, programme) for programme in PROGRAMMES for side in SIDES)


@dataclass
class Deputy:
    """That somebody stands in for a seat's holder on some days."""

    person: str
    first: date
    last: date
    ended: bool = False

    def lasts(self, today: date) -> bool:
        return not self.ended and self.last >= today


@dataclass
class Seat:
    """A seat with its holder and everybody who ever stood in."""

    side: str
    programme: str
    holder: str | None = None
    deputies: list[Deputy] = field(default_factory=list)

    def concerns(self, person: str, today: date) -> bool:
        """Whether a person holds it, or stands in now or later."""
        return self.holder == person or any(one.person == person and one.lasts(today) for one in self.deputies)


@dataclass
class People:
    """Who is here, who may answer for accounts, and the two seats of each programme."""

    active: set[str]
    sellers: frozenset[str]
    seats: dict[str, Seat]
    everybody: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.everybody = frozenset(self.active)

    def holder(self, seat: str) -> str | None:
        return self.seats[seat].holder

    def other_side(self, person: str, seat: str, today: date) -> bool:
        """Whether a person acts for the side across from a seat, now or later, in whichever programme."""
        others = [one for one in self.seats.values() if one.side != self.seats[seat].side]
        return any(one.concerns(person, today) for one in others)

    def side_of(self, person: str, today: date) -> str | None:
        """The side that a person acts for, now or later."""
        return next((one.side for one in self.seats.values() if one.concerns(person, today)), None)

    def may_answer(self, person: str) -> bool:
        return person in self.active and person in self.sellers

    def signs(self, name: str, person: str, today: date) -> bool:
        return person in self.signers(name, today)

    def signers(self, name: str, today: date) -> list[str]:
        """Who signs for a seat on a day: its holder, and deputies on their days. An empty seat signs nothing."""
        seat = self.seats[name]
        if seat.holder is None:
            return []
        standing_in = [one.person for one in seat.deputies if not one.ended and one.first <= today <= one.last]
        return [person for person in [seat.holder, *standing_in] if person in self.active]

    def give(self, name: str, person: str | None, *, by: str, today: date) -> list[str]:
        seat = self.seats[name]
        if person is not None and person == seat.holder:
            return []
        reasons = [
            *(["has left"] if person is not None and person not in self.active else []),
            *(["acts for the other seat"] if person is not None and self.other_side(person, name, today) else []),
            *(["taken by the other side"] if seat.holder and self.other_side(by, name, today) else []),
        ]
        if not reasons:
            for one in seat.deputies:
                one.ended = True
            seat.holder = person
        return reasons

    def depute(self, name: str, deputy: Deputy, *, by: str, reason: str, today: date) -> list[str]:
        seat = self.seats[name]
        reasons = [
            *([] if by == seat.holder else ["not the holder"]),
            *([] if deputy.person in self.active and deputy.person != by else ["not another who is here"]),
            *([] if deputy.first <= deputy.last and deputy.last >= today else ["days"]),
            *([] if reason else ["no reason"]),
            *(["acts for the other seat"] if self.other_side(deputy.person, name, today) else []),
        ]
        if not reasons:
            seat.deputies.append(deputy)
        return reasons

    def take_back(self, name: str, number: int, *, by: str) -> list[str]:
        """End one deputy of a seat."""
        seat = self.seats[name]
        if by != seat.holder or seat.deputies[number].ended:
            return ["not the holder, or ended"]
        seat.deputies[number].ended = True
        return []

    def deactivate(self, person: str, *, by: str, today: date) -> list[str]:
        reasons = [
            *self._off_the_other_seat(person, by, today),
            *(["holds a seat"] if any(seat.holder == person for seat in self.seats.values()) else []),
            *([] if person in self.active and person != by else ["gone, or by themselves"]),
        ]
        if not reasons:
            for one in list(self._standing_in(person, today)):
                one.ended = True
            self.active.remove(person)
        return reasons

    def reactivate(self, person: str, *, by: str, today: date) -> list[str]:
        reasons = self._off_the_other_seat(person, by, today) + (["is here"] if person in self.active else [])
        if not reasons:
            self.active.add(person)
        return reasons

    def _standing_in(self, person: str, today: date) -> Iterator[Deputy]:
        for seat in self.seats.values():
            if seat.concerns(person, today):
                yield from (one for one in seat.deputies if one.person == person)

    def _off_the_other_seat(self, person: str, by: str, today: date) -> list[str]:
        theirs, own = self.side_of(person, today), self.side_of(by, today)
        reaching = person != by and theirs is not None and own is not None and theirs != own
        return ["acts for the other seat"] if reaching else []
