"""Beginning and ending a campaign: a launch makes the commitments of both sides, an end closes what is open."""

from __future__ import annotations

from flask import Blueprint, abort, request, url_for

from abm.campaigns.models import Campaign
from abm.campaigns.queries import campaign_by_slug
from abm.kit import clock
from abm.kit.db import session
from abm.kit.text import paragraphs
from abm.kit.web import Answer, commit, done, page
from abm.outbound.launching import close_commitments, derive_commitments
from abm.people.access import May, me, needs
from abm.people.current import organisation

launching = Blueprint("launching", __name__)


@launching.post("/campaigns/<slug:slug>/launches")
@needs(May.PLAN_CAMPAIGNS)
def launch(slug: str) -> Answer:
    """Run on the approved version; what it asks becomes commitments in the same transaction."""
    campaign, at = _campaign(slug), clock.now()
    launched = campaign.launch(organisation=organisation(), by=me(), at=at)
    session.flush()
    made = derive_commitments(campaign, launched, organisation=organisation(), at=at)
    commit()
    message = f"{campaign.name} is live: {made.sales} commitments of Sales, {made.marketing} of Marketing."
    return done(url_for("campaigns.show", slug=slug), message=message)


@launching.post("/campaigns/<slug:slug>/completions")
@needs(May.PLAN_CAMPAIGNS)
def complete(slug: str) -> Answer:
    """End a campaign that ran, and say what came of it."""
    campaign, at, note = _campaign(slug), clock.now(), _note()
    if not note:
        return _ask_again(campaign, "Write what came of it.")
    campaign.complete(note=note, by=me(), at=at)
    close_commitments(campaign, organisation=organisation(), at=at)
    commit()
    return done(url_for("campaigns.show", slug=slug), message=f"{campaign.name} is completed.")


@launching.post("/campaigns/<slug:slug>/cancellations")
@needs(May.PLAN_CAMPAIGNS)
def cancel(slug: str) -> Answer:
    """End a campaign before its time, with the reason."""
    campaign, at, note = _campaign(slug), clock.now(), _note()
    if not note:
        return _ask_again(campaign, "Say why it is cancelled.")
    campaign.cancel(reason=note, by=me(), at=at)
    close_commitments(campaign, organisation=organisation(), at=at)
    commit()
    return done(url_for("campaigns.show", slug=slug), message=f"{campaign.name} is cancelled.")


def _note() -> str:
    return paragraphs(request.form.get("note", ""))


def _ask_again(campaign: Campaign, fault: str) -> Answer:
    return page("campaigns/ending.html", 422, campaign=campaign, fault=fault)


def _campaign(slug: str) -> Campaign:
    found = campaign_by_slug(session(), slug)
    return found if found is not None else abort(404)
