"""The deals of the accounts of a list, as they stood in a week, in two queries whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.deals import Opportunity, OpportunityRevision
from abm.accounts.models import CrmStage, StageCategory, rates_of
from abm.people.models import Organisation
from abm.progress.moments import Moment
from abm.progress.pipeline import Deal, DealState

NO_STEP: Final = "open"  # of an open deal of which no open stage is known
THEN = aliased(OpportunityRevision)


def deals_of(
    session: Session, organisation: Organisation, accounts: Select[int], moment: Moment
) -> dict[int, tuple[Deal, ...]]:
    """By account, the deals that were open at the end of the last day, and those that closed in the week.

    What was open says its stage and its amount of then, as far as they were known by then; what closed in the week
    says what is known today. Amounts are worth what the rate of the last day makes of them, closed ones that of their
    closing day.
    """
    rates = rates_of(session, organisation)
    found: dict[int, list[Deal]] = defaultdict(list)
    for row in session.execute(_statement(accounts, moment)):
        still_open = row.closed_on is None or row.closed_on > moment.until
        closed = DealState.WON if row.category is StageCategory.WON else DealState.LOST
        step, amount, currency = _as_of_then(row) if still_open else (row.step, row.amount, row.currency)
        worth = rates.sum([(amount, currency, moment.until if still_open else row.closed_on)])
        deal = Deal(
            public_id=row.public_id,
            name=row.name,
            source=row.source,
            step=step,
            state=DealState.OPEN if still_open else closed,
            worth=None if amount is None or worth.unknown else worth.minor,
            created_on=row.created_on,
            new=row.created_on >= moment.first,
        )
        found[row.account_id].append(deal)
    return {account: tuple(deals) for account, deals in found.items()}


def _as_of_then(row: Any) -> Sequence[Any]:
    """Stage, amount and currency of a deal that was open: of then, else of today; never a stage that closes."""
    then, today = (row.step_then, row.amount_then, row.currency_then), (row.step, row.amount, row.currency)
    known = then if row.revision_id is not None else today
    if (row.category_then if row.revision_id is not None else row.category) is StageCategory.OPEN:
        return known
    return today if row.category is StageCategory.OPEN else (NO_STEP, *known[1:])


def _revision_then(moment: Moment) -> ColumnElement[bool]:
    """That a revision says what a deal, changed since, looked like at the moment: the last by then, else the first."""
    own = OpportunityRevision.opportunity_id == Opportunity.id
    last = select(func.max(OpportunityRevision.id)).where(own, OpportunityRevision.at <= moment.at)
    first = select(func.min(OpportunityRevision.id)).where(own)
    then = func.coalesce(*(one.correlate(Opportunity).scalar_subquery() for one in (last, first)))
    return (Opportunity.updated_at > moment.at) & (THEN.id == then)


def _statement(accounts: Select[int], moment: Moment) -> Select[*tuple[object, ...]]:
    stage_then = aliased(CrmStage)
    closed_late = Opportunity.closed_on >= moment.first
    return (
        select(
            Opportunity.account_id,
            Opportunity.public_id,
            Opportunity.name,
            Opportunity.source,
            Opportunity.amount,
            Opportunity.currency,
            Opportunity.created_on,
            Opportunity.closed_on,
            CrmStage.name.label("step"),
            CrmStage.category,
            *(THEN.id.label("revision_id"), THEN.amount.label("amount_then"), THEN.currency.label("currency_then")),
            *(stage_then.name.label("step_then"), stage_then.category.label("category_then")),
        )
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .outerjoin(THEN, _revision_then(moment))
        .outerjoin(stage_then, stage_then.id == THEN.stage_id)
        .where(
            Opportunity.account_id.in_(accounts),
            Opportunity.created_on <= moment.until,
            or_(Opportunity.closed_on.is_(None), closed_late),
        )
        .order_by(Opportunity.account_id, Opportunity.created_on, Opportunity.id)
    )
