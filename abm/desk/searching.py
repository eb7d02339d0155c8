"""The search over everything that has a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.accounts.listing import searched
from abm.accounts.models import Account, Contact
from abm.campaigns.models import Campaign
from abm.people.models import User

FOUND = 5  # of each kind, in a search


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
