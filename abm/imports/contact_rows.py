"""Rows that are contacts: who each is, at which account, what it would change, and the writing of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from abm.accounts.matching import Matcher
from abm.accounts.models import Account, Contact, ExternalId, add_contacts
from abm.imports.lines import Line
from abm.imports.models import Action
from abm.imports.planned import Ground, Planned, Seen, differing, in_chunks, planned
from abm.imports.values import CellFault, says_nothing, word
from abm.imports.words import BUYING_ROLES, meant
from abm.kit.text import one_line, shortened

OPT_OUTS = {"email_opt_out": "email", "phone_opt_out": "call"}
EMAILS = ("email", "email_2", "email_3")


class ContactRows:
    """Plans and applies a file of people at accounts."""

    def __init__(self, ground: Ground, lines: Sequence[Line]) -> None:
        self.ground, self.lines = ground, lines
        self.matcher = Matcher.load(ground.session, system=ground.system)
        self._seen = Seen()
        self._by_id: dict[str, Contact] = {}
        self._by_email: dict[str, list[Contact]] = {}
        self._by_name: dict[tuple[int, str], list[Contact]] = {}
        self._account_names: dict[int, str] = {}

    def plan(self) -> list[Planned]:
        """What each row would do: the account of each first, then the person there."""
        plans = [planned(line, self._read) for line in self.lines]
        self._load([plan for plan in plans if plan.action is not Action.BAD])
        for plan in plans:
            if plan.action is not Action.BAD:
                self._settle(plan)
        return plans

    def apply(self, plans: Sequence[Planned]) -> None:
        """Write what was planned."""
        ground = self.ground
        added = [plan for plan in plans if plan.action is Action.ADD]
        ids = [plan.facts["account_id"] for plan in added]
        accounts = {row[0].id: row[0] for row in in_chunks(ground.session, select(Account), Account.id, ids)}
        people = [(accounts[plan.facts["account_id"]], plan.facts["given"]) for plan in added]
        created = add_contacts(people, by=ground.by, at=ground.at)
        rows = {plan.number: contact for plan, contact in zip(added, created, strict=True)}
        for plan in plans:
            if plan.action is Action.UPDATE:
                rows[plan.number] = plan.facts["contact"]
                if plan.facts["given"]:
                    plan.facts["contact"].change(by=ground.by, at=ground.at, **plan.facts["given"])
        for plan in plans:
            if plan.applies:
                self._follow(plan, rows[plan.number])

    def _follow(self, plan: Planned, contact: Contact) -> None:
        """What stands beside a contact: opt-outs, and the other system's id."""
        for channel in plan.facts["opt_outs"]:
            contact.opt_out(channel, by=self.ground.by, at=self.ground.at)
        if plan.facts["external"]:
            value = plan.facts["external"]
            known = ExternalId(system=self.ground.system, kind="contact", value=value, row_id=contact.id)
            self.ground.session.add(known)

    def _read(self, line: Line, plan: Planned) -> None:
        given: dict[str, Any] = {"name": line.person()}
        given |= {"email": email} if (email := line.email(*EMAILS)) else {}
        given |= {"title": title} if (title := line.name("title")) else {}
        given |= {"phone": phone} if (phone := _phone(line)) else {}
        role = line.name("buying_role")
        known = meant(BUYING_ROLES, role) if role else None
        if known is not None:
            given["buying_role"] = known
        elif role:
            plan.remark(f"The buying role “{shortened(role)}” is not known here and left out.")
        plan.facts = {
            "given": given,
            "account_id": self._account(line),
            "external": line.name("external_id"),
            "opt_outs": [channel for field, channel in OPT_OUTS.items() if line.yes(field)],
        }

    def _account(self, line: Line) -> int:
        name, external = line.name("account"), line.name("account_external_id")
        match = self.matcher.match(external=external, name=name)
        if not name and not external:
            raise CellFault("account", "", "The row names no account: write where this person works.")
        if match.account is None:
            message = f"There is no account {shortened(name or external)}: import or add it first."
            raise CellFault("account", name, message)
        if not match.certain:
            message = f"“{shortened(name)}” may be {match.account.name}: {match.why}. Write its name as it is here."
            raise CellFault("account", name, message)
        self._account_names[match.account.id] = match.account.name
        return match.account.id

    def _load(self, plans: Sequence[Planned]) -> None:
        """The contacts that the rows may mean: by the system's id, by e-mail, by name at the account."""
        session, system = self.ground.session, self.ground.system
        by_id = select(ExternalId.value, Contact).join(Contact, Contact.id == ExternalId.row_id)
        by_id = by_id.where(ExternalId.system == system, ExternalId.kind == "contact")
        ids = [plan.facts["external"] for plan in plans if plan.facts["external"]]
        self._by_id = {row[0]: row[1] for row in in_chunks(session, by_id, ExternalId.value, ids)}
        emails = [plan.facts["given"]["email"] for plan in plans if "email" in plan.facts["given"]]
        for row in in_chunks(session, select(Contact), Contact.email, emails):
            self._by_email.setdefault(row[0].email, []).append(row[0])
        accounts = [plan.facts["account_id"] for plan in plans]
        for row in in_chunks(session, select(Contact), Contact.account_id, accounts):
            self._by_name.setdefault((row[0].account_id, row[0].name.casefold()), []).append(row[0])

    def _settle(self, plan: Planned) -> None:
        """Which contact it is, and what differs."""
        try:
            contact = self._find(plan)
        except CellFault as fault:
            plan.spoil(fault.field, fault.message)
            return
        if contact is None:
            return
        given = plan.facts["given"]
        if contact.merged_into_id is not None:  # known by another name and address of theirs, which they keep
            contact, given = contact.standing, {name: given[name] for name in given.keys() - {"name", "email"}}
        plan.target_id = contact.id
        given = differing(contact, given)
        for name, value in given.items():
            plan.note(name, getattr(contact, name), value)
        plan.facts["opt_outs"] = [one for one in plan.facts["opt_outs"] if contact.may_be_reached_by(one)]
        for channel in plan.facts["opt_outs"]:
            plan.note(f"{channel}_opt_out", "", "yes")
        if plan.facts["external"] in self._by_id:
            plan.facts["external"] = ""
        elif plan.facts["external"]:
            plan.note("external_id", "", plan.facts["external"])
        plan.facts |= {"given": given, "contact": contact}
        plan.settle()

    def _find(self, plan: Planned) -> Contact | None:
        account_id, given = plan.facts["account_id"], plan.facts["given"]
        email, external = given.get("email"), plan.facts["external"]
        known = self._by_id.get(external) if external else None
        if known is None and email:
            known = self._with_email(email, account_id)
        if known is None:
            known = self._named(account_id, given["name"], email)
        same: object = known.standing.id if known else (account_id, given["name"].casefold(), email)
        keys = [("id", external)] if external else []
        self._seen.claim(plan.number, "person", same, *keys, *([("email", email)] if email else []))
        if known is not None and known.account_id != account_id:
            at = self._account_name(known)
            raise CellFault("account", "", f"{known.name} is at {at} here: take them off that account first.")
        return known

    def _with_email(self, email: str, account_id: int) -> Contact | None:
        found = self._by_email.get(email, [])
        here = [one for one in found if one.account_id == account_id]
        return next(iter(_unmerged(here) or _unmerged(found)), None)

    def _named(self, account_id: int, name: str, email: str | None) -> Contact | None:
        """Somebody of this name at the account. With another address it may be somebody else: a person is asked."""
        found = _unmerged(self._by_name.get((account_id, name.casefold()), []))
        if len(found) > 1 or (found and email and found[0].email):
            here = f"{found[0].name} at {self._account_names[account_id]}"
            raise CellFault("email", email or "", f"This may be {here}, who has another address: correct the row.")
        return found[0] if found else None

    def _account_name(self, contact: Contact) -> str:
        return self._account_names.get(contact.account_id) or contact.account.name


def _unmerged(found: Sequence[Contact]) -> list[Contact]:
    """Of contacts that are one person by now only one, first the one that stands."""
    people: dict[int, Contact] = {}
    for one in sorted(found, key=lambda contact: (contact.merged_into_id is not None, contact.id)):
        people.setdefault(one.merged_into_id or one.id, one)
    return list(people.values())


def _phone(line: Line) -> str:
    """The first phone number that a row has."""
    texts = (line.text(field) for field in ("phone", "phone_2"))
    return next((word("phone", one_line(text)) for text in texts if not says_nothing(text)), "")
