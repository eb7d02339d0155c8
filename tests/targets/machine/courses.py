"""Courses of events that luck alone would hardly bring about: each goes on to whatever comes next."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.targets.machine.acting import PERSON, WHICH, Passing
from tests.targets.machine.agreeing import SIDE, Agreeing
from tests.targets.machine.calendar import midnight
from tests.targets.machine.people import SIDES
from tests.targets.machine.system import ACCOUNTS

LIMITS = st.sampled_from(((6, 1), (1, 6), (1, 1)))  # of a tier, and of an AE


class Courses(Passing, Agreeing):
    """Everything together."""

    @initialize(so_far=st.sampled_from(("signed", "proposed", "drafted", "started")))
    def a_list_begins(self, so_far: str) -> None:
        """Something is there already, so that not every run has to get there by luck."""
        for place, account in enumerate(ACCOUNTS[:3] if so_far != "started" else ()):
            self.an_account_is_put_in(number=0, account=account, tier=place % 2 + 1, ae="tomas", by="ines")
        if so_far in {"proposed", "signed"}:
            self.the_draft_is_proposed(number=0, by="priya")
        if so_far == "signed":
            self.both_seats_sign_what_is_open(of=0)

    @rule(number=WHICH, of=st.integers(0, 5), accepting=st.booleans(), by=PERSON)
    def what_stops_it_is_resolved_and_it_is_proposed(self, number: int, of: int, accepting: bool, by: str) -> None:
        """Seats are filled, accounts restored, AEs replaced, and too much is accepted or the limit raised."""
        target = self.which(number)
        for side in SIDES:
            if self.company.people.holder(target.seat(side)) is None:
                self.fill(target.seat(side))
        for account in sorted(self.company.archived & target.rows.keys()):
            self.restore(account, by)
        self.an_account_is_put_in(number=number, account=ACCOUNTS[of], tier=of % 3 + 1, ae="tomas", by=by)
        for account, (tier, _, _, ae) in target.rows.items():
            if ae not in self.company.people.active:
                self.place(target, account, {"tier": tier, "ae": "ines", "outcome": "in", "reason": ""}, 0, by)
        for what, count, most in list(target.counts()):
            if count > most and accepting:
                seat = target.seat("sales")
                self.waive(target, what, seat, self.company.people.holder(seat) or by, "A launch")
            elif count > most:
                self.the_terms_change(number=number, tier=int(what[-1]), most=6, per_ae=6, by=by)
        self.the_draft_is_proposed(number=number, by=by)

    @rule(number=WHICH, tier=st.sampled_from((1, 2)), limits=LIMITS, accepting=st.booleans(), by=PERSON)
    def too_much_goes_in(self, number: int, tier: int, limits: tuple[int, int], accepting: bool, by: str) -> None:
        """More than a tier or than an AE takes; it is proposed after the seat has accepted it, or in vain."""
        target = self.which(number)
        seat = target.seat("sales")
        self.the_terms_change(number=number, tier=tier, most=limits[0], per_ae=limits[1], by=by)
        for account in ACCOUNTS[:3]:
            self.an_account_is_put_in(number=number, account=account, tier=tier, ae="marcus", by=by)
        for what, count, most in list(target.counts()):
            if count > most and accepting:
                self.waive(target, what, seat, self.company.people.holder(seat) or by, "A launch")
        self.the_draft_is_proposed(number=number, by=by)

    @rule(number=WHICH, of=st.integers(0, 5), accepting=st.booleans(), by=PERSON)
    def it_is_resolved_proposed_and_signed(self, number: int, of: int, accepting: bool, by: str) -> None:
        self.what_stops_it_is_resolved_and_it_is_proposed(number=number, of=of, accepting=accepting, by=by)
        if self.an_open_one():
            self.both_seats_sign_what_is_open(of=of)

    @rule(side=SIDE, of=st.integers(0, 5), where=st.sampled_from(("before", "first", "last", "after")))
    def a_deputy_is_tried_around_their_days(self, side: str, of: int, where: str) -> None:
        """What is open at the end of the wait is signed by a deputy who may not have begun, or has ended."""
        target = self.which(0)
        self.a_deputy_stands_in(seat=target.seat(side), of=of, first=1, length=of % 3 + 1)
        deputies = self.company.people.seats[target.seat(side)].deputies
        if deputies and not deputies[-1].ended:
            first, last = midnight(deputies[-1].first), midnight(deputies[-1].last + timedelta(days=1))
            second = timedelta(seconds=1)
            when = {"before": first - second, "first": first, "last": last - second, "after": last}[where]
            self.company.now = max(self.company.now, when)
            self.what_stops_it_is_resolved_and_it_is_proposed(number=0, of=of, accepting=False, by="priya")
            if self.an_open_one():
                self.a_deputy_signs_what_is_open(side=side, of=0)

    @rule(side=SIDE, of=st.integers(0, 5), by=PERSON)
    def a_signature_is_taken_back_and_given_again(self, side: str, of: int, by: str) -> None:
        self.what_stops_it_is_resolved_and_it_is_proposed(number=0, of=of, accepting=False, by=by)
        if self.an_open_one():
            self.a_seat_signs_what_is_open(side=side, of=0, verdict="approve", comment="")
            self.a_signature_is_withdrawn(number=0, back=1, own=True, by=by, why="")
        if self.an_open_one():
            other = SIDES[1 - SIDES.index(side)]
            self.a_seat_signs_what_is_open(side=other, of=0, verdict="approve", comment="")

    @rule(side=SIDE, just_before=st.booleans(), then=st.sampled_from(("signed", "closed", "proposed anew")))
    def a_proposal_waits_to_its_last_day(self, side: str, just_before: bool, then: str) -> None:
        self.what_stops_it_is_resolved_and_it_is_proposed(number=0, of=0, accepting=False, by="ines")
        waiting = self.which(0).open
        if waiting is None:
            return
        self.company.now = max(self.company.now, waiting.expires_at - timedelta(seconds=int(just_before)))
        if then == "signed":
            self.a_seat_signs_what_is_open(side=side, of=0, verdict="approve", comment="")
        elif then == "proposed anew":
            self.the_draft_is_proposed(number=0, by="priya")
        self.what_is_overdue_closes_itself(number=0)
