"""Did the campaign work? Its results on a page, and the accounts behind them as a file."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, abort
from sqlalchemy import select

from abm.accounts.models import Account
from abm.campaigns.models import Campaign
from abm.campaigns.queries import begun_campaigns, campaign_by_slug
from abm.kit import clock
from abm.kit.db import session
from abm.kit.spreadsheet import Cell, Sheet, csv_file
from abm.kit.web import Answer, page
from abm.people.access import May, needs
from abm.people.current import organisation, programme
from abm.results.campaign_results import CampaignResults, results_of
from abm.results.influence import Model
from abm.results.ranking import Ranked, Standing, in_order, standing_of
from abm.touches.bulk import chunks

results = Blueprint("results", __name__)

LATEST = 12  # campaigns that are compared on one page
HEADS = (
    *("Account", "Tier", "Arm", "From", "Reached", "Responses", "Engagement minutes", "Meetings held"),
    *("Opportunities opened", "Won"),
)


@results.get("/results")
@needs(May.READ)
def index() -> Answer:
    """The latest campaigns, by what to scale and what to retire."""
    latest = begun_campaigns(session(), programme().id, at=clock.now(), limit=LATEST)
    told = {one.slug: (one, results_of(session(), one, organisation=organisation(), at=clock.now())) for one in latest}
    found = {slug: (campaign, result) for slug, (campaign, result) in told.items() if result is not None}
    lifts = {slug: {one.key: one.lift for one in result.measures} for slug, (_, result) in found.items()}
    ranked = in_order(
        Ranked(campaign.name, slug, standing_of(lifts[slug]), lifts[slug]) for slug, (campaign, _) in found.items()
    )
    return page("results/index.html", ranked=ranked, found=found, standings=list(Standing), latest=LATEST)


@results.get("/campaigns/<slug:slug>/results")
@needs(May.READ)
def of_campaign(slug: str) -> Answer:
    """What came of the audience, against the accounts left out."""
    campaign = _campaign(slug)
    found = results_of(session(), campaign, organisation=organisation(), at=clock.now())
    return page("results/campaign.html", campaign=campaign, found=found, models=list(Model))


@results.get("/campaigns/<slug:slug>/results.csv")
@needs(May.READ)
def accounts_file(slug: str) -> Answer:
    """Each account of both arms with what came of it."""
    campaign = _campaign(slug)
    found = results_of(session(), campaign, organisation=organisation(), at=clock.now()) or abort(404)
    sheet = Sheet("Results", HEADS, list(_rows(found)))
    headers = {"Content-Disposition": f'attachment; filename="results-{campaign.slug}.csv"'}
    return Response(csv_file(sheet), content_type="text/csv; charset=utf-8", headers=headers)


def _rows(found: CampaignResults) -> Iterator[tuple[Cell, ...]]:
    left_out = "held out" if found.arms.drawn else "comparable"
    ids = sorted({*found.arms.audience, *found.arms.control})
    for chunk in chunks(ids):
        names = session().execute(select(Account.id, Account.name).where(Account.id.in_(chunk)).order_by(Account.name))
        for number, name in names:
            ours = number in found.arms.audience
            begun = found.arms.audience[number] if ours else found.arms.control[number]
            one = found.audience[number] if ours else found.control[number]
            facts = (one.responses, one.minutes, one.held, len(one.deals), "yes" if one.won else "no")
            arm, reached = "audience" if ours else left_out, "yes" if one.reached else "no"
            yield (name, begun.tier, arm, begun.day, reached, *facts)


def _campaign(slug: str) -> Campaign:
    return campaign_by_slug(session(), slug) or abort(404)
