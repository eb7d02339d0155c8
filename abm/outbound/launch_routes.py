"""Beginning and ending a campaign: a launch makes the commitments of both sides, an end closes what is open."""

from __future__ import annotations

from flask import Blueprint, abort, url_for

from abm.campaigns.models import Campaign
from abm.campaigns.queries import campaign_by_slug
from abm.kit import clock
from abm.kit.db import session
from abm.kit.web import Answer, commit, done, page
from abm.outbound.ending_forms import CancellationForm, CompletionForm
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


@launching.get("/campaigns/<slug:slug>/ending")
@needs(May.PLAN_CAMPAIGNS)
def ending(slug: str) -> Answer:
    """What ending means, and the forms that ask what came of it, or why."""
    return _ending_page(_campaign(slug))


@launching.post("/campaigns/<slug:slug>/completions")
@needs(May.PLAN_CAMPAIGNS)
def complete(slug: str) -> Answer:
    """End a campaign that ran, and say what of it to keep and what to retire."""
    campaign, at, form = _campaign(slug), clock.now(), CompletionForm()
    if not form.validate_on_submit():
        return _ending_page(campaign, 422, completion=form)
    campaign.complete(keep=form.keep.data or "", retire=form.retire.data or "", by=me(), at=at)
    close_commitments(campaign, organisation=organisation(), at=at)
    commit()
    return done(url_for("campaigns.show", slug=slug), message=f"{campaign.name} is completed.")


@launching.post("/campaigns/<slug:slug>/cancellations")
@needs(May.PLAN_CAMPAIGNS)
def cancel(slug: str) -> Answer:
    """End a campaign before its time, with the reason."""
    campaign, at, form = _campaign(slug), clock.now(), CancellationForm()
    if not form.validate_on_submit():
        return _ending_page(campaign, 422, cancellation=form)
    campaign.cancel(reason=form.note.data or "", by=me(), at=at)
    close_commitments(campaign, organisation=organisation(), at=at)
    commit()
    return done(url_for("campaigns.show", slug=slug), message=f"{campaign.name} is cancelled.")


def _ending_page(
    campaign: Campaign,
    status: int = 200,
    *,
    completion: CompletionForm | None = None,
    cancellation: CancellationForm | None = None,
) -> Answer:
    forms = {
        "completion": completion or CompletionForm(formdata=None),
        "cancellation": cancellation or CancellationForm(formdata=None),
    }
    return page("campaigns/ending.html", status, campaign=campaign, **forms)


def _campaign(slug: str) -> Campaign:
    found = campaign_by_slug(session(), slug)
    return found if found is not None else abort(404)
