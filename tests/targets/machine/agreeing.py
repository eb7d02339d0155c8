"""Rules about versions: proposing, signing and declining, rightly and wrongly, and taking either back."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from abm.agreement.models import Verdict
from tests.targets.machine.acting import PERSON, REASON, WHICH
from tests.targets.machine.calendar import day
from tests.targets.machine.drafting import Drafting
from tests.targets.machine.lists import QuarterList, Signature, Version
from tests.targets.machine.looking import Look
from tests.targets.machine.people import SEATS, SIDES
from tests.targets.machine.seating import Seating

SIDE = st.sampled_from(SIDES)
SEAT = st.sampled_from(SEATS)
BACK = st.sampled_from((1, 1, 1, 2, 3))  # versions from the newest back
VERDICT = st.sampled_from(("approve", "approve", "approve", "decline"))
SHOWN = st.sampled_from(("its own", "its own", "another's", "made up"))  # the digest on the signer's page
BY_WHOM = st.sampled_from(("a signer", "a deputy", "the proposer", "anybody"))


class Agreeing(Drafting, Seating):
    """What happens to versions."""

    def versions(self) -> bool:
        return any(one.versions for one in self.company.lists.values())

    def an_open_one(self) -> bool:
        return any(one.open for one in self.company.lists.values())

    def proposed(self, number: int, back: int) -> tuple[QuarterList, Version]:
        """A list that has versions, and one of them."""
        lists = [one for one in self.company.lists.values() if one.versions][::-1]
        target = lists[number % len(lists)]
        return target, target.versions[-((back - 1) % len(target.versions) + 1)]

    @rule(number=WHICH, by=PERSON)
    def the_draft_is_proposed(self, number: int, by: str) -> None:
        target = self.which(number)

        def action(session: Any) -> tuple[bytes, str]:
            proposer, organisation = self.system.user(session, by), self.system.organisation(session)
            stored = self.system.list(session, target)
            version = stored.propose(organisation=organisation, by=proposer, at=self.company.now)
            session.flush()
            return version.content, version.digest

        cost = target.open
        given = self.do("supersede" if cost else "propose", self.company.propose(target, by=by), action, strict=False)
        if given is not None:
            self.keep(target, *given)

    def keep(self, target: QuarterList, content: bytes, digest: str) -> None:
        """Keep a copy of what was frozen, and see that it says what the draft said."""
        version = target.versions[-1]
        version.stored, version.digest = content, digest
        with self.system.engine.connect() as connection:
            envelope, policies, rows = Look(connection, self.system, self.company).read(content)
        assert (rows, policies) == (version.rows, version.policies)
        assert (envelope["kind"], envelope["number"]) == ("target list", version.number)
        assert envelope["content"]["quarter"] == target.quarter

    @precondition(an_open_one)
    @rule(side=SIDE, of=st.integers(0, 3), verdict=VERDICT, comment=REASON)
    def a_seat_signs_what_is_open(self, side: str, of: int, verdict: str, comment: str) -> None:
        """By its holder or a deputy, with the page as it stands."""
        target = [one for one in self.company.lists.values() if one.open][-1]
        signers = self.company.people.signers(target.seat(side), day(self.company.now))
        if target.open and signers:
            by, digest = signers[of % len(signers)], target.open.digest
            self.sign(
                target, target.open, seat=target.seat(side), by=by, verdict=verdict, comment=comment, digest=digest
            )

    @precondition(an_open_one)
    @rule(of=st.integers(0, 3))
    def both_seats_sign_what_is_open(self, of: int) -> None:
        for side in SIDES if of % 2 else SIDES[::-1]:
            if self.an_open_one():
                self.a_seat_signs_what_is_open(side=side, of=of, verdict="approve", comment="")

    @precondition(an_open_one)
    @rule(side=SIDE, of=st.integers(0, 3))
    def a_deputy_signs_what_is_open(self, side: str, of: int) -> None:
        """On their days, before them, after them, or taken back."""
        target = [one for one in self.company.lists.values() if one.open][-1]
        deputies = [one.person for one in self.company.people.seats[target.seat(side)].deputies]
        if target.open and deputies:
            by, digest = deputies[-1 - of % len(deputies)], target.open.digest
            self.sign(target, target.open, seat=target.seat(side), by=by, verdict="approve", comment="", digest=digest)

    @precondition(an_open_one)
    @rule(side=SIDE, of=st.integers(0, 3), older=st.booleans())
    def a_seat_signs_from_another_page(self, side: str, of: int, older: bool) -> None:
        """The right person for the right version, whose page showed an older version or no version at all."""
        target = [one for one in self.company.lists.values() if one.open][-1]
        signers = self.company.people.signers(target.seat(side), day(self.company.now))
        if target.open and signers:
            shown = target.versions[0].digest if older else "0" * 64
            by = signers[of % len(signers)]
            self.sign(target, target.open, seat=target.seat(side), by=by, verdict="approve", comment="", digest=shown)

    @precondition(versions)
    @rule(number=WHICH, back=BACK, seat=SEAT, whom=BY_WHOM, person=PERSON, verdict=VERDICT, comment=REASON, shown=SHOWN)
    def somebody_signs_anything(
        self, *, number: int, back: int, seat: str, whom: str, person: str, verdict: str, comment: str, shown: str
    ) -> None:
        """Perhaps not a signer, perhaps for the other seat, perhaps on a page that showed something else."""
        target, version = self.proposed(number, back)
        signers = self.company.people.signers(seat, day(self.company.now))
        deputies = [one.person for one in self.company.people.seats[seat].deputies]  # on their days or not
        known = {"a signer": signers, "a deputy": deputies, "the proposer": [version.proposer]}
        by = [person, *known.get(whom, [])][-1]
        digests = {"its own": version.digest, "another's": target.versions[0].digest, "made up": "0" * 64}
        digest = digests[shown]
        self.sign(target, version, seat=seat, by=by, verdict=verdict, comment=comment, digest=digest)

    def sign(
        self, target: QuarterList, version: Version, *, seat: str, by: str, verdict: str, comment: str, digest: str
    ) -> None:
        holder, side = self.company.people.holder(seat), self.company.people.seats[seat].side
        said = Signature(side, by, None if by == holder else holder, verdict, comment, self.company.now)
        before = target.signed[-1] if target.signed else None

        def action(session: Any) -> bool:
            stored = self.system.list(session, target)
            complete: bool = stored.sign(
                self.stored(session, target, version.number),
                seat=self.system.seat(session, seat),
                by=self.system.user(session, by),
                at=self.company.now,
                digest=digest,
                verdict=Verdict(verdict),
                comment=comment,
                organisation=self.system.organisation(session),
            )
            return complete

        reasons = self.company.sign(target, version, said, seat=seat, digest=digest)
        complete = self.do("sign" if verdict == "approve" else "decline", reasons, action)
        if not reasons:
            assert complete == (version.state == "signed")
            self.tally["deputies sign"] += said.deputy_for is not None
            self.tally["lists come into force"] += bool(complete)
            self.tally["changes in the quarter"] += bool(complete and before)

    @precondition(versions)
    @rule(number=WHICH, back=BACK, own=st.booleans(), by=PERSON, why=REASON)
    def a_signature_is_withdrawn(self, number: int, back: int, own: bool, by: str, why: str) -> None:
        target, version = self.proposed(number, back)
        signed = [one.person for one in version.standing]
        actor = signed[0] if own and signed else by

        def action(session: Any) -> None:
            stored = self.stored(session, target, version.number)
            user = self.system.user(session, actor)
            self.system.list(session, target).withdraw_signature(stored, by=user, at=self.company.now, reason=why)

        self.do("withdraw a signature", self.company.withdraw_signature(version, by=actor), action)

    @precondition(versions)
    @rule(number=WHICH, back=BACK, own=st.booleans(), by=PERSON)
    def a_proposal_is_withdrawn(self, number: int, back: int, own: bool, by: str) -> None:
        target, version = self.proposed(number, back)
        actor = version.proposer if own else by

        def action(session: Any) -> None:
            stored, user = self.stored(session, target, version.number), self.system.user(session, actor)
            self.system.list(session, target).withdraw(stored, by=user, at=self.company.now)

        self.do("withdraw a proposal", self.company.withdraw(version, by=actor), action)
