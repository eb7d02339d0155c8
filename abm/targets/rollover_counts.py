"""What happened on accounts between two days: touches of both sides, what came back, deals. A query each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, Select, case, func, select, tuple_
from sqlalchemy.orm import Session

from abm.accounts.models import CrmStage, Opportunity, Rates, StageCategory, Sum, rates_of
from abm.people.models import Organisation
from abm.people.seats import Side
from abm.touches.models import Direction, Touch, TouchSide
from abm.touches.outcomes import all_outcomes

RESPONSES = [(channel, key) for channel, key, rule in all_outcomes() if rule.responded]


@dataclass(frozen=True)
class Touches:
    """Outbound touches by side, and what came back."""

    ours: Mapping[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))
    responses: int = 0
    last_response: date | None = None


UNTOUCHED = Touches()


@dataclass(frozen=True)
class Deals:
    """Deals that are open on the last day, with what they are worth; and those won and lost between the days."""

    worth: Sum
    open: int = 0
    won: int = 0
    lost: int = 0


def touches_between(session: Session, accounts: Select[int], first: date, last: date) -> dict[int, Touches]:
    """By account, from one day to another, both included."""
    ours, answered = Touch.direction == Direction.OUTBOUND, tuple_(Touch.channel, Touch.outcome).in_(RESPONSES)
    rows = session.execute(
        select(
            Touch.account_id,
            *(_count(ours & (Touch.side == TouchSide(side.value))).label(side.value) for side in Side),
            _count(answered).label("responses"),
            func.max(case((answered, Touch.day))).label("last_response"),
        )
        .where(Touch.account_id.in_(accounts), Touch.voided_at.is_(None), Touch.day.between(first, last))
        .group_by(Touch.account_id)
    )
    return {
        row["account_id"]: Touches({side: row[side.value] for side in Side}, row["responses"], row["last_response"])
        for row in rows.mappings()
    }


def deals_between(
    session: Session, accounts: Select[int], first: date, last: date, organisation: Organisation
) -> dict[int, Deals]:
    """By account, at the rates of the last day. Deals without a day of creation are unmatched, and left out."""
    there, closed = Opportunity.created_on <= last, Opportunity.closed_on
    still_open, within = there & (closed.is_(None) | (closed > last)), there & closed.between(first, last)
    rows = session.execute(
        select(
            Opportunity.account_id,
            Opportunity.currency,
            _count(still_open).label("open"),
            _count(within & (CrmStage.category == StageCategory.WON)).label("won"),
            _count(within & (CrmStage.category == StageCategory.LOST)).label("lost"),
            func.sum(case((still_open, Opportunity.amount))).label("amount"),
        )
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(Opportunity.account_id.in_(accounts))
        .group_by(Opportunity.account_id, Opportunity.currency)
    ).all()
    foreign = any(row.currency != organisation.currency and row.amount is not None for row in rows)
    rates = rates_of(session, organisation) if foreign else Rates(organisation.currency)
    found: dict[int, Deals] = {}
    for row in rows:
        worth = rates.sum([(None if row.amount is None else int(row.amount), row.currency, last)])
        known = found.get(row.account_id or 0) or Deals(rates.sum([]))
        found[row.account_id or 0] = replace(
            known,
            worth=known.worth + worth,
            open=known.open + row.open,
            won=known.won + row.won,
            lost=known.lost + row.lost,
        )
    return found


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)
