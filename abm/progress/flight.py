"""What is on the way in a week: the campaigns in flight, and what one side waits for from the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.audit.models import Event
from abm.campaigns.kinds import CampaignState, Transition
from abm.campaigns.models import AudienceMember, Campaign
from abm.outbound.models import Commitment
from abm.outbound.pauses import Pause, PauseCause
from abm.people.models import User
from abm.people.seats import Side
from abm.progress.moments import Moment
from abm.touches.kinds import Direction, TouchSide
from abm.touches.models import Touch
from abm.touches.outcomes import all_outcomes

FLYING = (CampaignState.LIVE, CampaignState.PAUSED, CampaignState.ADOPTED)
RESPONSES = sorted({key for _, key, rule in all_outcomes() if rule.responded})


@dataclass(frozen=True)
class Flight:
    """A campaign in flight: its audience (without what it holds out), and how many of it in the week each side worked
    for it, and how many responded to it.
    """

    slug: str
    name: str
    state: CampaignState
    last_day: date
    accounts: int
    marketing: int
    sales: int
    responded: int


@dataclass(frozen=True)
class Wait:
    """Something that a side's commitment waits for: of whom, by when, and whether that day has passed."""

    side: Side
    account: str
    slug: str
    what: str
    on: str  # whoever has to deliver, by public id
    by_day: date
    late: bool


@dataclass(frozen=True)
class OnTheWay:
    """Both, as they stood at the end of a week."""

    campaigns: Sequence[Flight]
    waits: Sequence[Wait]

    def written(self) -> dict[str, object]:
        """As a snapshot writes it down."""
        return {
            "campaigns": [{**vars(one), "last_day": one.last_day.isoformat()} for one in self.campaigns],
            "waits": [{**vars(one), "by_day": one.by_day.isoformat()} for one in self.waits],
        }

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> OnTheWay:
        campaigns = [
            Flight(**{**one, "state": CampaignState(one["state"]), "last_day": date.fromisoformat(one["last_day"])})
            for one in content["campaigns"]
        ]
        waits = [
            Wait(**{**one, "side": Side(one["side"]), "by_day": date.fromisoformat(one["by_day"])})
            for one in content["waits"]
        ]
        return cls(campaigns, waits)


def on_the_way(session: Session, moment: Moment, programme_id: int, accounts: Select[int]) -> OnTheWay:
    """What is on the way at the end of a week, for a programme and the accounts of its list, in three queries."""
    return OnTheWay(_campaigns(session, moment, programme_id), _waits(session, moment, accounts))


def _campaigns(session: Session, moment: Moment, programme_id: int) -> list[Flight]:
    """Those that flew at the moment, in the state of then: what was paused or completed since flew."""
    then = _states_then(session, moment, programme_id)
    flew = [number for number, state in then.items() if state in FLYING]
    flies = Campaign.state.in_(FLYING) & Campaign.id.not_in(then)
    taken_in = Campaign.adopted_at.is_(None) | (Campaign.adopted_at <= moment.at)
    there = (
        (AudienceMember.starts <= moment.at)
        & (AudienceMember.ends.is_(None) | (AudienceMember.ends > moment.at))
        & ~AudienceMember.held_out
    )
    ours = Touch.direction == Direction.OUTBOUND
    in_week = (
        (Touch.campaign_id == Campaign.id)
        & (Touch.account_id == AudienceMember.account_id)
        & Touch.day.between(moment.first, moment.until)
        & Touch.voided_at.is_(None)
    )
    rows = session.execute(
        select(
            *(Campaign.id, Campaign.slug, Campaign.name, Campaign.state, Campaign.ends_on),
            _accounts_where(there),
            _accounts_where(there & ours & (Touch.side == TouchSide.MARKETING)),
            _accounts_where(there & ours & (Touch.side == TouchSide.SALES)),
            _accounts_where(there & Touch.outcome.in_(RESPONSES)),
        )
        .outerjoin(AudienceMember, AudienceMember.campaign_id == Campaign.id)
        .outerjoin(Touch, in_week)
        .where(flies | Campaign.id.in_(flew), taken_in)
        .where(Campaign.programme_id == programme_id, Campaign.starts_on <= moment.until)
        .group_by(Campaign.id)
        .order_by(Campaign.ends_on, Campaign.name)
    )
    return [Flight(row.slug, row.name, then.get(row.id, row.state), *row[4:]) for row in rows]


def _states_then(session: Session, moment: Moment, programme_id: int) -> dict[int, CampaignState]:
    """By campaign that took a step since the moment, the state that it was in then: the one before its first step."""
    ours = select(Campaign.id).where(Campaign.programme_id == programme_id)
    steps = select(Event.subject_id, Event.before).where(
        Event.at > moment.at,
        Event.subject == Campaign.__tablename__,
        Event.verb.in_([step.done for step in Transition]),
        Event.subject_id.in_(ours),
    )
    found: dict[int, CampaignState] = {}
    for campaign, before in session.execute(steps.order_by(Event.at, Event.id)):
        found.setdefault(campaign, CampaignState(before["state"]))
    return found


def _accounts_where(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((which, AudienceMember.account_id)).distinct())


def _waits(session: Session, moment: Moment, accounts: Select[int]) -> list[Wait]:
    rows = session.execute(
        select(Commitment.side, Account.name, Account.slug, Pause.what, User.public_id, Pause.by_day)
        .select_from(Pause)
        .join(Commitment, Commitment.id == Pause.commitment_id)
        .join(Account, Account.id == Commitment.account_id)
        .join(User, User.id == Pause.on_id)
        .where(
            Pause.cause == PauseCause.WAITING,
            Pause.first_day <= moment.until,
            Pause.last_day.is_(None) | (Pause.last_day > moment.until),
            Commitment.account_id.in_(accounts),
        )
        .order_by(Pause.by_day, Account.name, Pause.id)
    )
    found = []
    for side, name, slug, what, on, by_day in rows:
        if what is not None and by_day is not None:  # a wait says both
            found.append(Wait(side, name, slug, what, on, by_day, late=by_day < moment.until))
    return found
