"""A draft as the calendar sees it: the plays that are still to come, on the accounts that it would work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.campaigns.audience import Candidate, audience
from abm.campaigns.calendar import Planned
from abm.campaigns.launches import AudienceMember, held_out_at
from abm.campaigns.models import Campaign
from abm.campaigns.outreach import Drafted, Span, overfull
from abm.kit.clock import Week
from abm.people.models import Organisation


@dataclass(frozen=True)
class Crowding:
    """How many accounts of a draft would be over a cap, all in all and week by week, and how many have an open deal."""

    accounts: int
    weeks: Mapping[Week, int]
    with_deal: int

    @property
    def first(self) -> Week | None:
        """The week from which a calendar shows it."""
        return min(self.weeks, default=None)


def crowding(
    session: Session, campaign: Campaign, accounts: Sequence[Candidate], *, organisation: Organisation, at: datetime
) -> Crowding:
    """What the draft would make of its accounts, on top of what both sides do and plan there, in two queries."""
    today = organisation.today(at)
    drafted = drafted_of(campaign, accounts, today)
    first = max(today, campaign.starts_on)
    if not drafted.days or not drafted.account_ids or campaign.ends_on < first:
        return Crowding(0, {}, 0)
    span = Span(first, campaign.ends_on, today, at, drafted)
    over = overfull(session, span, drafted.account_ids)
    weeks = Counter(week for one in over for week in {Week.of(day) for day in one.days})
    return Crowding(len(over), dict(sorted(weeks.items())), len(drafted.with_deal))


def drafted_of(campaign: Campaign, accounts: Sequence[Candidate], today: date) -> Drafted:
    """The draft's plays from today on, in place of what is live of this campaign."""
    days = [play.day for play in campaign.plays if play.day >= today]
    with_deal = {one.account_id for one in accounts if one.active_deal}
    return Drafted(campaign.id, days, {one.account_id for one in accounts}, with_deal)


def would_work(session: Session, campaign: Campaign, *, organisation: Organisation, at: datetime) -> list[Candidate]:
    """The accounts that the draft's criteria give now, less those that the live version holds out."""
    _, accounts = audience(session, campaign, organisation=organisation, at=at)
    held = session.scalars(select(AudienceMember.account_id).where(held_out_at(at, campaign.id)))
    kept_out = set(held) if campaign.holdout_percent else set()
    return [one for one in accounts if one.account_id not in kept_out]


def plays_of_draft(campaign: Campaign, accounts: int, today: date) -> list[Planned]:
    """The same plays, as the agenda lists them."""
    return [
        Planned(play.day, play.channel, play.what, play.public_id, campaign.name, campaign.slug, accounts)
        for play in campaign.plays
        if play.day >= today
    ]
