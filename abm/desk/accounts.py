"""The list of accounts as both sides ask for it: tier, AE, open deals, when somebody was last in touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from abm.accounts.listing import AccountFilter, accounts_matching, choices, count_of, sorted_by
from abm.accounts.models import Account, rates_of
from abm.accounts.paging import Cursor, Page, page_of
from abm.accounts.queries import DealSum, ae_by_account, open_deals
from abm.people.models import Organisation, User
from abm.targets.models import Membership
from abm.touches.models import Touch


@dataclass(frozen=True)
class AccountRow:
    """An account of the list, with what the other domains say of it today."""

    account: Account
    tier: int | None
    ae: User | None
    deals: DealSum | None
    last_touch: date | None


@dataclass(frozen=True)
class AccountsPage:
    """One page of the list, how many accounts the filter leaves, and what there is to narrow by."""

    rows: Sequence[AccountRow]
    page: Page[Account]
    total: int
    choices: Mapping[str, Mapping[str, str]]
    listed: bool  # whether any list is in force


def accounts_page(
    session: Session,
    wanted: AccountFilter,
    cursor: Cursor,
    *,
    tier: str = "",
    sort: str = "name",
    organisation: Organisation,
    me: User,
    at: datetime,
) -> AccountsPage:
    """The accounts that a filter leaves, in ten queries however many there are. `tier` is 1 to 3, `any` or `none`."""
    today = organisation.today(at)
    listed = bool(session.scalar(select(_members(at).exists())))
    query = _in_tier(accounts_matching(wanted, me=me, today=today), tier, at)
    order = sorted_by(sort, tier=_tier(at) if listed else None)
    page = page_of(session, query, order, cursor, named=Account.public_id)
    return AccountsPage(
        rows=_rows(session, page.rows, organisation=organisation, at=at),
        page=page,
        total=count_of(session, query),
        choices=choices(session, today),
        listed=listed,
    )


def _rows(
    session: Session,
    accounts: Sequence[Account],
    *,
    organisation: Organisation,
    at: datetime,
) -> list[AccountRow]:
    ids, today = [account.id for account in accounts], organisation.today(at)
    last = select(func.max(Touch.day)).where(Touch.account_id == Account.id, Touch.voided_at.is_(None))
    columns = (Account.id, _tier(at), last.correlate(Account).scalar_subquery())
    facts = {row[0]: (row[1], row[2]) for row in session.execute(select(*columns).where(Account.id.in_(ids)))}
    aes = ae_by_account(session, ids, today)
    deals = open_deals(session, ids, rates_of(session, organisation), today)
    return [AccountRow(one, facts[one.id][0], aes.get(one.id), deals.get(one.id), facts[one.id][1]) for one in accounts]


def _tier(at: datetime) -> ColumnElement[int]:
    """The tier of an account on the lists in force, as a value of its row: on two, the higher one."""
    members = _members(at).with_only_columns(func.min(Membership.tier))
    return members.where(Membership.account_id == Account.id).correlate(Account).scalar_subquery()


def _members(at: datetime) -> Select[int]:
    """The accounts on the lists in force, of whichever programme."""
    return select(Membership.account_id).where(
        Membership.starts <= at,
        Membership.ends.is_(None) | (Membership.ends > at),
    )


def _in_tier(query: Select[Account], tier: str, at: datetime) -> Select[Account]:
    if not tier:
        return query
    members = _members(at)
    if tier == "none":
        return query.where(Account.id.not_in(members))
    if tier in {"1", "2", "3"}:
        members = members.where(Membership.tier == int(tier))
    return query.where(Account.id.in_(members))
