"""Accounts as pages and other domains ask for them: by address, by who answers for them, with their deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.accounts.models import (
    Account,
    Contact,
    CrmStage,
    Opportunity,
    Rates,
    StageCategory,
    Sum,
    TeamFunction,
    TeamMember,
)
from abm.people.models import User


@dataclass(frozen=True)
class DealSum:
    """How many deals, and what they are worth together."""

    count: int
    worth: Sum


def account_by_slug(session: Session, slug: str, *, for_change: bool = False) -> Account | None:
    """The account at an address. `for_change` holds its row, so that changes of one account follow each other."""
    query = select(Account).where(Account.slug == slug)
    return session.scalar(query.with_for_update() if for_change else query)


def contact_by_id(session: Session, account: Account, public_id: str, *, for_change: bool = False) -> Contact | None:
    """A contact of this account; somebody else's does not exist here."""
    query = select(Contact).where(Contact.public_id == public_id, Contact.account_id == account.id)
    return session.scalar(query.with_for_update() if for_change else query)


def opportunity_by_id(session: Session, public_id: str, *, for_change: bool = False) -> Opportunity | None:
    query = select(Opportunity).where(Opportunity.public_id == public_id).options(joinedload(Opportunity.account))
    return session.scalar(query.with_for_update(of=Opportunity) if for_change else query)


def active_people(session: Session) -> list[User]:
    """Everyone who is here, by name."""
    return list(session.scalars(select(User).where(User.deactivated_at.is_(None)).order_by(User.name, User.id)))


def deals_per_stage(session: Session) -> dict[int, int]:
    """How many deals stand in each stage, by its id."""
    rows = session.execute(
        select(Opportunity.stage_id, func.count(Opportunity.id).label("deals")).group_by(Opportunity.stage_id)
    )
    return {row.stage_id: row.deals for row in rows}


def on_day(day: date) -> ColumnElement[bool]:
    """That a team membership holds on a day."""
    return (TeamMember.first_day <= day) & or_(TeamMember.last_day.is_(None), TeamMember.last_day >= day)


def ae_by_account(session: Session, account_ids: Iterable[int] | None, day: date) -> dict[int, User]:
    """Who answers for each of these accounts (None: for all) on a day, with one query."""
    query = (
        select(TeamMember.account_id, User)
        .join(TeamMember.user)
        .options(lazyload(User.grants))
        .where(TeamMember.function == TeamFunction.AE, on_day(day))
    )
    if account_ids is not None:
        query = query.where(TeamMember.account_id.in_(list(account_ids)))
    return {account_id: user for account_id, user in session.execute(query)}  # noqa: C416 typed rows, not a dict


def answered_for_by(users: Select[int] | Sequence[int], day: date) -> Select[int]:
    """The ids of the accounts that one of these users answers for on a day."""
    return select(TeamMember.account_id).where(
        TeamMember.function == TeamFunction.AE, on_day(day), TeamMember.user_id.in_(users)
    )


def open_deals(session: Session, account_ids: Iterable[int], rates: Rates, day: date) -> dict[int, DealSum]:
    """The open deals of each account, in the reporting currency at the day's rates, with one query."""
    ids = list(account_ids)
    worth = func.coalesce(func.sum(Opportunity.amount), 0)
    rows = session.execute(
        select(Account.id, Opportunity.currency, func.count(Opportunity.id), worth)
        .join(Account.opportunities)
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(Account.id.in_(ids), CrmStage.category == StageCategory.OPEN)
        .group_by(Account.id, Opportunity.currency)
    )
    amounts: dict[int, list[tuple[int, str, date]]] = defaultdict(list)
    counts: dict[int, int] = defaultdict(int)
    for account_id, currency, count, amount in rows:
        amounts[account_id].append((int(amount or 0), currency, day))
        counts[account_id] += count
    return {number: DealSum(counts[number], rates.sum(amounts[number])) for number in counts}
