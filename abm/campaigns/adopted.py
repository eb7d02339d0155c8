"""A campaign that ran before the company used Accountable: it runs on, and its review is due soon (domain §6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from abm.agreement.models import State
from abm.campaigns.audience import candidates, chosen, days_left
from abm.campaigns.launches import take_on
from abm.campaigns.live_plays import keep_plays
from abm.campaigns.plan import Criteria
from abm.kit.base import session_of
from abm.people.models import Organisation

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign

REVIEW_DAYS: Final = 14


def review_due(adopted_at: datetime, organisation: Organisation) -> date:
    """The last day on which the plan of an adopted campaign goes to Sales in time."""
    return organisation.today(adopted_at) + timedelta(days=REVIEW_DAYS)


def owes_review(campaign: Campaign) -> bool:
    """Whether its plan still has to go to Sales: no version of it is in review or approved."""
    newest = campaign.newest
    return newest is None or newest.state not in {State.OPEN, State.SIGNED}


def work_from_now_on(campaign: Campaign, at: datetime) -> None:
    """Work what its criteria give of the list, with its plays, from this moment: nothing counts backwards."""
    session = session_of(campaign)
    organisation = session.get_one(Organisation, 1)
    found = candidates(session, campaign, organisation=organisation, at=at)
    tiers = {one.account_id: one.tier for one in chosen(found, Criteria.read(campaign.criteria))}
    take_on(campaign, None, tiers, starts=days_left(campaign, organisation, at)[0], at=at)
    keep_plays(campaign, campaign.draft(), organisation=organisation, at=at)
