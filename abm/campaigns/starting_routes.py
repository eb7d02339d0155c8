"""A campaign begins: blank, from a template, from an earlier campaign; or it is taken in as one that ran before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import abort, request, url_for

from abm.campaigns.adopted import REVIEW_DAYS
from abm.campaigns.creating import adopt_campaign, create_campaign
from abm.campaigns.forms import AdoptForm, NewForm
from abm.campaigns.kinds import Section
from abm.campaigns.models import Campaign
from abm.campaigns.queries import campaign_by_slug
from abm.campaigns.routes import campaigns
from abm.campaigns.starting import start_campaign
from abm.campaigns.template_queries import earlier_campaigns, library, template_by_id
from abm.campaigns.templates import PlayTemplate, last_day, ran_on
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.seats import programmes

Source = PlayTemplate | Campaign | None


@campaigns.get("/campaigns/new")
@needs(May.PLAN_CAMPAIGNS)
def new() -> Answer:
    """The form, with what the plan may begin from beside it."""
    source = _source(request.args)
    return _new_page(_form(NewForm, formdata=None, data=_suggested(source)), source)


@campaigns.post("/campaigns")
@needs(May.PLAN_CAMPAIGNS)
@once
def create() -> Answer:
    """Begin a draft."""
    form, source = _form(NewForm), _source(request.form)
    if not form.validate_on_submit():
        return _new_page(form, source, 422)
    facts = {**form.facts, "programme": _programme(form), "by": me(), "at": clock.now()}
    try:
        campaign = _begin(source, facts)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _new_page(form, _source(request.form), 422)
    location = url_for("campaigns.show", slug=campaign.slug)
    commit(location)
    return done(location, message=f"{campaign.name} is a draft. Fill its sections, then submit it to Sales.")


@campaigns.get("/campaigns/adoptions/new")
@needs(May.PLAN_CAMPAIGNS)
def adopting() -> Answer:
    """What taking a campaign in means, and its form."""
    return page("campaigns/adopt.html", form=_form(AdoptForm, formdata=None), days=REVIEW_DAYS)


@campaigns.post("/campaigns/adoptions")
@needs(May.PLAN_CAMPAIGNS)
@once
def adopt() -> Answer:
    """Take in a campaign that ran before."""
    form = _form(AdoptForm)
    if not form.validate_on_submit():
        return page("campaigns/adopt.html", 422, form=form, days=REVIEW_DAYS)
    try:
        campaign = adopt_campaign(organisation(), programme=_programme(form), by=me(), at=clock.now(), **form.facts)
        campaign.change(Section.OBJECTIVE, by=me(), at=clock.now(), objective=form.objective.data or "")
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return page("campaigns/adopt.html", 422, form=form, days=REVIEW_DAYS)
    location = url_for("campaigns.show", slug=campaign.slug)
    commit(location)
    return done(location, message=f"{campaign.name} runs on. Submit its plan to Sales within {REVIEW_DAYS} days.")


def _begin(source: Source, facts: dict[str, Any]) -> Campaign:
    if source is None:
        return create_campaign(organisation(), **facts)
    return start_campaign(organisation(), source, **facts)


def _new_page(form: NewForm, source: Source, status: int = 200) -> Answer:
    return page(
        "campaigns/new.html",
        status,
        form=form,
        chosen=source if isinstance(source, PlayTemplate) else None,
        earlier=source if isinstance(source, Campaign) else None,
        shelf=library(session()),
        before=earlier_campaigns(session(), organisation().current_quarter()),
    )


def _source(sent: Mapping[str, str]) -> Source:
    """What the address or the form names as the beginning; 404 where it names nothing that is there."""
    template, earlier = sent.get("template"), sent.get("earlier")
    if template:
        return template_by_id(session(), template) or abort(404)
    if earlier:
        return campaign_by_slug(session(), earlier) or abort(404)
    return None


def _suggested(source: Source) -> dict[str, Any]:
    """Next Monday, and as many days as what it begins from."""
    first = _next_monday(organisation().today())
    if isinstance(source, PlayTemplate):
        return {"template": source.public_id, "starts_on": first, "ends_on": last_day(first, source.days)}
    if isinstance(source, Campaign):
        plan = ran_on(source)
        days = {"starts_on": first, "ends_on": first + (plan.ends_on - plan.starts_on)}
        return {"earlier": source.slug, "name": plan.name, **days}
    return {}


def _next_monday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def _form(kind: type[Any], **sent: Any) -> Any:
    form = kind(**sent)
    form.offer(programmes(session()))
    return form


def _programme(form: NewForm) -> Any:
    return next((one for one in programmes(session()) if one.slug == form.data.get("programme")), None)
