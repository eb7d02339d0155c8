"""The plans that hold: what live and paused campaigns run on, and what is approved and waits to be launched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.agreement.canonical import thaw
from abm.agreement.models import Standing, State, Version
from abm.campaigns.kinds import CampaignState
from abm.campaigns.models import Campaign, Launch
from abm.campaigns.plan import Plan

GOING = (CampaignState.LIVE, CampaignState.PAUSED, CampaignState.DRAFT, CampaignState.ADOPTED)


@dataclass(frozen=True)
class InEffect:
    """A campaign with the version of its plan that counts; `launched` is the moment of its first launch."""

    id: int
    programme_id: int
    name: str
    slug: str
    state: CampaignState
    launched: datetime | None
    plan: Plan

    def asks_from(self, today: date, launched_on: date | None) -> date:
        """The first day of its ask: that of the plan, or the later one on which it was, or would be, launched."""
        return max(self.plan.starts_on, launched_on or today)


def plans_in_effect(session: Session) -> list[InEffect]:
    """By name, the campaigns that run or may: on the plan that was launched last, else on the one approved last.

    One query. A plan in review binds nobody yet.
    """
    launch = select(Launch.version_id).where(Launch.campaign_id == Campaign.id).order_by(Launch.id.desc()).limit(1)
    begun = select(func.min(Launch.at)).where(Launch.campaign_id == Campaign.id)
    approved = (
        select(Standing.version_id)
        .join(Version, Version.id == Standing.version_id)
        .where(Version.document_id == Campaign.document_id, Standing.state == State.SIGNED)
        .order_by(Version.number.desc())
        .limit(1)
    )
    launched_version, first_launch, approved_version = (
        rows.correlate(Campaign).scalar_subquery() for rows in (launch, begun, approved)
    )
    rows = session.execute(
        select(
            Campaign.id,
            Campaign.programme_id,
            Campaign.name,
            Campaign.slug,
            Campaign.state,
            first_launch,
            Version.content,
        )
        .join(Version, Version.id == func.coalesce(launched_version, approved_version))
        .where(Campaign.state.in_(GOING))
        .order_by(Campaign.name, Campaign.id)
    )
    return [
        InEffect(number, programme, name, slug, state, launched, Plan.read(thaw(content)))
        for number, programme, name, slug, state, launched, content in rows
    ]
