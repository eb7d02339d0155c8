"""What of the plays is recorded, what is not though its day has passed, and what lies ahead."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Row, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from abm.accounts.models import Account, Contact
from abm.campaigns.drafting import Play
from abm.campaigns.kinds import RUNNING, CampaignState
from abm.campaigns.launches import AudienceMember
from abm.campaigns.live_plays import LivePlay
from abm.campaigns.models import Campaign
from abm.campaigns.outreach import works_on_that_day
from abm.campaigns.play_records import PlayRecord, PlayTouch
from abm.campaigns.recordable import Playable, playable
from abm.people.models import User
from abm.touches.models import Touch

SHOWN = 2_000  # touches that the page of a record lists


class PlayStatus(enum.StrEnum):
    """Where a play stands: a plan, a fact, or neither."""

    PLANNED = "planned"
    DUE = "due"
    NOT_RECORDED = "not recorded"
    RECORDED = "recorded"

    @property
    def label(self) -> str:
        return "Due today" if self is PlayStatus.DUE else self.value.capitalize()

    @property
    def mark(self) -> str:
        """The mark that it carries: see `status` in kit/marks.html."""
        marks = {"recorded": "on_track", "not recorded": "at_risk", "due": "in_progress"}
        return marks.get(self.value, "not_started")


@dataclass(frozen=True)
class PlayTold:
    """A play with what is recorded of it; the voided records with those that stand."""

    play: Playable
    status: PlayStatus
    records: Sequence[PlayRecord] = field(default=())
    planned: bool = True  # whether the plan that runs still has it

    @property
    def accounts(self) -> int:
        return sum(row.accounts for row in self.records if row.voided_at is None)

    @property
    def responses(self) -> int:
        return sum(row.responses for row in self.records if row.voided_at is None)


@dataclass(frozen=True)
class Unrecorded:
    """A play that should have happened by now, and of which nobody said that it did."""

    campaign: str
    slug: str
    play: str
    channel: str
    what: str
    day: date
    status: PlayStatus


def plays_told(session: Session, campaign: Campaign, today: date) -> list[PlayTold]:
    """Every play of the plan that runs or ran, day by day, and those that only records speak of any more."""
    of_play: dict[str, list[PlayRecord]] = defaultdict(list)
    for row in records_of(session, campaign):
        of_play[row.play].append(row)
    known = playable(campaign)
    gone = {
        rows[-1].play: Playable(rows[-1].play, rows[-1].channel, rows[-1].what, rows[-1].day)
        for rows in of_play.values()
        if rows[-1].play not in known
    }
    told = [
        PlayTold(one, _status(one.day, of_play[one.play], today), of_play[one.play], one.play in known)
        for one in (known | gone).values()
    ]
    return sorted(told, key=lambda one: (one.play.day, one.play.what, one.play.play))


def records_of(session: Session, campaign: Campaign) -> list[PlayRecord]:
    """The records of a campaign, in the order in which they were made."""
    names = (
        joinedload(PlayRecord.recorded_by).lazyload(User.grants),
        joinedload(PlayRecord.voided_by).lazyload(User.grants),
        joinedload(PlayRecord.token).lazyload("*"),
    )
    rows = select(PlayRecord).where(PlayRecord.campaign_id == campaign.id).order_by(PlayRecord.id)
    return list(session.scalars(rows.options(*names)))


def unrecorded(
    session: Session, today: date, owner: User | None = None, account_id: int | None = None
) -> list[Unrecorded]:
    """The plays of campaigns that run whose day has come and that nobody recorded, the oldest first.

    `owner` narrows them to those that a person answers for, `account_id` to those that an account was due.
    A play of a paused campaign waits for nobody.
    """
    statement = (
        select(Campaign.name, Campaign.slug, LivePlay.play, LivePlay.channel, LivePlay.what, LivePlay.day)
        .join(Campaign, Campaign.id == LivePlay.campaign_id)
        .outerjoin(Play, Play.public_id == LivePlay.play)
        .where(Campaign.state.in_(RUNNING), LivePlay.day <= today, ~is_recorded())
        .order_by(LivePlay.day, LivePlay.id)
    )
    if owner is not None:
        statement = statement.where(func.coalesce(Play.owner_id, Campaign.owner_id) == owner.id)
    if account_id is not None:
        due = (AudienceMember.campaign_id == LivePlay.campaign_id) & (AudienceMember.account_id == account_id)
        statement = statement.where(exists().where(due, works_on_that_day()))
    return [
        Unrecorded(
            name, slug, play, channel.label, what, day, PlayStatus.DUE if day == today else PlayStatus.NOT_RECORDED
        )
        for name, slug, play, channel, what, day in session.execute(statement)
    ]


def is_recorded() -> ColumnElement[bool]:
    """That somebody recorded a live play, and that stands."""
    same = (PlayRecord.campaign_id == LivePlay.campaign_id) & (PlayRecord.play == LivePlay.play)
    return exists().where(same, PlayRecord.voided_at.is_(None))


def record_by_public_id(session: Session, campaign_id: int, public_id: str) -> PlayRecord | None:
    """One record of a campaign."""
    return session.scalar(
        select(PlayRecord)
        .where(PlayRecord.campaign_id == campaign_id, PlayRecord.public_id == public_id)
        .options(joinedload(PlayRecord.recorded_by).lazyload(User.grants))
    )


def replaced_by(session: Session, row: PlayRecord) -> PlayRecord | None:
    """The record that says what was really so, where this one was corrected."""
    return session.scalar(select(PlayRecord).where(PlayRecord.corrects_id == row.id))


def touches_of(session: Session, row: PlayRecord) -> Sequence[Row[Touch, str, str, str | None, bool]]:
    """The touches of a record: each with account, its address, the contact if one is named, whether they responded."""
    return session.execute(
        select(Touch, Account.name, Account.slug, Contact.name, PlayTouch.reaction)
        .join(PlayTouch, PlayTouch.touch_id == Touch.id)
        .join(Account, Account.id == Touch.account_id)
        .outerjoin(Contact, Contact.id == Touch.contact_id)
        .where(PlayTouch.record_id == row.id)
        .order_by(PlayTouch.reaction.desc(), Account.normal_name, Touch.id)
        .limit(SHOWN)
    ).all()


def reached_by(session: Session, campaign_id: int, play: str, day: date | None = None) -> dict[int, date]:
    """The accounts that a play reached, and when last; on one day where that is asked."""
    rows = select(Touch.account_id, func.max(Touch.day).label("last")).join(PlayTouch, PlayTouch.touch_id == Touch.id)
    rows = rows.join(PlayRecord, PlayRecord.id == PlayTouch.record_id)
    rows = rows.where(PlayRecord.campaign_id == campaign_id, PlayRecord.play == play, ~PlayTouch.reaction)
    rows = rows.where(Touch.voided_at.is_(None)).group_by(Touch.account_id)
    if day is not None:
        rows = rows.where(Touch.day == day)
    return {row.account_id: row.last for row in session.execute(rows)}


def campaign_of_play(session: Session, play: str) -> Campaign | None:
    """The campaign that a play belongs to: of the plan that runs or ran, or of the draft of one taken in."""
    live = select(LivePlay.campaign_id).where(LivePlay.play == play)
    adopted = select(Play.campaign_id).where(Play.public_id == play)
    told = select(PlayRecord.campaign_id).where(PlayRecord.play == play)
    is_its = or_(
        Campaign.id.in_(live),
        (Campaign.state == CampaignState.ADOPTED) & Campaign.id.in_(adopted),
        Campaign.id.in_(told),
    )
    return session.scalars(select(Campaign).where(is_its)).first()


def _status(day: date, records: Collection[PlayRecord], today: date) -> PlayStatus:
    if any(row.voided_at is None for row in records):
        return PlayStatus.RECORDED
    if day > today:
        return PlayStatus.PLANNED
    return PlayStatus.DUE if day == today else PlayStatus.NOT_RECORDED
