"""The list of deals: which ones, in which order, and what they are worth together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from abm.accounts.listing import LONGEST_SEARCH
from abm.accounts.models import Account, CrmStage, Opportunity, Rates, StageCategory, Sum
from abm.accounts.paging import Order
from abm.kit.text import one_line
from abm.people.models import User

DEAL_STATES = {"open": "Open", "won": "Won", "lost": "Lost", "unmatched": "Unmatched", "all": "All"}
LONG_AGO = date(1900, 1, 1)  # stands for a day that is not known where days are sorted


@dataclass(frozen=True)
class DealFilter:
    """What the list is narrowed to; a state that is none of `DEAL_STATES` means all."""

    q: str = ""
    state: str = "open"


def deals_matching(wanted: DealFilter) -> Select[Opportunity]:
    """The deals that a filter leaves, in no order, with their account and owner."""
    loading = (joinedload(Opportunity.account), joinedload(Opportunity.owner).lazyload(User.grants))
    return select(Opportunity).where(_named(wanted.q), _in_state(wanted.state)).options(*loading)


def deals_sorted_by(sort: str) -> Order:
    """The order that `?sort=` asks for: created, closed, amount or name; `-` turns it round."""
    keys: dict[str, ColumnElement[Any]] = {
        "closed": func.coalesce(Opportunity.closed_on, LONG_AGO),
        "amount": func.coalesce(Opportunity.amount, -1),
        "name": Opportunity.name.expression,
    }
    created = func.coalesce(Opportunity.created_on, LONG_AGO)
    first = keys.get(sort.removeprefix("-"), created)
    return Order((first, Opportunity.id.expression), descending=sort.startswith("-"))


def count_of_deals(session: Session, wanted: DealFilter) -> dict[str, int]:
    """How many deals of the search each state has, with one query. An unmatched deal counts in its category too."""
    unmatched = func.count(case((_unmatched(), Opportunity.id)))
    rows = session.execute(
        select(CrmStage.category, func.count(Opportunity.id), unmatched)
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(_named(wanted.q))
        .group_by(CrmStage.category)
    ).all()
    counts = dict.fromkeys(DEAL_STATES, 0)
    for category, count, lost_ends in rows:
        counts[category.value] = count
        counts["all"] += count
        counts["unmatched"] += lost_ends
    return counts


def worth_of(session: Session, query: Select[Opportunity], rates: Rates, day: date) -> Sum:
    """What the deals of a query are worth together at the day's rates."""
    ids = query.with_only_columns(Opportunity.id).order_by(None)
    rows = session.execute(
        select(Opportunity.currency, func.coalesce(func.sum(Opportunity.amount), 0))
        .where(Opportunity.id.in_(ids))
        .group_by(Opportunity.currency)
    )
    return rates.sum((int(amount or 0), currency, day) for currency, amount in rows)


def _named(q: str) -> ColumnElement[bool]:
    """That the deal or its account is named so; without words every deal is."""
    asked = one_line(q[: 4 * LONGEST_SEARCH])[:LONGEST_SEARCH]
    if not asked:
        return true()
    of_account = select(Account.id).where(Account.name.icontains(asked, autoescape=True))
    return or_(Opportunity.name.icontains(asked, autoescape=True), Opportunity.account_id.in_(of_account))


def _in_state(state: str) -> ColumnElement[bool]:
    if state == "unmatched":
        return _unmatched()
    if state in {category.value for category in StageCategory}:
        stages = select(CrmStage.id).where(CrmStage.category == StageCategory(state))
        return Opportunity.stage_id.in_(stages)
    return true()


def _unmatched() -> ColumnElement[bool]:
    return Opportunity.account_id.is_(None) | Opportunity.created_on.is_(None)
