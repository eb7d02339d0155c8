"""What a campaign cost: a page of its own, and the line that stands in the budget of the campaign's page."""

from __future__ import annotations

from flask import abort

from abm.campaigns.queries import campaign_by_slug
from abm.kit.db import session
from abm.kit.web import Answer, page, wants_fragment
from abm.people.access import May, needs
from abm.people.current import organisation
from abm.spend.models import SpendBasis
from abm.spend.of_campaign import spent_on
from abm.spend.routes import spend


@spend.get("/spend/campaigns/<slug:slug>")
@needs(May.READ)
def of_campaign(slug: str) -> Answer:
    """Its budget beside what the ledger says was planned and spent, quarter by quarter."""
    campaign = campaign_by_slug(session(), slug) or abort(404)
    here = organisation()
    return page(
        "spend/_spent.html" if wants_fragment() else "spend/campaign.html",
        campaign=campaign,
        sums=spent_on(session(), campaign, here, here.today()),
        bases=list(SpendBasis),
        planned=SpendBasis.PLANNED,
        actual=SpendBasis.ACTUAL,
    )
