"""What a campaign works from now on: the accounts of a plan, each as it was drawn, and its plays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from abm.agreement.models import Version
from abm.campaigns.audience import Candidate, audience, days_left, left_the_list
from abm.campaigns.launches import Taken, take_on
from abm.campaigns.live_plays import keep_plays
from abm.campaigns.plan import Plan
from abm.kit.base import session_of
from abm.people.models import Organisation

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign


def work_as_launched(
    campaign: Campaign,
    version: Version,
    plan: Plan,
    found: Mapping[str, Candidate],
    *,
    organisation: Organisation,
    at: datetime,
) -> None:
    """Take on the accounts of an approved plan, with the tiers that they have now, and let its plays be the live ones.

    `found` are the accounts of the list by public id; every account of the plan is among them.
    """
    named = [(found[account.account], account.held_out) for account in plan.accounts]
    taken = {one.account_id: Taken(one.tier, held_out) for one, held_out in named}
    starts = days_left(campaign, organisation, at)[0]
    take_on(campaign, version, taken, left=left_the_list(campaign, at), starts=starts, at=at)
    keep_plays(campaign, plan, organisation=organisation, at=at)


def work_from_now_on(campaign: Campaign, at: datetime) -> None:
    """Work what its criteria give of the list, with its plays, from now until its last day: nothing before counts."""
    session = session_of(campaign)
    organisation = session.get_one(Organisation, 1)
    if organisation.today(at) > campaign.ends_on:
        return
    _, accounts = audience(session, campaign, organisation=organisation, at=at)
    taken = {one.account_id: Taken(one.tier) for one in accounts}
    left, starts = left_the_list(campaign, at), days_left(campaign, organisation, at)[0]
    take_on(campaign, None, taken, left=left, starts=starts, at=at)
    keep_plays(campaign, campaign.draft(), organisation=organisation, at=at)
