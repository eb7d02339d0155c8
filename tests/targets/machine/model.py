"""What must hold of lists, versions and signatures, told once more in plain Python (domain §4 and §5).

Nothing of the product is used here. Every action answers with the reasons for which it must be refused; without any, it
has happened. Accounts and people go by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.targets.machine.calendar import day, days_later, next_quarter, quarter_at, span
from tests.targets.machine.lists import Entry, QuarterList, Signature, Version
from tests.targets.machine.people import SIDES, People

Reasons = list[str]
AHEAD_AT_MOST = 4  # quarters whose list may be started
DAYS_TO_SIGN = 14


@dataclass
class Company:
    """Everything: people with their seats, accounts, lists."""

    people: People
    now: datetime
    accounts: list[str]
    archived: set[str] = field(default_factory=set)
    lists: dict[tuple[str, str], QuarterList] = field(default_factory=dict)  # by quarter and programme

    def start(self, quarter: str, programme: str, policies: dict[int, dict[str, Any]]) -> Reasons:
        reasons = [
            *(["over"] if self.now >= span(quarter)[1] else []),
            *(["too far ahead"] if quarter > quarter_at(self.now, AHEAD_AT_MOST) else []),
            *(["started already"] if (quarter, programme) in self.lists else []),
        ]
        if not reasons:
            self.lists[quarter, programme] = QuarterList(quarter, programme, policies)
        return reasons

    def carried(self, target: QuarterList, at: datetime) -> Version | None:
        """What of a list holds after its quarter: the last it had, for some weeks, until the next list begins."""
        following = self.lists.get((next_quarter(target.quarter), target.programme))
        begun = following is not None and following.in_force(at) is not None
        if begun or not target.ends <= at < target.carried_until:
            return None
        return target.in_force(target.ends - timedelta(microseconds=1))

    def archive(self, account: str) -> Reasons:
        if account in self.archived:
            return ["archived already"]
        self.archived.add(account)
        return []

    def restore(self, account: str) -> Reasons:
        if account not in self.archived:
            return ["not archived"]
        self.archived.remove(account)
        return []

    def over(self, target: QuarterList) -> Reasons:
        return ["over"] if self.now >= target.ends else []

    def enter(self, target: QuarterList, account: str) -> Reasons:
        reasons = self.over(target) + (["archived"] if account in self.archived else [])
        if not reasons:
            target.entries.setdefault(account, Entry())
        return reasons

    def change(self, target: QuarterList, account: str, wanted: dict[str, Any], *, revision: int) -> Reasons:
        """Place or aim an entry: `wanted` by the names of `Entry`, decided from a revision."""
        entry = target.entries[account]
        if wanted.get("outcome") == "out" and not wanted["reason"]:
            return ["no reason"]
        differing = {name: value for name, value in wanted.items() if getattr(entry, name) != value}
        if not differing:
            return []
        reasons = self.over(target) + (["stale"] if revision != entry.revision else [])
        ae = wanted.get("ae")
        if ae and ae != entry.ae and not self.people.may_answer(ae):
            reasons.append("no AE")
        if wanted.get("outcome") == "in" and not (wanted["tier"] and ae):
            reasons.append("not placed")
        if not reasons:
            vars(entry).update(differing)
            entry.revision += 1
        return reasons

    def say(self, target: QuarterList, account: str, *, why: str, needed: bool) -> Reasons:
        """Nominate or assess."""
        reasons = self.over(target) + (["no reason"] if needed and not why else [])
        if not reasons:
            target.entries[account].words += 1
        return reasons

    def set_terms(self, target: QuarterList, tier: int, terms: dict[str, int]) -> Reasons:
        reasons = self.over(target) + (["too small"] if min(terms.values()) < 1 else [])
        if not reasons:
            target.policies[tier].update(terms)
        return reasons

    def waive(self, target: QuarterList, what: str, *, seat: str, by: str, reason: str) -> Reasons:
        side = self.people.seats[seat].side
        loads = {name: (count, most) for name, count, most in target.counts()}
        count, most = loads.get(what, (0, 0))
        reasons = [
            *self.over(target),
            *(["no reason"] if not reason else []),
            *(["not over"] if count <= most else []),
            *(["accepted already"] if target.accepted(what, count) else []),
            *(["for Sales to say"] if what.startswith("ae:") and side != "sales" else []),
            *([] if seat == target.seat(side) else ["another programme"]),
            *([] if self.people.signs(seat, by, day(self.now)) else ["not the seat"]),
        ]
        if not reasons:
            target.waivers.append((what, count, side))
        return reasons

    def propose(self, target: QuarterList, *, by: str) -> Reasons:
        reasons = self.over(target) + [side for side in SIDES if not self.people.holder(target.seat(side))]
        rows = target.rows
        reasons += [] if rows else ["nothing is in"]
        reasons += [what for what, count, most in target.counts() if count > most and not target.accepted(what, count)]
        reasons += ["an AE has left" for row in rows.values() if str(row[3]) not in self.people.active]
        reasons += ["archived" for account in rows if account in self.archived]
        waiting = target.open if target.open and not target.open.overdue(self.now) else None
        last = waiting or (target.signed[-1] if target.signed else None)
        policies = {tier: dict(terms) for tier, terms in target.policies.items()}
        if last is not None and (last.rows, last.policies) == (rows, policies):
            reasons.append("nothing new")
        if reasons:
            return reasons
        if target.open is not None:
            self._close(target.open, "superseded" if waiting else "expired")
        until = min(days_later(self.now, DAYS_TO_SIGN), target.ends)
        target.versions.append(Version(len(target.versions) + 1, by, self.now, until, policies, rows))
        return []

    def sign(self, target: QuarterList, version: Version, given: Signature, *, seat: str, digest: str) -> Reasons:
        reasons = [
            *([] if seat == target.seat(given.side) else ["another programme"]),
            *([] if self.people.signs(seat, given.person, day(self.now)) else ["not the seat"]),
            *([] if digest == version.digest else ["another digest"]),
            *([] if version.state == "open" else [f"it is {version.state}"]),
            *(["overdue"] if version.overdue(self.now) else []),
            *(["the seat has signed"] if given.side in {one.side for one in version.standing} else []),
            *(["the person has signed"] if given.person in {one.person for one in version.standing} else []),
            *(["no reason"] if given.verdict == "decline" and not given.comment else []),
        ]
        if reasons:
            return reasons
        version.signatures.append(given)
        if given.verdict == "decline":
            self._close(version, "declined")
        elif version.approved_by == set(SIDES):
            version.state, version.starts = "signed", max(self.now, target.starts)
        return []

    def withdraw_signature(self, version: Version, *, by: str) -> Reasons:
        own = next((one for one in version.standing if one.person == by), None)
        if own is None or version.state != "open":
            return ["no signature that can be withdrawn"]
        own.withdrawn = True
        return []

    def withdraw(self, version: Version, *, by: str) -> Reasons:
        if by != version.proposer or version.state != "open":
            return ["not theirs, or not open"]
        self._close(version, "withdrawn")
        return []

    def expire(self, target: QuarterList) -> None:
        """What is overdue closes itself as soon as somebody looks."""
        if target.open is not None and target.open.overdue(self.now):
            self._close(target.open, "expired")

    def _close(self, version: Version, state: str) -> None:
        version.state, version.closed_at = state, self.now
