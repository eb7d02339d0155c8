"""How deals go, over all that are known: by stage, how many are won, how fast, and what each region wins."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.accounts.models import CrmStage, Opportunity, Rates, StageCategory, Sum
from abm.people.models import Team, User

NO_REGION = "No region"


@dataclass(frozen=True)
class DealFigures:
    """Win rate is won ÷ closed; the cycle is the median days from created to won, of the deals that have both days."""

    by_stage: dict[str, int]
    won: int
    closed: int
    cycle_days: float | None
    cycle_of: int
    won_by_region: dict[str, Sum]  # of the owner's team, in the reporting currency at the rates of the closing days


def deal_figures(session: Session, rates: Rates) -> DealFigures:
    """All of them with three queries."""
    stages = session.execute(
        select(CrmStage.name, CrmStage.category, func.count(Opportunity.id))
        .outerjoin(Opportunity, Opportunity.stage_id == CrmStage.id)
        .group_by(CrmStage.id, CrmStage.name, CrmStage.category, CrmStage.position)
        .order_by(CrmStage.position, CrmStage.id)
    ).all()
    counted = Counter[StageCategory]()
    for _, category, count in stages:
        counted[category] += count
    days = _days_to_win(session)
    return DealFigures(
        by_stage={name: count for name, _, count in stages if count},
        won=counted[StageCategory.WON],
        closed=counted[StageCategory.WON] + counted[StageCategory.LOST],
        cycle_days=median(days.elements()) if days else None,
        cycle_of=days.total(),
        won_by_region=_won_by_region(session, rates),
    )


def _days_to_win(session: Session) -> Counter[int]:
    """How many deals were won after how many days."""
    rows = session.execute(
        select(Opportunity.created_on, Opportunity.closed_on, func.count())
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(CrmStage.category == StageCategory.WON)
        .group_by(Opportunity.created_on, Opportunity.closed_on)
    )
    days = Counter[int]()
    for created, closed, count in rows:
        if created is not None and closed is not None:
            days[(closed - created).days] += count
    return days


def _won_by_region(session: Session, rates: Rates) -> dict[str, Sum]:
    rows = session.execute(
        select(Team.region, Opportunity.currency, Opportunity.closed_on, func.sum(Opportunity.amount))
        .select_from(Opportunity)
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .outerjoin(User, User.id == Opportunity.owner_id)
        .outerjoin(Team, Team.id == User.team_id)
        .where(CrmStage.category == StageCategory.WON)
        .group_by(Team.region, Opportunity.currency, Opportunity.closed_on)
    )
    sums: dict[str, Sum] = defaultdict(lambda: Sum(0, rates.reporting))
    for region, currency, closed_on, amount in rows:
        if amount is not None and closed_on is not None:
            sums[region or NO_REGION] += rates.sum([(int(amount), currency, closed_on)])
    return dict(sorted(sums.items()))
