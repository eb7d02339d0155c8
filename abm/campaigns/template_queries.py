"""What a plan can begin from: the library of templates with their use, and earlier campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.audit.models import Event
from abm.campaigns.kinds import CampaignState
from abm.campaigns.models import Campaign
from abm.campaigns.starting import CampaignOrigin
from abm.campaigns.templates import WORDS, PlayTemplate
from abm.kit.clock import Quarter
from abm.people.models import User

RAN = (CampaignState.LIVE, CampaignState.PAUSED, CampaignState.COMPLETED, CampaignState.ADOPTED)
OFFERED = 30
TOLD = 30
DONE = {"created": "put it into the library", "archived": "archived it", "restored": "offered it again"}


@dataclass(frozen=True)
class Shelved:
    """A template of the library, and how many campaigns began from it."""

    template: PlayTemplate
    used: int


@dataclass(frozen=True)
class Told:
    """One line of a template's history."""

    at: datetime
    who: str
    text: str


def library(session: Session, *, archived: bool = False) -> list[Shelved]:
    """The templates that are offered, or those that are not any longer, by tier and name; one query."""
    used = select(func.count()).where(CampaignOrigin.template_id == PlayTemplate.id).scalar_subquery()
    put_away = PlayTemplate.archived_at.is_not(None) if archived else PlayTemplate.archived_at.is_(None)
    rows = session.execute(select(PlayTemplate, used).where(put_away).order_by(PlayTemplate.name, PlayTemplate.id))
    return sorted((Shelved(*row) for row in rows), key=lambda one: one.template.tiers)


def template_by_id(session: Session, public_id: str) -> PlayTemplate | None:
    """A template, with who wrote it and the campaign that it grew from."""
    who = (PlayTemplate.created_by, PlayTemplate.changed_by, PlayTemplate.archived_by)
    people = [joinedload(person).lazyload(User.grants) for person in who]
    grown = joinedload(PlayTemplate.grown_from).lazyload(Campaign.document)
    return session.scalar(select(PlayTemplate).where(PlayTemplate.public_id == public_id).options(*people, grown))


def began_from(session: Session, template: PlayTemplate) -> list[Campaign]:
    """The campaigns that began from a template, the newest first."""
    used = select(Campaign).join(CampaignOrigin, CampaignOrigin.campaign_id == Campaign.id)
    used = used.where(CampaignOrigin.template_id == template.id).order_by(Campaign.id.desc())
    return list(session.scalars(used.options(lazyload(Campaign.document), joinedload(Campaign.owner))))


def told(session: Session, template: PlayTemplate) -> list[Told]:
    """What happened to a template, the newest first."""
    rows = session.execute(
        select(Event, User.name)
        .join(User, User.id == Event.actor_id)
        .where(Event.subject == PlayTemplate.__tablename__, Event.subject_id == template.id)
        .order_by(Event.id.desc())
        .limit(TOLD)
    )
    return [Told(event.at, name, _sentence(event)) for event, name in rows]


def _sentence(event: Event) -> str:
    changed = [WORDS[name].lower() for name in WORDS if name in event.after]
    return f"changed: {', '.join(changed)}" if event.verb == "changed" else DONE[event.verb]


def earlier_campaigns(session: Session, quarter: Quarter) -> list[Campaign]:
    """The campaigns that ran, those of the quarter before this one first, then the newest."""
    before = quarter.plus(-1)
    of_last_quarter = (Campaign.starts_on <= before.last) & (Campaign.ends_on >= before.first)
    ran = select(Campaign).where(Campaign.state.in_(RAN))
    ran = ran.order_by(case((of_last_quarter, 0), else_=1), Campaign.starts_on.desc(), Campaign.id.desc())
    return list(session.scalars(ran.options(lazyload(Campaign.document)).limit(OFFERED)))


def origin_of(session: Session, campaign: Campaign) -> CampaignOrigin | None:
    """What a campaign began from, with its name."""
    found = select(CampaignOrigin).where(CampaignOrigin.campaign_id == campaign.id)
    earlier = joinedload(CampaignOrigin.earlier).lazyload(Campaign.document)
    return session.scalar(found.options(joinedload(CampaignOrigin.template), earlier))


def grown_from(session: Session, campaign: Campaign) -> Row[str, str] | None:
    """Public id and name of the template that grew from a campaign, if one did."""
    template = select(PlayTemplate.public_id, PlayTemplate.name).where(PlayTemplate.grown_from_id == campaign.id)
    return session.execute(template).one_or_none()
