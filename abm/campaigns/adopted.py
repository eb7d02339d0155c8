"""A campaign that ran before the company used Accountable: it runs on, and its review is due soon (domain §6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from abm.agreement.models import State
from abm.campaigns.audience import audience, days_left, left_the_list
from abm.campaigns.launches import Taken, take_on
from abm.campaigns.live_plays import keep_plays
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
    _, accounts = audience(session, campaign, organisation=organisation, at=at)
    taken = {one.account_id: Taken(one.tier) for one in accounts}
    left, starts = left_the_list(campaign, at), days_left(campaign, organisation, at)[0]
    take_on(campaign, None, taken, left=left, starts=starts, at=at)
    keep_plays(campaign, campaign.draft(), organisation=organisation, at=at)
