"""Who is compared after a campaign: the accounts that it worked, and those that it left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from abm.audit.models import Event
from abm.campaigns.audience import listed_at, of_programme
from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign
from abm.people.models import Organisation
from abm.targets.models import Membership, Motion
from abm.touches.bulk import chunks


@dataclass(frozen=True)
class Begun:
    """From which day an account counts, in which tier it then was, and what Sales wanted of it."""

    tier: int
    day: date
    motion: Motion = Motion.NEW


@dataclass(frozen=True)
class Arms:
    """The accounts of both arms by id. `drawn`: the others were held out by lot; else they are merely comparable."""

    audience: Mapping[int, Begun]
    control: Mapping[int, Begun]
    drawn: bool
    left_alone: Collection[int] = frozenset()  # nobody might approach them when they began: in neither share compared

    def compared(self, arm: Mapping[int, Begun], tier: int) -> list[int]:
        """The accounts of an arm that are held against those of the other arm in the same tier."""
        return [number for number, one in arm.items() if one.tier == tier and number not in self.left_alone]

    @property
    def tiers(self) -> list[int]:
        """Every tier of either arm."""
        return sorted({one.tier for one in (*self.audience.values(), *self.control.values())})


def arms_of(session: Session, campaign: Campaign, *, organisation: Organisation, at: datetime) -> Arms:
    """Both arms as of an instant. An account stays in its arm whatever becomes of it: as it was meant to be treated."""
    rows = _taken_on(session, campaign, at)
    motions = _motions(session, campaign, {row.account_id: row.starts for row in reversed(rows)})
    audience: dict[int, Begun] = {}
    control: dict[int, Begun] = {}
    for account_id, held_out, tier, starts in rows:
        arm = control if held_out else audience
        arm.setdefault(account_id, Begun(tier, organisation.today(starts), motions.get(account_id, Motion.NEW)))
    control = {number: one for number, one in control.items() if number not in audience}
    drawn = bool(control)
    if rows and not drawn:
        control = _comparable(session, campaign, audience, starts=rows[0].starts, organisation=organisation)
    left_alone = _left_alone(session, {**audience, **control}, organisation)
    return Arms(audience, control, drawn=drawn, left_alone=left_alone)


def _taken_on(session: Session, campaign: Campaign, at: datetime) -> list[Row[int, bool, int, datetime]]:
    """Account, whether it was held out, tier and beginning, the earliest first."""
    columns = select(AudienceMember.account_id, AudienceMember.held_out, AudienceMember.tier, AudienceMember.starts)
    begun = (AudienceMember.campaign_id == campaign.id, AudienceMember.starts <= at)
    lasted = AudienceMember.ends.is_(None) | (AudienceMember.ends > AudienceMember.starts)
    ordered = columns.where(*begun, lasted).order_by(AudienceMember.starts, AudienceMember.id)
    return list(session.execute(ordered).all())


def _motions(session: Session, campaign: Campaign, began: Mapping[int, datetime]) -> dict[int, Motion]:
    """What the list said of each account when it began; of one whose list began later, what that said first."""
    found: dict[int, Motion] = {}
    for chunk in chunks(sorted(began)):
        query = select(Membership.account_id, Membership.motion, Membership.starts).where(
            Membership.account_id.in_(chunk), of_programme(campaign.programme_id)
        )
        for account_id, motion, starts in session.execute(query.order_by(Membership.starts, Membership.id)):
            if account_id not in found or starts <= began[account_id]:
                found[account_id] = motion
    return found


def _comparable(
    session: Session, campaign: Campaign, audience: Mapping[int, Begun], *, starts: datetime, organisation: Organisation
) -> dict[int, Begun]:
    """Accounts of the same tiers that were on its programme's list when it began, and that it never worked."""
    tiers = {one.tier for one in audience.values()}
    there = listed_at(starts), of_programme(campaign.programme_id)
    columns = select(Membership.account_id, Membership.tier, Membership.motion)
    rows = session.execute(columns.where(*there, Membership.tier.in_(tiers)))
    day = organisation.today(starts)
    return {number: Begun(tier, day, motion) for number, tier, motion in rows if number not in audience}


def _left_alone(session: Session, begun: Mapping[int, Begun], organisation: Organisation) -> set[int]:
    """Those that were marked “do not approach” by the day on which they began.

    What was marked later does not count: it may have come of the campaign itself.
    """
    marked: dict[int, bool] = {}
    for chunk in chunks(sorted(begun)):
        query = select(Event.subject_id, Event.verb, Event.at, Event.after).where(
            Event.subject == "account", Event.subject_id.in_(chunk), Event.verb.in_(("left alone", "opened again"))
        )
        for account_id, verb, at, after in session.execute(query.order_by(Event.id)):
            day, until = begun[account_id].day, after.get("until")
            if organisation.today(at) <= day:
                marked[account_id] = verb == "left alone" and (until is None or date.fromisoformat(until) >= day)
    return {account_id for account_id, alone in marked.items() if alone}
