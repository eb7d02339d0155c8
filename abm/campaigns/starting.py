"""A plan begins from a template or an earlier campaign: texts, plays and ask come along, approvals never do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.campaigns.creating import create_campaign
from abm.campaigns.drafting import add_play
from abm.campaigns.kinds import Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria, Plan
from abm.campaigns.templates import PlayTemplate, ran_on
from abm.kit.base import Base, Instant, Json, Key, check, session_of
from abm.kit.rules import require
from abm.people.models import Organisation, User
from abm.people.programmes import Programme
from abm.touches.kinds import Channel


class CampaignOrigin(Base):
    """What a campaign began from: a template, or an earlier campaign."""

    __tablename__ = "campaign_origin"
    __table_args__ = (
        check("(template_id IS NULL) <> (earlier_id IS NULL)", "one"),
        check("earlier_id <> campaign_id", "another"),
    )

    id: Mapped[Key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), unique=True)
    template_id: Mapped[int | None] = mapped_column(ForeignKey("play_template.id"), index=True)
    earlier_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    moved: Mapped[list[str]] = mapped_column(Json)  # plays that were set on the last day, since theirs lay beyond it
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]

    campaign: Mapped[Campaign] = relationship(foreign_keys=[campaign_id])
    template: Mapped[PlayTemplate | None] = relationship()
    earlier: Mapped[Campaign | None] = relationship(foreign_keys=[earlier_id])
    by: Mapped[User] = relationship()


@dataclass(frozen=True)
class StartingPlay:
    """A play on the day on which it falls in the new campaign, or would have if that had more days."""

    channel: Channel
    what: str
    notes: str
    day: date


@dataclass(frozen=True)
class Start:
    """What a new plan begins with, on its own days."""

    words: str  # `the template “Board breakfast”`
    texts: dict[Section, dict[str, Any]]
    plays: tuple[StartingPlay, ...]


def from_template(template: PlayTemplate, starts_on: date) -> Start:
    """What a template gives to a campaign that begins on this day."""
    require(template.archived_at is None, f"{template.name} is archived: bring it back first, or choose another.")
    ask_by = None if template.ask_day is None else starts_on + timedelta(days=template.ask_day)
    criteria = Criteria(tiers=tuple(template.tiers)).facts()
    plays = [
        StartingPlay(play.channel, play.what, play.notes, starts_on + timedelta(days=play.day))
        for play in template.planned
    ]
    return Start(f"the template “{template.name}”", _texts(template, criteria, ask_by), tuple(plays))


def from_campaign(earlier: Campaign, starts_on: date) -> Start:
    """What an earlier campaign ran on, moved to a campaign that begins on this day; only AEs who are still here.

    Accounts that were taken in or left out one by one were so for that campaign alone.
    """
    plan = ran_on(earlier)
    shift = starts_on - plan.starts_on
    aes = _still_here(session_of(earlier), plan)
    facts = replace(plan.criteria, aes=tuple(aes), picked=(), left_out=()).facts()
    if plan.criteria.aes and not aes:  # naming nobody means all of them, and nobody asked for that
        facts["tiers"] = []
    ask_by = None if plan.ask_by is None else plan.ask_by + shift
    plays = [StartingPlay(play.channel, play.what, play.notes, play.day + shift) for play in plan.plays]
    return Start(f"the campaign “{plan.name}”", _texts(plan, facts, ask_by), tuple(plays))


def start_campaign(
    organisation: Organisation,
    source: PlayTemplate | Campaign,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    by: User,
    at: datetime,
    programme: Programme | None = None,
) -> Campaign:
    """A new draft that begins with what a template or an earlier campaign says.

    Days move with the first day, weekends as they fall; what would lie after the last day is set on it, and kept as
    a fact. Approvals, audience, comments, budget and owners of plays are never taken along.
    """
    session = session_of(organisation)
    is_template = isinstance(source, PlayTemplate)
    start = from_template(source, starts_on) if isinstance(source, PlayTemplate) else from_campaign(source, starts_on)
    days: dict[str, Any] = {"name": name, "starts_on": starts_on, "ends_on": ends_on}
    campaign = create_campaign(organisation, **days, by=by, at=at, programme=programme, origin=start.words)
    for section, facts in start.texts.items():
        campaign.change(section, by=by, at=at, **_within(facts, ends_on))
    for play in start.plays:
        day = min(max(play.day, starts_on), ends_on)
        add_play(campaign, channel=play.channel, what=play.what, notes=play.notes, day=day, by=by, at=at)
    moved = [play.what for play in start.plays if play.day > ends_on]
    origin = CampaignOrigin(campaign=campaign, moved=moved, by=by, at=at)
    origin.template, origin.earlier = (source, None) if is_template else (None, source)  # type: ignore[assignment]
    session.add(origin)
    return campaign


def on_a_weekend(plays: Iterable[Any]) -> list[str]:
    """The plays that fall on a Saturday or a Sunday, for whoever wants to move them: nothing forbids it."""
    return [play.what for play in plays if play.day.isoweekday() > 5]


def _texts(said: PlayTemplate | Plan, criteria: dict[str, Any], ask_by: date | None) -> dict[Section, dict[str, Any]]:
    return {
        Section.OBJECTIVE: {"objective": said.objective},
        Section.AUDIENCE: {"criteria": criteria},
        Section.MESSAGE: {"message": said.message},
        Section.OFFER: {"offer": said.offer},
        Section.SALES_ASK: {"ask_touches": said.ask_touches, "ask_by": ask_by, "talk_track": said.talk_track},
        Section.MEASURE: {"measure": said.measure, **_holdout(said)},
    }


def _holdout(said: PlayTemplate | Plan) -> dict[str, Any]:
    """The share that an earlier campaign held out, drawn anew; a template leaves the standard one."""
    if isinstance(said, Plan):
        return {"holdout_percent": said.holdout.percent, "holdout_tier_1": said.holdout.tier_1}
    return {}


def _within(facts: dict[str, Any], ends_on: date) -> dict[str, Any]:
    """The day by which Sales is asked lies within the campaign."""
    ask_by = facts.get("ask_by")
    return {**facts, "ask_by": min(ask_by, ends_on)} if ask_by else facts


def _still_here(session: Session, plan: Plan) -> list[str]:
    if not plan.criteria.aes:
        return []
    here = select(User.public_id).where(User.public_id.in_(plan.criteria.aes), User.deactivated_at.is_(None))
    return sorted(session.scalars(here))
