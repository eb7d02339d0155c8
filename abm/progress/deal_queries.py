"""The deals of the accounts of a list, as they stood in a week, in two queries whatever their number."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from abm.accounts.deals import Opportunity
from abm.accounts.models import CrmStage, StageCategory, rates_of
from abm.people.models import Organisation
from abm.progress.moments import Moment
from abm.progress.pipeline import Deal, DealState


def deals_of(
    session: Session, organisation: Organisation, accounts: Select[int], moment: Moment
) -> dict[int, tuple[Deal, ...]]:
    """By account, the deals that were open at the end of the last day, and those that closed in the week.

    Amounts are worth what the rate of the last day makes of them, closed ones that of their closing day.
    """
    rates = rates_of(session, organisation)
    found: dict[int, list[Deal]] = defaultdict(list)
    for row in session.execute(_statement(accounts, moment)):
        still_open = row.closed_on is None or row.closed_on > moment.until
        closed = DealState.WON if row.category is StageCategory.WON else DealState.LOST
        worth = rates.sum([(row.amount, row.currency, moment.until if still_open else row.closed_on)])
        deal = Deal(
            public_id=row.public_id,
            name=row.name,
            source=row.source,
            step=row.step,
            state=DealState.OPEN if still_open else closed,
            worth=None if row.amount is None or worth.unknown else worth.minor,
            created_on=row.created_on,
            new=row.created_on >= moment.first,
        )
        found[row.account_id].append(deal)
    return {account: tuple(deals) for account, deals in found.items()}


def _statement(accounts: Select[int], moment: Moment) -> Select[*tuple[object, ...]]:
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
        )
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(
            Opportunity.account_id.in_(accounts),
            Opportunity.created_on <= moment.until,
            or_(Opportunity.closed_on.is_(None), closed_late),
        )
        .order_by(Opportunity.account_id, Opportunity.created_on, Opportunity.id)
    )
