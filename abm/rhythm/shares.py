"""A week that two quarters share has a review for each share that a list was in force in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Exists, or_, select
from sqlalchemy.orm import Session

from abm.kit.clock import Week
from abm.people.models import Organisation
from abm.people.programmes import Programme
from abm.progress.moments import Moment, moment_of
from abm.targets.models import Membership, TargetList


def shares_of(organisation: Organisation, week: Week) -> list[Moment]:
    """Each quarter's share of a week, the earlier first."""
    latest = moment_of(organisation, week)
    quarters = sorted([latest.quarter, *latest.shared_with]) if latest else []
    return [share for quarter in quarters if (share := moment_of(organisation, week, quarter))]


def name_of(share: Moment) -> str:
    """`47`, or `53 of 2026-q4` where two quarters share the week."""
    number = str(share.week.number)
    return f"{number} of {share.quarter}" if share.shared_with else number


def listed_at(at: datetime) -> Exists:
    """Whether a programme's list was in force at an instant; for a query of programmes."""
    return (
        select(Membership.id)
        .join(TargetList, TargetList.id == Membership.list_id)
        .where(TargetList.programme_id == Programme.id, Membership.starts <= at)
        .where(or_(Membership.ends.is_(None), Membership.ends > at))
        .exists()
    )


def shares_to_review(session: Session, organisation: Organisation, week: Week, programme_id: int) -> list[Moment]:
    """The shares of a week that a programme had a list in; the latest where it had none, whose page says so."""
    shares = shares_of(organisation, week)
    if len(shares) < 2:
        return shares
    own = select(Programme.id).where(Programme.id == programme_id)
    return [share for share in shares if session.scalar(own.where(listed_at(share.at)))] or shares[-1:]
