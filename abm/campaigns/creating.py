"""A campaign begins: as a draft, or taken in as one that ran before; with an address of its own, in a programme."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from abm.accounts.identity import slug_of
from abm.agreement.models import Document
from abm.audit.models import record
from abm.campaigns.holdout import PERCENT
from abm.campaigns.kinds import CampaignState, Section
from abm.campaigns.models import KIND, Campaign
from abm.campaigns.plan import Criteria
from abm.kit.base import public_id, session_of
from abm.kit.rules import require
from abm.kit.text import one_line
from abm.people.models import Organisation, User
from abm.people.programmes import DEFAULT_PROGRAMME, Programme

TAKEN = frozenset({"templates", "adoptions"})  # addresses below /campaigns that are pages of their own


def create_campaign(
    organisation: Organisation,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    by: User,
    at: datetime,
    programme: Programme | None = None,
    origin: str = "",
) -> Campaign:
    """A new draft of a programme, the default one unless named, owned by whoever creates it; its address is its own.

    `origin` says in words what it began from.
    """
    campaign = _begin(organisation, name, (starts_on, ends_on), by=by, at=at, programme=programme)
    _add(campaign, session_of(organisation))
    words = {"origin": origin} if origin else {}
    facts = {"name": campaign.name, "starts_on": starts_on, "ends_on": ends_on, **words}
    record(campaign, "created", by=by, at=at, after=facts)
    return campaign


def adopt_campaign(
    organisation: Organisation,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    criteria: Criteria,
    by: User,
    at: datetime,
    programme: Programme | None = None,
) -> Campaign:
    """Take in a campaign that ran before the company used Accountable: it runs on, and its plan goes to Sales soon.

    It works its accounts from this moment, and nothing is promised for the days before.
    """
    founded = organisation.today(organisation.created_at)
    since = f"{founded.day} {founded:%b %Y}"
    sentence = (
        f"Only a campaign that began before {organisation.name} used Accountable ({since}) is taken in: plan this"
    )
    require(starts_on < founded, f"{sentence} one, and let Sales review it.", field="starts_on")
    over = "It is over already: only a campaign that still runs is taken in."
    require(ends_on >= organisation.today(at), over, field="ends_on")
    campaign = _begin(organisation, name, (starts_on, ends_on), by=by, at=at, programme=programme)
    campaign.state, campaign.adopted_at = CampaignState.ADOPTED, at
    _add(campaign, session_of(organisation))
    record(campaign, "adopted", by=by, at=at, after={"name": campaign.name, "starts_on": starts_on, "ends_on": ends_on})
    campaign.change(Section.AUDIENCE, by=by, at=at, criteria=criteria.facts())
    return campaign


def _begin(
    organisation: Organisation,
    name: str,
    days: tuple[date, date],
    *,
    by: User,
    at: datetime,
    programme: Programme | None,
) -> Campaign:
    require(one_line(name), "Write the campaign's name.", field="name")
    require(days[0] <= days[1], "The last day lies before the first.", field="ends_on")
    return Campaign(
        slug=_free_slug(session_of(organisation), name),
        name=one_line(name),
        programme_id=programme.id if programme else DEFAULT_PROGRAMME,
        document=Document(kind=KIND, created_at=at, versions=[]),
        owner=by,
        state=CampaignState.DRAFT,
        starts_on=days[0],
        ends_on=days[1],
        currency=organisation.currency,
        criteria=Criteria().facts(),
        holdout_percent=PERCENT,
        created_at=at,
        changed_at=at,
        changed_by_id=by.id,
    )


def _add(campaign: Campaign, session: Session) -> None:
    try:
        with session.begin_nested():
            session.add(campaign)
    except IntegrityError:  # somebody took the address in between
        campaign.slug = f"{campaign.slug[:60]}-{public_id()[:6]}"
        session.add(campaign)


def _free_slug(session: Session, name: str) -> str:
    base = slug_of(name)
    base = f"{base}-campaign" if base in TAKEN else base
    tried = [base, *(f"{base}-{number}" for number in range(2, 20))]
    taken = set(session.scalars(select(Campaign.slug).where(Campaign.slug.in_(tried))))
    return next((slug for slug in tried if slug not in taken), f"{base}-{public_id()[:6]}")
