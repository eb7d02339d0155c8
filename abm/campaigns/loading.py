"""What every page of a campaign begins with: the campaign of the address, and the accounts that it may choose from."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort
from sqlalchemy import select

from abm.agreement.models import Version
from abm.campaigns.audience import Candidate, candidates, chosen, reviewers_of
from abm.campaigns.kinds import Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria, Plan
from abm.campaigns.queries import campaign_by_slug, campaign_page, load_contents
from abm.campaigns.readiness import missing
from abm.kit import clock
from abm.kit.db import session
from abm.people.current import organisation


def campaign_or_404(slug: str) -> Campaign:
    """The campaign, for changing it."""
    found = campaign_by_slug(session(), slug)
    return found if found is not None else abort(404)


def version_or_404(campaign: Campaign, number: int) -> Version:
    """One version of its plan."""
    query = select(Version).where(Version.document_id == campaign.document_id, Version.number == number)
    found = session.scalar(query)
    return found if found is not None else abort(404)


@dataclass(frozen=True)
class Looked:
    """A campaign as its page shows it: the draft, whom it would work, and what is missing."""

    campaign: Campaign
    plan: Plan
    found: list[Candidate]
    accounts: list[Candidate]
    missing: dict[Section, list[str]]


def look(slug: str) -> Looked:
    """Read the whole page of a campaign in a handful of queries; 404 where there is none."""
    campaign = campaign_page(session(), slug)
    if campaign is None:
        abort(404)
    load_contents(session(), [campaign.approved, campaign.newest])
    at = clock.now()
    found = candidates(session(), campaign, organisation=organisation(), at=at)
    accounts = chosen(found, Criteria.read(campaign.criteria))
    plan = campaign.draft(accounts, reviewers_of(accounts))
    gaps = missing(plan, organisation().today(at), listed=bool(found))
    return Looked(campaign, plan, found, accounts, gaps)
