"""The accounts and people whom a quick log may name, looked up by its words: never the whole table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from abm.accounts.identity import normal_name
from abm.accounts.models import Account, AccountDomain, Contact
from abm.accounts.queries import answered_for_by
from abm.kit.text import bare
from abm.outbound.quick_log_names import SHORTEST_START, KnownAccount, KnownContact, tokens_of
from abm.outbound.quick_log_words import PHRASES, is_ordinary
from abm.people.models import User

MOST_WORDS = 40
MOST = 500  # accounts that the words of one line may name; more than that is asked as if there were none
OFFERED = 12  # accounts of which a later word stands in the line
LIKE_NAMES = 3  # words that are looked for anywhere in a name


@dataclass(frozen=True)
class Known:
    """What a line is read against."""

    accounts: Sequence[KnownAccount]
    contacts: Sequence[KnownContact]


def known_for(session: Session, line: str, *, by: User, day: date, chosen: str = "") -> Known:
    """The accounts that a line may name, those that the person works first, with their people, in four queries at most.

    `chosen` is the address of an account that somebody picked. Where the names of none begin so, accounts are offered
    that have a word of the line further on in their name, and those of one's own at which somebody of that name is.
    """
    words = _words(line)
    mine = answered_for_by([by.id], day)
    named = or_(_begun_by(words), Account.slug == chosen) if chosen else _begun_by(words)
    accounts = _accounts(session, named, mine, MOST + 1)
    if len(accounts) > MOST:
        accounts = {}
    if not accounts:
        accounts = _accounts(session, _hinted_by(words, mine), mine, OFFERED)
    return Known(list(accounts.values()), _contacts(session, accounts))


def _words(line: str) -> list[str]:
    """The words of a line as names are compared, in the ways in which umlauts are typed."""
    tokens = tokens_of(line)[:MOST_WORDS]
    plain = [bare(line[token.start : token.end]).replace("'", "") for token in tokens]
    ways = ([token.word for token in tokens], plain, normal_name(line[:200]).split()[:MOST_WORDS])
    return [word for way in dict.fromkeys(map(tuple, ways)) for word in ("", *way)][1:]


def _begun_by(words: Sequence[str]) -> ColumnElement[bool]:
    """That a name or a web domain begins with a word of the line; with an ordinary one only together with the next."""
    names: list[ColumnElement[bool]] = []
    domains: list[ColumnElement[bool]] = []
    for word, following in zip(words, [*words[1:], ""], strict=True):
        for form in {word, re.sub("([aou])e", r"\1", word)}:
            if not form:
                continue
            if is_ordinary(form):
                names += [Account.normal_name == form]
                names += [Account.normal_name.startswith(f"{form} {following}", autoescape=True)] if following else []
                continue
            names += [Account.normal_name == form, Account.normal_name.startswith(f"{form} ", autoescape=True)]
            domain = form.partition("@")[2] or form
            domains.append(AccountDomain.domain.startswith(domain, autoescape=True))
    if words and len(words[0]) >= SHORTEST_START and not is_ordinary(words[0]):
        names.append(Account.normal_name.startswith(words[0], autoescape=True))
    at_domain = select(AccountDomain.account_id).where(or_(false(), *domains))
    return or_(false(), *names, Account.id.in_(at_domain))


def _hinted_by(words: Sequence[str], mine: Select[int]) -> ColumnElement[bool]:
    telling = [word for word in words if len(word) >= SHORTEST_START and (word,) not in PHRASES]
    plain = [word for word in telling if not is_ordinary(word)]
    ways: list[ColumnElement[bool]] = [
        Account.normal_name.contains(word, autoescape=True) for word in (plain or telling)[:LIKE_NAMES]
    ]
    people = [
        Contact.name.icontains(word, autoescape=True) for word in words if len(word) > 2 and not is_ordinary(word)
    ]
    at_own = select(Contact.account_id).where(
        Contact.account_id.in_(mine), Contact.archived_at.is_(None), or_(false(), *people)
    )
    return or_(false(), *ways, Account.id.in_(at_own))


def _accounts(session: Session, named: ColumnElement[bool], mine: Select[int], most: int) -> dict[int, KnownAccount]:
    """The accounts by id, the person's own first."""
    own = Account.id.in_(mine)
    columns = select(Account.id, Account.slug, Account.name, own.label("own"))
    rows = session.execute(
        columns.where(named, Account.archived_at.is_(None))
        .order_by(own.desc(), Account.normal_name, Account.id)
        .limit(most)
    ).all()
    domains: dict[int, list[str]] = defaultdict(list)
    of_these = AccountDomain.account_id.in_([row.id for row in rows])
    for account_id, domain in session.execute(select(AccountDomain.account_id, AccountDomain.domain).where(of_these)):
        domains[account_id].append(domain)
    return {row.id: KnownAccount(row.slug, row.name, tuple(domains[row.id]), bool(row.own)) for row in rows}


def _contacts(session: Session, accounts: Mapping[int, KnownAccount]) -> list[KnownContact]:
    """Everybody who is at these accounts."""
    rows = session.execute(
        select(Contact.public_id, Contact.account_id, Contact.name, Contact.email)
        .where(Contact.account_id.in_(list(accounts)), Contact.archived_at.is_(None))
        .order_by(Contact.name, Contact.id)
    )
    return [KnownContact(row.public_id, accounts[row.account_id].slug, row.name, row.email or "") for row in rows]
