"""Rows that are activities: on which account, with whom, by whom of us, what came of it, and the logging of it.

The id of the other system says which activity a row is; without one, its cells do as the file has them, so that the
same file twice adds nothing. A row that is here already is the same, whatever somebody corrected here since, and
whatever we have learnt meanwhile of its people and its words.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import select

from abm.accounts.external_ids import rows_known_as
from abm.accounts.matching import Match, Matcher
from abm.accounts.models import Account, Contact, ExternalId, know_many
from abm.imports.colleagues import Colleagues
from abm.imports.lines import Line
from abm.imports.models import Action
from abm.imports.planned import Ground, Planned, Seen, in_chunks, planned
from abm.imports.touch_people import People
from abm.imports.touch_words import done, note_of
from abm.imports.values import CellFault
from abm.kit.base import public_id
from abm.kit.rules import require
from abm.kit.text import shortened
from abm.outbound.recounting import recount
from abm.people.models import User
from abm.touches.bulk import Draft, chunks, hold_accounts, log_many
from abm.touches.kinds import Channel, Direction
from abm.touches.outcomes import OPTED_OUT
from abm.touches.sides import sides_of

KIND = "touch"
NOON = timedelta(hours=12)
MEANWHILE = "Somebody wrote about the same people at the same moment. Nothing is applied: confirm once more."
DELETED = ("deleted", "deleted_2")


class TouchRows:
    """Plans and applies a file of activities."""

    def __init__(self, ground: Ground, lines: Sequence[Line]) -> None:
        self.ground, self.lines, session = ground, lines, ground.session
        matcher = Matcher.load(session, system=ground.system)
        self._match = cache(lambda external, name: matcher.match(external=external, name=name))
        self._colleagues = Colleagues(session)
        self._users = rows_known_as(session, system=ground.system, kind="user")
        self._seen, self._alike = Seen(), Counter[str]()
        self._known: dict[str, int] = {}

    def plan(self) -> list[Planned]:
        """What each row would do."""
        self._load()
        plans = [planned(line, self._plan) for line in self.lines]
        self._heed_opt_outs(plans)
        return plans

    def apply(self, plans: Sequence[Planned]) -> None:
        """Log what was planned, count it, and note which touch each row became; planning held the accounts."""
        ground, session = self.ground, self.ground.session
        ids = [plan.facts["account_id"] for plan in plans]
        token = public_id()
        drafts = [Draft(client_key=f"{token}-{plan.number}", **_draft(plan)) for plan in plans]
        written = log_many(session, drafts, organisation=ground.organisation, by=ground.by, at=ground.at)
        for plan, draft in zip(plans, drafts, strict=True):
            plan.target_id = written[draft.client_key]
        named = ((plan.facts["external"], int(plan.target_id or 0)) for plan in plans)
        know_many(session, named, system=ground.system, kind=KIND)
        self._leave_alone(draft for draft in drafts if draft.outcome == OPTED_OUT)
        for chunk in chunks(sorted(set(ids))):
            recount(session, chunk, held=True)

    def _load(self) -> None:
        """The accounts, contacts and touches that the rows may mean."""
        session, system = self.ground.session, self.ground.system
        current = select(Account).execution_options(populate_existing=True)
        accounts = in_chunks(session, current, Account.id, self._meet())
        self._accounts: dict[int, Account] = {row[0].id: row[0] for row in accounts}
        known = select(ExternalId.value, ExternalId.row_id)
        known = known.where(ExternalId.system == system, ExternalId.kind == KIND)
        external = [line.tried("external_id") for line in self.lines if line.has("external_id")]
        self._known = {row[0]: row[1] for row in in_chunks(session, known, ExternalId.value, external)}
        if len(external) < len(self.lines):  # rows without an id are known by what they say
            self._known |= {row[0]: row[1] for row in session.execute(known.where(ExternalId.value.startswith("row ")))}

    def _meet(self) -> list[int]:
        """Read whom the rows may mean; hand back at which accounts, which are held first where the rows are applied."""
        session, system = self.ground.session, self.ground.system
        found = (self._account_of(line).account for line in self.lines)
        named = sorted({account.id for account in found if account is not None})
        self._people = People.load(session, system, self.lines, account_ids=named)
        ids = self._people.account_ids.union(named)
        if self.ground.applying:
            hold_accounts(session, ids)
            self._people = People.load(session, system, self.lines, account_ids=named)
            require(self._people.account_ids <= ids, MEANWHILE)
        return sorted(ids)

    def _plan(self, line: Line, plan: Planned) -> None:
        self._refuse_deleted(line)
        external = line.name("external_id") or self._digest(line)
        account = self._account(line)
        did = done(line, plan)
        when = self._when(line)
        contact = self._contact(line, plan, account)
        facts = {
            "account_id": account.id,
            **self._whose(line, plan),
            "direction": did.direction,
            "channel": did.channel,
            "outcome": did.outcome,
            **when,
            "contact_id": contact.id if contact else None,
            "note": note_of(line, did),
        }
        self._seen.claim(line.number, "activity", external)
        plan.target_id = self._known.get(external)
        if plan.target_id is None:
            self._check(account, contact, facts)
        plan.facts = {"draft": facts, "external": external, "account_id": account.id}

    def _refuse_deleted(self, line: Line) -> None:
        """Raises CellFault for what is there only as deleted. Salesforce archives what is just older than a year."""
        fields = DELETED if self.ground.system == "salesforce" else (*DELETED, "archived")
        gone = next((name for name in fields if line.yes(name)), "")
        if gone:
            raise CellFault(gone, line.text(gone), "It is deleted in the other system: it stays out.")

    def _account_of(self, line: Line) -> Match:
        """What the row's own cells say of the account; of several ids the first."""
        external = line.tried("account_external_id").split(";")[0].strip()
        return self._match(external, line.tried("account"))

    def _account(self, line: Line) -> Account:
        """Where it was; a row that names no account is where its contact works."""
        name, external = line.name("account"), line.name("account_external_id")
        match = self._account_of(line)
        if match.account is not None and not match.certain:
            message = f"“{shortened(name)}” may be {match.account.name}: {match.why}. Write its name as it is here."
            raise CellFault("account", name, message)
        contact = self._people.surely(line) if match.account is None else None
        number = match.account.id if match.account else contact.account_id if contact else None
        if number is not None:
            return self._accounts[number]
        if name or external:
            message = f"There is no account {shortened(name or external)}: import or add it first."
            raise CellFault("account" if name else "account_external_id", name or external, message)
        raise CellFault("account", "", "The row names no account, and nobody whom we know: write where it was.")

    def _when(self, line: Line) -> dict[str, Any]:
        """The moment; of a day without a time its noon, and of today now."""
        organisation, now = self.ground.organisation, self.ground.at
        field = next((name for name in ("at", "at_2") if line.has(name)), "at")
        when = line.moment(field, organisation.time_zone)
        if when is None:
            raise CellFault(field, "", "The row does not say when it was: write a day.")
        at = when.at or (now if when.day == self.ground.today else organisation.start_of(when.day) + NOON)
        if at > now:
            raise CellFault(field, line.text(field), "That is still to come: bring it in once it has happened.")
        return {"at": at, "day": when.day}

    def _whose(self, line: Line, plan: Planned) -> dict[str, Any]:
        """Who did it and for which side; whom nobody here knows, whoever brings the file stands for."""
        name, external = line.name("owner"), line.name("owner_external_id")
        number = self._users.get(external)
        found = [self.ground.session.get_one(User, number)] if number else self._colleagues.named(name) if name else []
        if len(found) == 1:
            return {"logged_by_id": found[0].id, "side": sides_of(found[0])[0]}
        if name or external:
            who = f"{len(found)} people are" if found else "Nobody here is"
            plan.remark(f"{who} named {shortened(name or external)}: it stands under {self.ground.by.name}.")
        return {"logged_by_id": self.ground.by.id, "side": sides_of(self.ground.by)[0]}

    def _contact(self, line: Line, plan: Planned, account: Account) -> Any:
        """With whom; somebody we do not know, or not there, is said and left out."""
        found, why = self._people.at(line, account)
        if why:
            plan.remark(why)
        return found

    def _check(self, account: Account, contact: Any, facts: dict[str, Any]) -> None:
        """Refuse what logging one by one would refuse."""
        if account.archived_at is not None:
            raise CellFault("account", account.name, f"{account.name} is archived: restore it first.")
        if facts["outcome"] == OPTED_OUT and contact is None:
            raise CellFault("contact", "", "The row does not say who opted out: name a contact whom we know.")
        if facts["direction"] is Direction.INBOUND:
            return
        if account.left_alone_on(facts["day"]):
            why = f"{account.name} is marked “do not approach”: {account.do_not_approach}."
            raise CellFault("account", account.name, why)
        if contact is not None and contact.opted_out_on(facts["channel"], facts["day"]):
            why = f"{contact.name} had opted out of {facts['channel']} by then: correct the row, or leave it."
            raise CellFault("contact", contact.name, why)

    def _heed_opt_outs(self, plans: Sequence[Planned]) -> None:
        """Keep out what reached out to somebody after another row of the file says that they opted out of it."""
        added = sorted((plan for plan in plans if plan.action is Action.ADD), key=lambda plan: _draft(plan)["at"])
        first: dict[tuple[int, Channel], Planned] = {}
        for plan in added:
            did = _draft(plan)
            whom = did["contact_id"], did["channel"]
            if did["outcome"] == OPTED_OUT:
                first.setdefault(whom, plan)
            elif whom in first and did["direction"] is Direction.OUTBOUND and did["at"] > _draft(first[whom])["at"]:
                name = next(person.name for person in self._people.known if person.id == did["contact_id"])
                why = f"{name} had opted out of {did['channel']} by then, as row {first[whom].number} says"
                plan.spoil("contact", f"{why}: correct one of the two, or leave it.")

    def _digest(self, line: Line) -> str:
        """What a row without an id is known by: every cell that we read, and how many before it are just the same."""
        said = [(name, line.text(name)) for name in sorted(line.reading.columns) if line.has(name)]
        digest = hashlib.sha256(repr(said).encode()).hexdigest()[:32]
        self._alike[digest] += 1
        return f"row {digest} {self._alike[digest]}"

    def _leave_alone(self, drafts: Any) -> None:
        """Whoever opted out is left alone on that channel from then on."""
        for draft in drafts:
            contact = self.ground.session.get_one(Contact, draft.contact_id)
            if contact.may_be_reached_by(draft.channel.value):
                contact.opt_out(draft.channel.value, on=draft.day, by=self.ground.by, at=self.ground.at)


def _draft(plan: Planned) -> dict[str, Any]:
    """What a row would log."""
    draft: dict[str, Any] = plan.facts["draft"]
    return draft
