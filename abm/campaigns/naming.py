"""Which account and which person somebody means who writes of a play: by id, domain, name or e-mail address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.identity import clean_domain
from abm.accounts.matching import KIND, Matcher
from abm.accounts.models import Account, Contact, ExternalId
from abm.kit.rules import RuleBroken, refuse
from abm.kit.text import shortened
from abm.touches.bulk import chunks

LONGEST = 400


class Directory:
    """Every account by what it is called, with four queries; the people of those that are asked about with one more.

    Less than certain is refused and never guessed (domain §3).
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._matcher = Matcher.load(session)
        self._ids: dict[str, set[int]] = defaultdict(set)
        for number, public_id, slug in session.execute(select(Account.id, Account.public_id, Account.slug)):
            self._ids[public_id].add(number)
            self._ids[slug].add(number)
        known = select(ExternalId.value, ExternalId.row_id).where(ExternalId.kind == KIND)
        for value, number in session.execute(known):
            self._ids[value].add(number)
        self._people: dict[int, dict[str, set[int]]] = {}

    def account(self, *said: str) -> int:
        """The account that one of these texts names, the surest first. Raises RuleBroken."""
        filled = [" ".join(text[:LONGEST].split()) for text in said if text.strip()]
        if not filled:
            refuse("Say which account: its name, domain or id.", field="account")
        found = {number for text in filled if (number := self._named(text)) is not None}
        if len(found) > 1:
            refuse(f"“{filled[0]}” and “{filled[-1]}” are two accounts: correct one of them.", field="account")
        if not found:
            refuse(self._why_not(filled[0]), field="account")
        return found.pop()

    def name_of(self, account_id: int) -> str:
        known = self._matcher.account(account_id)
        return known.name if known is not None else ""

    def know_people(self, account_ids: Collection[int]) -> None:
        """Read the people of these accounts."""
        for chunk in chunks(sorted(set(account_ids) - self._people.keys())):
            self._people |= {number: defaultdict(set) for number in chunk}
            columns = select(Contact.account_id, Contact.id, Contact.public_id, Contact.email, Contact.name)
            rows = columns.where(Contact.account_id.in_(chunk), Contact.archived_at.is_(None))
            for account_id, number, *names in self._session.execute(rows):
                for name in filter(None, names):
                    self._people[account_id][name.casefold()].add(number)

    def contact(self, account_id: int, text: str) -> int | None:
        """The person of an account by e-mail address, name or id; None where there is none of that name.

        Raises RuleBroken where several are meant.
        """
        self.know_people([account_id])
        words = " ".join(text[:LONGEST].split()).casefold()
        found = self._people[account_id].get(words, set()) if words else set()
        if len(found) > 1:
            told = shortened(text)
            refuse(f"Several people of {self.name_of(account_id)} are “{told}”: write the address.", field="contact")
        return next(iter(found), None)

    def _named(self, text: str) -> int | None:
        by_id = self._ids.get(text, self._ids.get(text.lower(), set()))
        if len(by_id) == 1:
            return next(iter(by_id))
        domain = _domain(text)
        if domain:
            match = self._matcher.match(domains=[domain])
            if match.account is not None and match.certain:
                return match.account.id
        match = self._matcher.match(name=text)
        return match.account.id if match.account is not None and match.certain else None

    def _why_not(self, text: str) -> str:
        match = self._matcher.match(name=text)
        told = shortened(text)
        if match.account is None:
            return f"No account is called “{told}”: write its name as it stands here, its domain or its id."
        return f"“{told}” may be {match.account.name} ({match.why}): write its domain or its id."


def _domain(text: str) -> str:
    """The web domain that a text is, with or without the rest of an address; else nothing."""
    if " " in text or "." not in text:
        return ""
    try:
        return clean_domain(text)
    except RuleBroken:
        return ""
