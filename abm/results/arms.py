"""Who is compared after a campaign: the accounts that it worked, and those that it left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign
from abm.people.models import Organisation
from abm.targets.models import Membership


@dataclass(frozen=True)
class Begun:
    """From which day an account counts, and in which tier it then was."""

    tier: int
    day: date


@dataclass(frozen=True)
class Arms:
    """The accounts of both arms by id. `drawn`: the others were held out by lot; else they are merely comparable."""

    audience: Mapping[int, Begun]
    control: Mapping[int, Begun]
    drawn: bool

    @property
    def compared(self) -> Mapping[int, Begun]:
        """The part of the audience that is like the others: of the tiers that they are of."""
        tiers = {one.tier for one in self.control.values()}
        return {number: one for number, one in self.audience.items() if one.tier in tiers}


def arms_of(session: Session, campaign: Campaign, *, organisation: Organisation, at: datetime) -> Arms:
    """Both arms as of an instant. An account stays in its arm whatever becomes of it: as it was meant to be treated."""
    columns = select(AudienceMember.account_id, AudienceMember.held_out, AudienceMember.tier, AudienceMember.starts)
    begun = (AudienceMember.campaign_id == campaign.id, AudienceMember.starts <= at)
    lasted = AudienceMember.ends.is_(None) | (AudienceMember.ends > AudienceMember.starts)
    rows = session.execute(columns.where(*begun, lasted).order_by(AudienceMember.starts, AudienceMember.id)).all()
    audience: dict[int, Begun] = {}
    control: dict[int, Begun] = {}
    for account_id, held_out, tier, starts in rows:
        arm = control if held_out else audience
        arm.setdefault(account_id, Begun(tier, organisation.today(starts)))
    control = {number: one for number, one in control.items() if number not in audience}
    if control or not rows:
        return Arms(audience, control, drawn=bool(control))
    return Arms(audience, _comparable(session, audience, rows[0].starts, organisation), drawn=False)


def _comparable(
    session: Session, audience: Mapping[int, Begun], starts: datetime, organisation: Organisation
) -> dict[int, Begun]:
    """Accounts of the same tiers that were on the list when the campaign began, and that it never worked."""
    tiers = {one.tier for one in audience.values()}
    there = Membership.starts <= starts, Membership.ends.is_(None) | (Membership.ends > starts)
    query = select(Membership.account_id, Membership.tier).where(*there, Membership.tier.in_(tiers))
    day = organisation.today(starts)
    return {row.account_id: Begun(row.tier, day) for row in session.execute(query) if row.account_id not in audience}
