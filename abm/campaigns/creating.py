"""A campaign begins: a draft with an address of its own, in a programme."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from abm.accounts.identity import slug_of
from abm.agreement.models import Document
from abm.audit.models import record
from abm.campaigns.kinds import CampaignState
from abm.campaigns.models import KIND, Campaign
from abm.campaigns.plan import Criteria
from abm.kit.base import public_id, session_of
from abm.kit.rules import require
from abm.kit.text import one_line
from abm.people.models import Organisation, User
from abm.people.programmes import DEFAULT_PROGRAMME, Programme


def create_campaign(
    organisation: Organisation,
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    by: User,
    at: datetime,
    programme: Programme | None = None,
) -> Campaign:
    """A new draft of a programme, the default one unless named, owned by whoever creates it; its address is its own."""
    session = session_of(organisation)
    require(one_line(name), "Write the campaign's name.", field="name")
    require(starts_on <= ends_on, "The last day lies before the first.", field="ends_on")
    campaign = Campaign(
        slug=_free_slug(session, name),
        name=one_line(name),
        programme_id=programme.id if programme else DEFAULT_PROGRAMME,
        document=Document(kind=KIND, created_at=at, versions=[]),
        owner=by,
        state=CampaignState.DRAFT,
        starts_on=starts_on,
        ends_on=ends_on,
        currency=organisation.currency,
        criteria=Criteria().facts(),
        created_at=at,
        changed_at=at,
        changed_by_id=by.id,
    )
    try:
        with session.begin_nested():
            session.add(campaign)
    except IntegrityError:  # somebody took the address in between
        campaign.slug = f"{campaign.slug[:60]}-{public_id()[:6]}"
        session.add(campaign)
    record(campaign, "created", by=by, at=at, after={"name": campaign.name, "starts_on": starts_on, "ends_on": ends_on})
    return campaign


def _free_slug(session: Session, name: str) -> str:
    base = slug_of(name)
    tried = [base, *(f"{base}-{number}" for number in range(2, 20))]
    taken = set(session.scalars(select(Campaign.slug).where(Campaign.slug.in_(tried))))
    return next((slug for slug in tried if slug not in taken), f"{base}-{public_id()[:6]}")
