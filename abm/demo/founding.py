"""The company of the demonstration, its people and the companies that it sells to."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from abm.accounts.contacts import BuyingRole, add_contact
from abm.accounts.crm_stages import CrmStage, StageCategory, add_stage
from abm.accounts.deals import Source, create_opportunity
from abm.accounts.models import Account, create_account
from abm.demo.companies import Company, companies
from abm.kit import clock
from abm.kit.clock import Quarter
from abm.people.models import Organisation, Role, Team, User, add_user
from abm.people.seats import Seat, Side

ZONE = "Europe/Berlin"
COMPANIES = 190  # 150 on the list, Orbis to come, others beside them for comparison
STAGES = (
    ("Discovery", StageCategory.OPEN, False),
    ("Qualified", StageCategory.OPEN, True),
    ("Proposal", StageCategory.OPEN, True),
    ("Negotiation", StageCategory.OPEN, True),
    ("Closed won", StageCategory.WON, True),
    ("Closed lost", StageCategory.LOST, False),
)


@dataclass(frozen=True)
class People:
    """The cast of the demonstration."""

    amara: User
    renata: User
    jonas: User
    priya: User
    marcus: User
    elif_: User
    tomas: User
    hannah: User
    ines: User
    wen: User

    @property
    def aes(self) -> tuple[User, User, User, User]:
        return (self.marcus, self.elif_, self.tomas, self.hannah)


@dataclass(frozen=True)
class World:
    """Everything that the story is told with."""

    session: Session
    organisation: Organisation
    people: People
    accounts: list[Account]
    companies: list[Company]
    today: date
    quarter: Quarter

    def at(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        """An instant of a day at the company's place, never after this one."""
        then = clock.start_of(day, ZONE) + timedelta(hours=hour, minutes=minute)
        return min(then, clock.now() - timedelta(minutes=1))

    def account(self, name: str) -> Account:
        return next(account for account in self.accounts if account.name == name)


def fiscal_start(today: date) -> int:
    """The month in which the fiscal year has to start so that today lies nearest to week 8 of 13."""
    months = (1, 2, 3)  # any other month has the same quarters under other names
    return min(months, key=lambda month: abs(Quarter.of(today, month).week_number(today) - 8))


def found(session: Session) -> World:
    """Found Fathom Freightware with its people and accounts, as if it had begun two quarters ago."""
    today = clock.day_of(clock.now(), ZONE)
    start_month = fiscal_start(today)
    quarter = Quarter.of(today, start_month)
    at = clock.start_of(quarter.plus(-2).first, ZONE) + timedelta(hours=9)
    organisation = Organisation(
        name="Fathom Freightware", time_zone=ZONE, fiscal_start_month=start_month, currency="EUR", created_at=at
    )
    session.add(organisation)
    people = _people(session, organisation, at)
    stages = [
        add_stage(organisation, name=name, category=category, qualified=qualified, by=people.wen, at=at)
        for name, category, qualified in STAGES
    ]
    world = World(session, organisation, people, [], companies(COMPANIES), today, quarter)
    draw = random.Random(11)  # noqa: S311 repeatable chance
    for number, company in enumerate(world.companies):
        account = _account(world, company, at)
        account.assign(people.aes[number % 4], first_day=quarter.plus(-1).first, by=people.ines, at=at)
        world.accounts.append(account)
        _deals(world, account, stages, draw)
    session.flush()
    return world


def _people(session: Session, organisation: Organisation, at: datetime) -> People:
    def hire(name: str, *roles: Role) -> User:
        first = name.partition(" ")[0].lower().replace("á", "a")
        email = f"{first}@fathom.example"
        return add_user(organisation, name=name, email=email, roles=frozenset(roles), by=None, at=at)

    people = People(
        amara=hire("Amara Osei", Role.CMO),
        renata=hire("Renata Voss", Role.CRO),
        jonas=hire("Jonas Lindqvist", Role.MARKETER),
        priya=hire("Priya Raman", Role.MARKETER),
        marcus=hire("Marcus Bell", Role.AE),
        elif_=hire("Elif Demir", Role.AE),
        tomas=hire("Tomás Ferreira", Role.AE),
        hannah=hire("Hannah Kowalski", Role.AE),
        ines=hire("Ines Calder", Role.SALES_MANAGER),
        wen=hire("Wen Zhao", Role.REVOPS),
    )
    team = Team(name="Europe", region="EMEA", manager_id=people.ines.id)
    session.add(team)
    for ae in people.aes:
        ae.team = team
    session.add(Seat(side=Side.MARKETING, title="CMO", holder=people.amara, since=at))
    session.add(Seat(side=Side.SALES, title="CRO", holder=people.renata, since=at))
    session.flush()
    return people


def _account(world: World, company: Company, at: datetime) -> Account:
    by = world.people.wen
    account = create_account(
        world.organisation,
        name=company.name,
        by=by,
        at=at,
        industry=company.industry,
        segment=company.segment,
        employees=company.employees,
        revenue=company.revenue * 100,
        revenue_currency="EUR",
        country=company.country,
        city=company.city,
    )
    account.set_domains([company.domain], by=by, at=at)
    for person in company.people:
        add_contact(
            account,
            name=person.name,
            title=person.title,
            email=person.email,
            buying_role=BuyingRole(person.buying_role),
            by=by,
            at=at,
        )
    return account


def _deals(world: World, account: Account, stages: list[CrmStage], draw: random.Random) -> None:
    """A deal on every fourth account: some open, some won or lost since the quarter before."""
    if draw.random() > 0.27:
        return
    begun = world.quarter.plus(-1).first
    created = begun + timedelta(days=draw.randrange((world.today - begun).days - 7))
    stage = draw.choices(stages, weights=(5, 6, 5, 3, 3, 3))[0]
    closed = None
    if stage.closed:
        closed = created + timedelta(days=draw.randrange((world.today - created).days + 1))
    create_opportunity(
        world.organisation,
        account=account,
        name=f"{account.name}, {draw.choice(('pilot lanes', 'fleet rollout', 'pharma lanes', 'visibility suite'))}",
        stage=stage,
        by=world.people.wen,
        at=world.at(created),
        amount=draw.randrange(18, 240) * 1000_00,
        owner=account.ae_on(world.today),
        source=draw.choice((Source.MARKETING, Source.SALES, Source.SALES, Source.PARTNER, Source.MARKETING)),
        created_on=created,
        closed_on=closed,
    )
