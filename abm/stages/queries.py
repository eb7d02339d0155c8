"""Stages of many accounts on a day, in two queries whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from abm.accounts.models import CrmStage, Opportunity, StageCategory
from abm.definitions.defaults import STAGES, StageDefinition
from abm.stages.models import AccountStage, Facts
from abm.stages.rules import stage_of
from abm.touches.models import OutcomeClass, Touch
from abm.touches.outcomes import OUTCOMES

AccountIds = Sequence[int] | Select[tuple[int]]

RESPONSES = [
    (channel, key, rule)
    for channel, outcomes in OUTCOMES.items()
    for key, rule in outcomes.items()
    if rule.klass in {OutcomeClass.RESPONDED, OutcomeClass.MEETING_HELD, OutcomeClass.MEETING_BOOKED}
]


def stages_on(
    session: Session, accounts: AccountIds, day: date, *, definition: StageDefinition = STAGES
) -> dict[int, AccountStage]:
    """The stage of each account that any fact speaks of, as it was at the end of `day`.

    An account that is missing from the answer has no facts: it is a plain `target`.
    """
    touches = _engagement(session, accounts, day, definition)
    deals = _deals(session, accounts, day)
    return {
        account: stage_of(Facts(**touches.get(account, {}), **deals.get(account, {})), definition)
        for account in touches.keys() | deals.keys()
    }


def _engagement(
    session: Session, accounts: AccountIds, day: date, definition: StageDefinition
) -> Mapping[int, dict[str, int]]:
    kind = tuple_(Touch.channel, Touch.outcome)
    responded = kind.in_([(channel, key) for channel, key, _ in RESPONSES])
    minutes = case(
        *((_is(channel, key), rule.minutes) for channel, key, rule in RESPONSES if rule.minutes), else_=0
    )
    held = or_(*(_is(c, key) for c, key, rule in RESPONSES if rule.klass is OutcomeClass.MEETING_HELD))
    demo = or_(*(_is(c, key) for c, key, _ in RESPONSES if key == "demo request"))
    rows = session.execute(
        select(
            Touch.account_id,
            func.count().label("engagements"),
            func.coalesce(func.sum(minutes), 0).label("minutes"),
            func.count(Touch.contact_id.distinct()).label("people"),
            func.coalesce(func.sum(case((demo, 1), else_=0)), 0).label("demo_requests"),
            func.coalesce(func.sum(case((held, 1), else_=0)), 0).label("meetings_held"),
        )
        .where(
            Touch.account_id.in_(accounts),
            Touch.voided_at.is_(None),
            Touch.day > day - timedelta(days=definition.window_days),
            Touch.day <= day,
            responded,
        )
        .group_by(Touch.account_id)
    )
    return {row.account_id: {name: int(row._mapping[name]) for name in row._fields[1:]} for row in rows}


def _is(channel: object, key: str) -> ColumnElement[bool]:
    return (Touch.channel == channel) & (Touch.outcome == key)


def _deals(session: Session, accounts: AccountIds, day: date) -> Mapping[int, dict[str, int]]:
    """Deals that were open, and deals that were won, at the end of the day."""
    open_then = or_(Opportunity.closed_on.is_(None), Opportunity.closed_on > day)
    won = (CrmStage.category == StageCategory.WON) & (Opportunity.closed_on <= day)
    counted: dict[str, Any] = {
        "open_deals": func.sum(case((open_then, 1), else_=0)),
        "won_deals": func.sum(case((won, 1), else_=0)),
    }
    rows = session.execute(
        select(Opportunity.account_id, *(column.label(name) for name, column in counted.items()))
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(Opportunity.account_id.in_(accounts), Opportunity.created_on <= day, or_(open_then, won))
        .group_by(Opportunity.account_id)
    )
    return {int(row.account_id or 0): {name: int(row._mapping[name]) for name in counted} for row in rows}
