"""Whether a row from outside is a company that we know: certain, or to be asked about (domain §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from abm.accounts.identity import normal_name
from abm.accounts.models import Account, AccountDomain, ExternalId

KIND = "account"


class Known(NamedTuple):
    """As much of an account as recognising it takes."""

    id: int
    slug: str
    name: str
    country: str


@dataclass(frozen=True)
class Match:
    """The account that a row means, if any. Where it is not certain, a person is asked: it is never merged."""

    account: Known | None
    certain: bool
    why: str


class Matcher:
    """The keys of all accounts in memory: thousands of rows are matched with three queries.

    `system` is the one whose ids the rows carry, such as `salesforce`.
    """

    def __init__(self, system: str = "") -> None:
        self.system = system
        self._known: dict[int, Known] = {}
        self._named: dict[str, list[int]] = defaultdict(list)
        self._domains: dict[str, int] = {}
        self._domains_of: dict[int, set[str]] = defaultdict(set)
        self._external: dict[str, int] = {}
        self._external_of: dict[int, set[str]] = defaultdict(set)

    @classmethod
    def load(cls, session: Session, *, system: str = "", only: Iterable[int] | None = None) -> Matcher:
        """Read the keys of every account, or of those with these ids."""
        matcher = cls(system)
        ids = None if only is None else list(only)

        def wanted(column: ColumnElement[int]) -> ColumnElement[bool]:
            return true() if ids is None else column.in_(ids)

        columns = (Account.id, Account.slug, Account.name, Account.country, Account.normal_name)
        for row in session.execute(select(*columns).where(wanted(Account.id.expression)).order_by(Account.id)):
            matcher._note(Known(*row[:4]), row.normal_name)
        domains = select(AccountDomain.domain, AccountDomain.account_id).where(AccountDomain.identifies)
        for domain, account_id in session.execute(domains.where(wanted(AccountDomain.account_id.expression))):
            matcher._note_domain(account_id, domain)
        named = (ExternalId.system == system, ExternalId.kind == KIND, wanted(ExternalId.row_id.expression))
        for value, row_id in session.execute(select(ExternalId.value, ExternalId.row_id).where(*named)):
            matcher._note_external(row_id, value)
        return matcher

    def learn(self, account: Account, *, external: str = "", domains: Iterable[str] = ()) -> None:
        """Know an account that came into being since loading, so that a later row of the same file finds it."""
        self._note(Known(account.id, account.slug, account.name, account.country or ""), account.normal_name)
        for domain in domains:
            self._note_domain(account.id, domain)
        if external:
            self._note_external(account.id, external)

    def match(
        self, *, external: str = "", domains: Iterable[str] = (), name: str = "", country: str | None = None
    ) -> Match:
        """What a row means. `domains` are clean; `country` is None where the row does not speak of one."""
        by_id = self._external.get(external) if external else None
        if by_id is not None:
            return Match(self._known[by_id], True, f"the same id in {self.system}")
        identifying = set(domains)
        owners = {self._domains[domain] for domain in identifying if domain in self._domains}
        if owners:
            return self._by_domain(sorted(owners), external)
        return self._by_name(name, country, external, identifying)

    def near(self, *, domains: Iterable[str] = (), name: str = "") -> list[Known]:
        """Every account that a row may mean, for a person to choose from."""
        owners = {self._domains[domain] for domain in domains if domain in self._domains}
        named = self._named.get(normal_name(name), ()) if name else ()
        return [self._known[number] for number in sorted(owners | set(named))]

    def account(self, number: int) -> Known | None:
        """The account of an id, where it was loaded."""
        return self._known.get(number)

    def _by_domain(self, owners: list[int], external: str) -> Match:
        account = self._known[owners[0]]
        if len(owners) > 1:
            return Match(account, False, f"its web domains belong to {len(owners)} accounts")
        if self._contradicts(account.id, external):
            return Match(account, False, f"the same web domain, but another id in {self.system}")
        return Match(account, True, "the same web domain")

    def _by_name(self, name: str, country: str | None, external: str, domains: set[str]) -> Match:
        here = (country or "").strip().casefold()
        named = [self._known[number] for number in self._named.get(normal_name(name), ())] if name else []
        near = [one for one in named if not here or not one.country or one.country.casefold() == here]
        same = [one for one in near if here and one.country.casefold() == here]
        if not near:
            return Match(None, True, "no account has this name" if not named else "only in another country")
        if len(same) > 1 or (not same and len(near) > 1):
            return Match((same or near)[0], False, f"{len(same or near)} accounts have this name")
        account = (same or near)[0]
        if self._contradicts(account.id, external):
            return Match(account, False, f"the same name, but another id in {self.system}")
        if domains and self._domains_of[account.id]:
            return Match(account, False, "the same name, but another web domain")
        if same:
            return Match(account, True, "the same name and country")
        written = " ".join(name.split()).casefold() == " ".join(account.name.split()).casefold()
        return Match(account, written, "the only account of this name" if written else "a similar name")

    def _contradicts(self, account_id: int, external: str) -> bool:
        """Whether the system has another name for the account than the one that the row carries."""
        return bool(external) and bool(self._external_of[account_id] - {external})

    def _note(self, known: Known, normal: str) -> None:
        self._known[known.id] = known
        if normal:
            self._named[normal].append(known.id)

    def _note_domain(self, account_id: int, domain: str) -> None:
        self._domains[domain] = account_id
        self._domains_of[account_id].add(domain)

    def _note_external(self, account_id: int, value: str) -> None:
        self._external[value] = account_id
        self._external_of[account_id].add(value)


def find_match(
    session: Session,
    *,
    system: str = "",
    external: str = "",
    domains: Iterable[str] = (),
    name: str = "",
    country: str | None = None,
) -> Match:
    """What one row means; for a file of rows load a `Matcher` once."""
    asked = list(domains)
    by_id = select(ExternalId.row_id).where(
        ExternalId.system == system, ExternalId.kind == KIND, ExternalId.value == external
    )
    by_domain = select(AccountDomain.account_id).where(AccountDomain.domain.in_(asked), AccountDomain.identifies)
    candidates = session.scalars(
        select(Account.id).where(
            or_(Account.id.in_(by_id), Account.id.in_(by_domain), Account.normal_name == normal_name(name))
        )
    )
    matcher = Matcher.load(session, system=system, only=candidates)
    return matcher.match(external=external, domains=asked, name=name, country=country)
