"""Rules about people: they leave and come back, seats change hands, deputies stand in, somebody is away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from abm.people.administration import deactivate, reactivate
from abm.people.seats import note_absence
from tests.targets.machine.acting import EVERYBODY, PERSON, REASON, Acting
from tests.targets.machine.calendar import day
from tests.targets.machine.people import SEATS, Deputy

SEAT = st.sampled_from((*SEATS, *SEATS[:2]))  # the default programme's twice as often
SUCCESSORS = {
    "marketing": ("amara", "priya", "vera"),
    "sales": ("renata", "ines", "marcus"),
    "Americas marketing": ("priya", "amara", "vera"),
    "Americas sales": ("ines", "renata", "marcus"),
}


class Seating(Acting):
    """What happens to people and their seats."""

    @rule(seat=SEAT, of=st.integers(0, 2), by=st.sampled_from(("wen", "wen", "amara", "renata")))
    def a_seat_is_given_to_a_successor(self, seat: str, of: int, by: str) -> None:
        self.give(seat, SUCCESSORS[seat][of], by)

    @rule(seat=SEAT, person=st.sampled_from((*EVERYBODY, None)), by=PERSON)
    def a_seat_is_given_to_anybody(self, seat: str, person: str | None, by: str) -> None:
        self.give(seat, person, by)

    def fill(self, seat: str) -> None:
        """Give an empty seat to a successor who is here and does not act for the other one."""
        people, today = self.company.people, day(self.company.now)
        for person in SUCCESSORS[seat]:
            if person not in people.active:
                self.come_back(person, "wen")
            if people.holder(seat) is None and people.side_of(person, today) in {None, people.seats[seat].side}:
                self.give(seat, person, "wen")

    def give(self, seat: str, person: str | None, by: str) -> None:
        def action(session: Any) -> None:
            to, actor = self.system.user(session, person), self.system.user(session, by)
            self.system.seat(session, seat).give_to(to, by=actor, at=self.company.now)

        reasons = self.company.people.give(seat, person, by=by, today=day(self.company.now))
        self.do("give a seat" if person else "empty a seat", reasons, action)

    @rule(
        seat=SEAT,
        person=PERSON,
        own=st.sampled_from((True, True, False)),
        by=PERSON,
        first=st.integers(-1, 3),
        length=st.integers(-1, 6),
        why=REASON,
    )
    def a_deputy_is_named(
        self, *, seat: str, person: str, own: bool, by: str, first: int, length: int, why: str
    ) -> None:
        today = day(self.company.now)
        begin = today + timedelta(days=first)
        end = begin + timedelta(days=length)
        actor = (self.company.people.holder(seat) if own else None) or by

        def action(session: Any) -> None:
            deputy, holder = self.system.user(session, person), self.system.user(session, actor)
            stored = self.system.seat(session, seat)
            stored.name_deputy(deputy, first_day=begin, last_day=end, reason=why, by=holder, at=self.company.now)

        deputy = Deputy(person, begin, end)
        reasons = self.company.people.depute(seat, deputy, by=actor, reason=why, today=today)
        self.do("name a deputy", reasons, action)

    @rule(seat=SEAT, of=st.integers(0, 5), first=st.integers(0, 1), length=st.integers(0, 6))
    def a_deputy_stands_in(self, seat: str, of: int, first: int, length: int) -> None:
        """Somebody who is here and acts for neither seat, from today or tomorrow on."""
        people, today = self.company.people, day(self.company.now)
        holder, free = people.holder(seat), sorted(one for one in people.active if people.side_of(one, today) is None)
        if holder is not None and free:
            person = free[of % len(free)]
            whom = {"seat": seat, "person": person, "own": True, "by": holder}
            self.a_deputy_is_named(**whom, first=first, length=length, why="Away")

    @rule(seat=SEAT, of=st.integers(0, 3), own=st.booleans(), by=PERSON)
    def a_deputy_is_taken_back(self, seat: str, of: int, own: bool, by: str) -> None:
        deputies = self.company.people.seats[seat].deputies
        if not deputies:
            return
        number = -(of % len(deputies)) - 1
        actor = (self.company.people.holder(seat) if own else None) or by

        def action(session: Any) -> None:
            stored = sorted(self.system.seat(session, seat).deputies, key=lambda one: one.id)[number]
            stored.end(by=self.system.user(session, actor), at=self.company.now)

        self.do("take a deputy back", self.company.people.take_back(seat, number, by=actor), action)

    @rule(person=PERSON, by=PERSON)
    def somebody_leaves(self, person: str, by: str) -> None:
        def action(session: Any) -> None:
            leaver, actor = self.system.user(session, person), self.system.user(session, by)
            deactivate(leaver, by=actor, at=self.company.now)

        reasons = self.company.people.deactivate(person, by=by, today=day(self.company.now))
        self.do("deactivate", reasons, action)

    @rule(seat=SEAT, by=st.sampled_from(("wen", "tomas")), of=st.integers(0, 2))
    def a_seat_holder_leaves(self, seat: str, by: str, of: int) -> None:
        """Refused while they hold the seat; done once it has gone to somebody else."""
        holder = self.company.people.holder(seat)
        if holder is not None:
            self.somebody_leaves(holder, by)
            self.give(seat, SUCCESSORS[seat][of], by)
            self.somebody_leaves(holder, by)

    @rule(of=st.integers(0, 7), by=PERSON)
    def somebody_comes_back(self, of: int, by: str) -> None:
        """Who has left, where somebody has."""
        gone = sorted(set(EVERYBODY) - self.company.people.active) or EVERYBODY
        self.come_back(gone[of % len(gone)], by)

    def come_back(self, person: str, by: str) -> None:
        def action(session: Any) -> None:
            comer, actor = self.system.user(session, person), self.system.user(session, by)
            reactivate(comer, by=actor, at=self.company.now)

        reasons = self.company.people.reactivate(person, by=by, today=day(self.company.now))
        self.do("reactivate", reasons, action)

    @rule(person=PERSON, by=PERSON, length=st.integers(-1, 5))
    def somebody_is_away(self, person: str, by: str, length: int) -> None:
        """Pauses what is due from a person; who signs stays as it was."""
        today = day(self.company.now)

        def action(session: Any) -> None:
            user, actor = self.system.user(session, person), self.system.user(session, by)
            last = today + timedelta(days=length)
            note_absence(user, first_day=today, last_day=last, by=actor, at=self.company.now)

        self.do("note an absence", ["days"] if length < 0 else [], action)
