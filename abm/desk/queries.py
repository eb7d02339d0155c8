"""What the gathering pages read from every domain, each in a handful of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.accounts.listing import searched
from abm.accounts.models import Account, Contact
from abm.campaigns.models import Campaign
from abm.kit.clock import Week
from abm.people.models import Organisation, User
from abm.targets.in_force import Signed, signed_list_at
from abm.targets.models import Membership
from abm.touches.models import Direction, Rollup, TouchSide

FOUND = 5  # of each kind, in a search


@dataclass(frozen=True)
class ListState:
    """The list of this quarter as everybody asks for it: what is in force, and how much of it both sides work."""

    signed: Signed
    accounts: int
    both_active: int
    week: Week


def list_state(session: Session, *, organisation: Organisation, at: datetime) -> ListState | None:
    """The list in force, in two queries; None where there is none."""
    signed = signed_list_at(session, organisation, at)
    if signed is None:
        return None
    members = select(Membership.account_id).where(
        Membership.list_id == signed.list_id,
        Membership.starts <= at,
        Membership.ends.is_(None) | (Membership.ends > at),
    )
    week = Week.of(organisation.today(at))
    both = (
        select(Rollup.account_id)
        .where(
            Rollup.quarter == str(signed.quarter),
            Rollup.week == str(week),
            Rollup.direction == Direction.OUTBOUND,
            Rollup.side.in_([TouchSide.MARKETING, TouchSide.SALES]),
            Rollup.touches > 0,
            Rollup.account_id.in_(members),
        )
        .group_by(Rollup.account_id)
        .having(func.count(Rollup.side.distinct()) == 2)
    )
    counts = [select(func.count()).select_from(rows.subquery()).scalar_subquery() for rows in (members, both)]
    accounts, active = session.execute(select(*counts)).one()
    return ListState(signed, accounts, active, week)


@dataclass(frozen=True)
class Found:
    """What a search finds, a few of each kind."""

    accounts: Sequence[Account] = ()
    contacts: Sequence[Contact] = ()
    campaigns: Sequence[Campaign] = ()
    people: Sequence[User] = ()

    @property
    def anything(self) -> bool:
        return any((self.accounts, self.contacts, self.campaigns, self.people))


def found_by(session: Session, text: str) -> Found:
    """Accounts, contacts, campaigns and people whose name has this in it, in four queries."""
    accounts = select(Account).where(searched(text), Account.archived_at.is_(None))
    contacts = select(Contact).where(Contact.name.icontains(text, autoescape=True), Contact.archived_at.is_(None))
    campaigns = select(Campaign).where(Campaign.name.icontains(text, autoescape=True))
    people = select(User).where(User.name.icontains(text, autoescape=True), User.deactivated_at.is_(None))
    return Found(
        accounts=session.scalars(accounts.order_by(Account.normal_name, Account.id).limit(FOUND)).all(),
        contacts=session.scalars(
            contacts.options(joinedload(Contact.account)).order_by(Contact.name, Contact.id).limit(FOUND)
        ).all(),
        campaigns=session.scalars(
            campaigns.options(lazyload(Campaign.document)).order_by(Campaign.name, Campaign.id).limit(FOUND)
        ).all(),
        people=session.scalars(
            people.options(joinedload(User.team), lazyload(User.grants)).order_by(User.name, User.id).limit(FOUND)
        ).all(),
    )
