"""The invented company that is measured: its people, and as many accounts with contacts and deals as asked for.

The rows are put in as the application itself would write them, but many at a time. The same seed gives the same
company on every engine and every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from abm.accounts.identity import normal_name, slug_of
from abm.accounts.models import (
    Account,
    AccountDomain,
    BuyingRole,
    Contact,
    CrmStage,
    Opportunity,
    Source,
    StageCategory,
    TeamFunction,
    TeamMember,
)
from abm.people.models import Role, RoleGrant, Team, User
from tests.cast import FOUNDED, Cast, assemble

SEED = 20_261_124
TEAMS = 5
AES_PER_TEAM = 8
MARKETERS = 6
CONTACTS = 2  # per account
ACCOUNTS_PER_DEAL = 4
FIRST_NAMES = ("Ada", "Bruno", "Carla", "Dario", "Emma", "Farid", "Greta", "Hugo", "Iris", "Jakob")
LAST_NAMES = ("Lang", "Moreau", "Nowak", "Okafor", "Petrov", "Quint", "Rossi", "Silva", "Tanaka", "Urban")
BEGINNINGS = (
    "Alder", "Birch", "Cobalt", "Delta", "Ember", "Falcon", "Garnet", "Harbor", "Indigo", "Juniper",
    "Kestrel", "Lumen", "Meridian", "Northern", "Orbis", "Pioneer", "Quarry", "Raven", "Summit", "Tundra",
)  # fmt: skip
MIDDLES = (
    "bay", "bridge", "brook", "crest", "dale", "field", "ford", "gate", "grove", "haven", "hill", "holm", "lake",
    "mark", "mere", "point", "port", "reach", "ridge", "shore", "stone", "vale", "view", "way", "wood",
)  # fmt: skip
TRADES = (
    "Aviation", "Beverages", "Biotech", "Chemicals", "Dairy", "Energy", "Foods", "Freight", "Fruit", "Health",
    "Labs", "Logistics", "Marine", "Medical", "Pharma", "Plastics", "Retail", "Robotics", "Seafood", "Shipping",
)  # fmt: skip
SEGMENTS = ("Enterprise", "Mid-market", "Commercial")
PLACES = (("DE", "Hamburg"), ("FR", "Lyon"), ("NL", "Rotterdam"), ("PL", "Gdańsk"), ("SE", "Malmö"), ("US", "Chicago"))
STAGES = (
    ("Discovery", StageCategory.OPEN),
    ("Proposal", StageCategory.OPEN),
    ("Closed Won", StageCategory.WON),
    ("Closed Lost", StageCategory.LOST),
)


@dataclass(frozen=True)
class Company:
    """Who and what the pages are asked about. Accounts are numbered from 1, each with the contacts after it."""

    cast: Cast
    aes: list[int]
    marketers: list[int]
    accounts: range
    now: datetime

    @property
    def today(self) -> date:
        return self.cast.organisation.today(self.now)

    def ae_of(self, account_id: int) -> int:
        """Books of equal size."""
        return self.aes[account_id % len(self.aes)]

    def contacts_of(self, account_id: int) -> range:
        first = (account_id - 1) * CONTACTS + 1
        return range(first, first + CONTACTS)


def found_company(session: Session, *, accounts: int, now: datetime) -> Company:
    """The company with its people, accounts, contacts and deals. Commits."""
    cast = assemble(session)
    aes = _hire(session, cast, Role.AE, TEAMS * AES_PER_TEAM, first_id=100)
    marketers = _hire(session, cast, Role.MARKETER, MARKETERS, first_id=200)
    company = Company(cast, aes, marketers, range(1, accounts + 1), now)
    luck = random.Random(SEED)  # noqa: S311 the same company every time, and no secret
    put(session, Account, [_account(number, luck) for number in company.accounts])
    put(session, AccountDomain, [_domain(number) for number in company.accounts])
    put(session, TeamMember, [_ae(company, number) for number in company.accounts])
    put(session, Contact, list(_contacts(company, luck)))
    put(session, CrmStage, list(_stages()))
    put(session, Opportunity, [_deal(company, number, luck) for number in company.accounts[::ACCOUNTS_PER_DEAL]])
    session.commit()
    return company


def put(session: Session, model: type[Any], rows: list[dict[str, object]]) -> None:
    """Many rows of one table at once; columns that are left out get their defaults."""
    if rows:
        session.execute(insert(model), rows)


def _hire(session: Session, cast: Cast, role: Role, count: int, *, first_id: int) -> list[int]:
    """As many people of a role; AEs work in teams of their own under Ines."""
    ids = list(range(first_id, first_id + count))
    if role is Role.AE:
        teams = [
            {"id": 10 + n, "name": f"Team {n}", "region": "EMEA", "manager_id": cast.ines.id} for n in range(TEAMS)
        ]
        put(session, Team, teams)
    people = [_person(number, 10 + place % TEAMS if role is Role.AE else None) for place, number in enumerate(ids)]
    put(session, User, people)
    put(session, RoleGrant, [{"user_id": number, "role": role, "granted_at": FOUNDED} for number in ids])
    return ids


def _person(number: int, team: int | None) -> dict[str, object]:
    first, last = FIRST_NAMES[number % 10], LAST_NAMES[number // 10 % 10]
    return {
        "id": number,
        "name": f"{first} {last}",
        "email": f"{first.lower()}.{number}@fathom.example",
        "team_id": team,
        "created_at": FOUNDED,
    }


def account_name(number: int) -> str:
    """A name of its own for each of the first 10,000 numbers; from there on they carry the number."""
    beginning, rest = number % len(BEGINNINGS), number // len(BEGINNINGS)
    middle, rest = rest % len(MIDDLES), rest // len(MIDDLES)
    trade, beyond = rest % len(TRADES), rest // len(TRADES)
    name = f"{BEGINNINGS[beginning]}{MIDDLES[middle]} {TRADES[trade]}"
    return f"{name} {number}" if beyond else name


def _account(number: int, luck: random.Random) -> dict[str, object]:
    name = account_name(number)
    country, city = luck.choice(PLACES)
    return {
        "id": number,
        "slug": slug_of(name),
        "name": name,
        "normal_name": normal_name(name),
        "industry": name.split()[1],
        "segment": luck.choice(SEGMENTS),
        "employees": luck.randrange(20, 40_000),
        "revenue": luck.randrange(1_000_000, 5_000_000_000) * 100,
        "revenue_currency": "EUR",
        "country": country,
        "city": city,
        "created_at": FOUNDED,
    }


def _domain(number: int) -> dict[str, object]:
    return {"account_id": number, "domain": f"{slug_of(account_name(number))}.example", "identifies": True}


def _ae(company: Company, number: int) -> dict[str, object]:
    return {
        "account_id": number,
        "user_id": company.ae_of(number),
        "function": TeamFunction.AE,
        "first_day": FOUNDED.date(),
        "assigned_by_id": company.cast.ines.id,
        "assigned_at": FOUNDED,
    }


def _contacts(company: Company, luck: random.Random) -> Iterator[dict[str, object]]:
    for account_id in company.accounts:
        for number in company.contacts_of(account_id):
            first, last = luck.choice(FIRST_NAMES), luck.choice(LAST_NAMES)
            yield {
                "id": number,
                "account_id": account_id,
                "name": f"{first} {last}",
                "title": luck.choice(("Head of Supply Chain", "CFO", "Operations Manager")),
                "email": f"{first.lower()}.{number}@{slug_of(account_name(account_id))}.example",
                "buying_role": luck.choice(list(BuyingRole)),
                "created_at": FOUNDED,
            }


def _stages() -> Iterator[dict[str, object]]:
    for place, (name, category) in enumerate(STAGES, start=1):
        yield {"id": place, "name": name, "position": place, "category": category, "qualified": place > 1}


def _deal(company: Company, account_id: int, luck: random.Random) -> dict[str, object]:
    stage = luck.randrange(len(STAGES))
    created = company.today - timedelta(days=luck.randrange(60, 240))
    closed = STAGES[stage][1] is not StageCategory.OPEN
    return {
        "account_id": account_id,
        "name": f"{account_name(account_id)}, sensors",
        "amount": luck.randrange(5_000, 900_000) * 100,
        "currency": "EUR",
        "stage_id": stage + 1,
        "owner_id": company.ae_of(account_id),
        "source": luck.choice(list(Source)),
        "created_on": created,
        "closed_on": created + timedelta(days=luck.randrange(20, 60)) if closed else None,
        "updated_at": company.now,
    }
