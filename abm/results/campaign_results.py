"""The results of a campaign: what came of its audience, against those left out, what it cost, whose credit it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from abm.accounts.models import Rates, Sum, rates_of
from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign
from abm.definitions.stages import stage_definitions
from abm.people.models import Organisation
from abm.results.arms import Arms, arms_of
from abm.results.influence import WINDOW, Model, credit
from abm.results.outcomes import Deal, Outcome, outcomes_of
from abm.results.proportions import Difference, Lift, Share
from abm.spend.of_campaign import spent_on
from abm.touches.bulk import chunks
from abm.touches.models import Touch
from abm.touches.outcomes import all_outcomes

AFTER: Final = timedelta(days=90)  # how long after its end a campaign is looked at: as far as engagement counts back
RESPONDED = [(channel, name) for channel, name, rule in all_outcomes() if rule.responded]
MEASURES: Final[Mapping[str, tuple[str, Callable[[Outcome], bool]]]] = {
    "engaged": ("Responded", lambda one: one.engaged),
    "met": ("Had a meeting that was held", lambda one: one.met),
    "opened": ("Opened an opportunity", lambda one: one.opened),
    "won": ("Won an opportunity", lambda one: one.won),
}


@dataclass(frozen=True)
class Measure:
    """One thing that may come of an account: of how many, against the others, and what each cost."""

    key: str
    label: str
    all: Share  # of the whole audience
    lift: Lift  # of the tiers that are compared
    cost_each: int | None  # minor units of the reporting currency; None of nothing, or where a line has no rate


@dataclass(frozen=True)
class CampaignResults:
    """Everything that the results page shows."""

    arms: Arms
    until: date
    final: bool  # whether the days that count are over
    reached: Share
    measures: Sequence[Measure]
    audience: Mapping[int, Outcome]
    control: Mapping[int, Outcome]
    pipeline: Sum  # opened by the audience, and not lost
    cost: int | None
    currency: str
    credits: Mapping[Model, int]


def results_of(
    session: Session, campaign: Campaign, *, organisation: Organisation, at: datetime
) -> CampaignResults | None:
    """The results as of an instant; None of a campaign that has not begun."""
    arms = arms_of(session, campaign, organisation=organisation, at=at)
    if not arms.audience and not arms.control:
        return None
    today, last = organisation.today(at), _last_day(session, campaign, organisation)
    until, rates = min(today, last), rates_of(session, organisation)
    counted = partial(
        outcomes_of,
        session,
        until=until,
        campaign_id=campaign.id,
        definition=stage_definitions(session).on(until).says,
    )
    audience, control = counted(arms.audience), counted(arms.control)
    spent = spent_on(session, campaign, organisation, today).so_far
    cost = None if spent.unknown else spent.amount
    deals = [deal for one in audience.values() for deal in one.deals if not deal.lost]
    return CampaignResults(
        arms=arms,
        until=until,
        final=today > last,
        reached=_share(audience.values(), lambda one: one.reached),
        measures=[_measure(key, arms, audience, control, cost) for key in MEASURES],
        audience=audience,
        control=control,
        pipeline=rates.sum((deal.amount, deal.currency, deal.created_on) for deal in deals),
        cost=cost,
        currency=rates.reporting,
        credits=credits_of(session, deals, rates, campaign_id=campaign.id),
    )


def _last_day(session: Session, campaign: Campaign, organisation: Organisation) -> date:
    """The last day that counts; of a campaign that was ended before its time, counted from the day of that."""
    ended: datetime | None = None
    if campaign.state.ended:
        worked = AudienceMember.campaign_id == campaign.id, AudienceMember.ends > AudienceMember.starts
        ended = session.scalar(select(func.max(AudienceMember.ends)).where(*worked))
    return (campaign.ends_on if ended is None else min(campaign.ends_on, organisation.today(ended))) + AFTER


def credits_of(session: Session, deals: Sequence[Deal], rates: Rates, *, campaign_id: int) -> dict[Model, int]:
    """How much of these deals is credited to a campaign, by each model, over both sides' responded touches."""
    responded = _responded(session, deals)
    totals = dict.fromkeys(Model, 0)
    for deal in deals:
        worth = rates.sum([(deal.amount, deal.currency, deal.created_on)]).minor
        before = [
            campaign
            for day, campaign in responded.get(deal.account_id, ())
            if deal.created_on - WINDOW <= day <= deal.created_on
        ]
        for model in Model:
            totals[model] += credit(before, worth, model).get(campaign_id, 0)
    return totals


def _responded(session: Session, deals: Sequence[Deal]) -> dict[int, list[tuple[date, int | None]]]:
    """The responded touches of the deals' accounts in the order of their moments: the day, and for which campaign."""
    found: dict[int, list[tuple[date, int | None]]] = defaultdict(list)
    for chunk in chunks(sorted({deal.account_id for deal in deals})):
        query = (
            select(Touch.account_id, Touch.day, Touch.campaign_id)
            .where(Touch.account_id.in_(chunk), Touch.voided_at.is_(None))
            .where(tuple_(Touch.channel, Touch.outcome).in_(RESPONDED))
            .order_by(Touch.at, Touch.id)
        )
        for account_id, day, campaign_id in session.execute(query):
            found[account_id].append((day, campaign_id))
    return found


def _measure(
    key: str, arms: Arms, audience: Mapping[int, Outcome], control: Mapping[int, Outcome], cost: int | None
) -> Measure:
    label, holds = MEASURES[key]
    every = _share(audience.values(), holds)
    by_tier = {
        tier: Difference(
            _share((audience[number] for number in arms.compared(arms.audience, tier)), holds),
            _share((control[number] for number in arms.compared(arms.control, tier)), holds),
        )
        for tier in arms.tiers
    }
    each = round(cost / every.hits) if cost and every.hits else None
    return Measure(key, label, every, Lift(by_tier), each)


def _share(outcomes: Iterable[Outcome], holds: Callable[[Outcome], bool]) -> Share:
    told = [holds(one) for one in outcomes]
    return Share(sum(told), len(told))
