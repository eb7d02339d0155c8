"""Rules about the draft: accounts come in and out, both say their word, terms change, too much is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from abm.targets.kinds import Motion, Outcome, Priority, Readiness
from abm.targets.models import Entry as StoredEntry
from tests.targets.machine.acting import PERSON, REASON, WHICH, Acting
from tests.targets.machine.lists import QuarterList
from tests.targets.machine.people import SEATS
from tests.targets.machine.system import ACCOUNTS

ACCOUNT = st.sampled_from(ACCOUNTS)
TIER = st.sampled_from((1, 1, 2, 3))
AE = st.sampled_from(("tomas", "tomas", "marcus", "ines"))
ANY_AE = st.sampled_from((None, "tomas", "marcus", "renata", "priya"))
SEEN = st.sampled_from((0, 0, 0, 1))  # how many revisions ago the page was opened
FEW = st.sampled_from((0, 1, 2, 3, 6))


class Drafting(Acting):
    """What happens to the draft of a list."""

    def entry(self, session: Any, target: QuarterList, account: str) -> StoredEntry:
        stored = self.system.list(session, target).entries
        return next(one for one in stored if one.account_id == self.system.accounts[account].id)

    def entered(self, target: QuarterList, number: int) -> str | None:
        """An account that is in the draft, where there is one."""
        entries: Sequence[str] = list(target.entries)
        return entries[number % len(entries)] if entries else None

    @rule(account=ACCOUNT, by=PERSON)
    def an_account_is_archived(self, account: str, by: str) -> None:
        def action(session: Any) -> None:
            found, actor = self.system.account(session, account), self.system.user(session, by)
            found.archive(by=actor, at=self.company.now)

        self.do("archive", self.company.archive(account), action)

    @rule(of=st.integers(0, 5), by=PERSON)
    def an_account_is_restored(self, of: int, by: str) -> None:
        """One that is archived, where one is."""
        archived = sorted(self.company.archived) or ACCOUNTS
        self.restore(archived[of % len(archived)], by)

    def restore(self, account: str, by: str) -> None:
        def action(session: Any) -> None:
            found, actor = self.system.account(session, account), self.system.user(session, by)
            found.restore(by=actor, at=self.company.now)

        self.do("restore", self.company.restore(account), action)

    @rule(number=WHICH, account=ACCOUNT, by=PERSON)
    def an_account_becomes_a_candidate(self, number: int, account: str, by: str) -> None:
        target = self.which(number)

        def action(session: Any) -> None:
            found, actor = self.system.account(session, account), self.system.user(session, by)
            self.system.list(session, target).enter(found, by=actor, at=self.company.now)

        self.do("enter", self.company.enter(target, account), action)

    @rule(number=WHICH, account=ACCOUNT, tier=TIER, ae=AE, by=PERSON)
    def an_account_is_put_in(self, number: int, account: str, tier: int, ae: str, by: str) -> None:
        target = self.which(number)
        self.an_account_becomes_a_candidate(number, account, by)
        if account in target.entries:
            self.place(target, account, {"tier": tier, "ae": ae, "outcome": "in", "reason": ""}, 0, by)

    @rule(number=WHICH, of=st.integers(0, 5), by=PERSON)
    def an_account_is_taken_out(self, number: int, of: int, by: str) -> None:
        target = self.which(number)
        account = self.entered(target, of)
        if account is not None:
            entry = target.entries[account]
            self.place(target, account, {"tier": entry.tier, "ae": entry.ae, "outcome": "out", "reason": "Sold"}, 0, by)

    @rule(
        number=WHICH,
        of=st.integers(0, 5),
        wanted=st.fixed_dictionaries(
            {
                "tier": st.sampled_from((None, 1, 2, 3)),
                "ae": ANY_AE,
                "outcome": st.sampled_from(("candidate", "in", "out")),
                "reason": REASON,
            }
        ),
        seen=SEEN,
        by=PERSON,
    )
    def an_account_is_placed_anyhow(self, *, number: int, of: int, wanted: dict[str, Any], seen: int, by: str) -> None:
        target = self.which(number)
        account = self.entered(target, of)
        if account is not None:
            self.place(target, account, wanted, seen, by)

    def place(self, target: QuarterList, account: str, wanted: dict[str, Any], seen: int, by: str) -> None:
        """Decide where an entry goes, on a page that was opened so many revisions ago."""
        revision = target.entries[account].revision - seen

        def action(session: Any) -> None:
            ae, actor = self.system.user(session, wanted["ae"]), self.system.user(session, by)
            self.entry(session, target, account).place(
                tier=wanted["tier"],
                ae=ae,
                outcome=Outcome(wanted["outcome"]),
                reason=wanted["reason"],
                by=actor,
                at=self.company.now,
                revision=revision,
            )

        self.do("place", self.company.change(target, account, wanted, revision=revision), action)

    @rule(
        number=WHICH,
        of=st.integers(0, 5),
        motion=st.sampled_from([motion.value for motion in Motion]),
        with_children=st.booleans(),
        seen=SEEN,
        by=PERSON,
    )
    def an_account_is_aimed_at(
        self, *, number: int, of: int, motion: str, with_children: bool, seen: int, by: str
    ) -> None:
        target = self.which(number)
        account = self.entered(target, of)
        if account is None:
            return
        revision = target.entries[account].revision - seen
        wanted = {"motion": motion, "with_children": with_children}

        def action(session: Any) -> None:
            actor = self.system.user(session, by)
            aims = {"motion": Motion(motion), "with_children": with_children}
            self.entry(session, target, account).aim(**aims, by=actor, at=self.company.now, revision=revision)

        self.do("aim", self.company.change(target, account, wanted, revision=revision), action)

    @rule(number=WHICH, of=st.integers(0, 5), word=st.sampled_from([*Priority, *Readiness]), why=REASON, by=PERSON)
    def a_side_says_its_word(self, number: int, of: int, word: Priority | Readiness, why: str, by: str) -> None:
        target = self.which(number)
        account = self.entered(target, of)
        if account is None:
            return

        def action(session: Any) -> None:
            entry, actor = self.entry(session, target, account), self.system.user(session, by)
            if isinstance(word, Priority):
                entry.nominate(word, why, by=actor, at=self.company.now)
            else:
                entry.assess(word, why, by=actor, at=self.company.now)

        needed = word is not Readiness.READY
        self.do("say a word", self.company.say(target, account, why=why, needed=needed), action)

    @rule(number=WHICH, tier=TIER, most=FEW, per_ae=FEW, by=PERSON)
    def the_terms_change(self, number: int, tier: int, most: int, per_ae: int, by: str) -> None:
        target, terms = self.which(number), {"max_accounts": most, "max_per_ae": per_ae}

        def action(session: Any) -> None:
            policy = next(one for one in self.system.list(session, target).policies if one.tier == tier)
            policy.change(**terms, by=self.system.user(session, by), at=self.company.now)

        self.do("change the terms", self.company.set_terms(target, tier, terms), action)

    @rule(number=WHICH, of=st.integers(0, 7), seat=st.sampled_from(SEATS), well=st.booleans(), by=PERSON, why=REASON)
    def too_much_is_accepted(self, *, number: int, of: int, seat: str, well: bool, by: str, why: str) -> None:
        """By whoever holds the seat, or by anybody; of what is over the limit, or of anything."""
        target = self.which(number)
        loads = [what for what, count, most in target.counts() if count > most or not well]
        what = loads[of % len(loads)] if loads else "tier:2"
        actor = self.company.people.holder(seat) if well else by
        self.waive(target, what, seat, actor or by, why)

    def waive(self, target: QuarterList, what: str, seat: str, by: str, reason: str) -> None:
        kind, *rest = what.split(":")
        named = what if kind == "tier" else f"ae:{self.system.people[rest[0]].public_id}:{rest[1]}"

        def action(session: Any) -> None:
            stored = self.system.list(session, target)
            stored.waive(
                named,
                seat=self.system.seat(session, seat),
                reason=reason,
                by=self.system.user(session, by),
                at=self.company.now,
                organisation=self.system.organisation(session),
            )

        self.do("accept", self.company.waive(target, what, seat=seat, by=by, reason=reason), action)
