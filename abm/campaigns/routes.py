"""Planning: the list of campaigns, a campaign's page, and the sections of its plan, each saved by itself."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, abort, request, url_for

from abm.accounts.money import parse_amount
from abm.campaigns.adopted import review_due
from abm.campaigns.at_work import at_work
from abm.campaigns.forms import (
    SECTION_FORMS,
    AudienceForm,
    BudgetForm,
    Marked,
    Narrowing,
    ObjectiveForm,
    shown,
)
from abm.campaigns.history import history
from abm.campaigns.kinds import CampaignState, Section
from abm.campaigns.life import life_of
from abm.campaigns.loading import Looked, ahead, campaign_or_404, look
from abm.campaigns.models import Campaign
from abm.campaigns.queries import Listed, listing, planners, programmes_with_a_list, tiers_at_work
from abm.campaigns.recorded import plays_told
from abm.campaigns.sections import following, last_saves, progress_of, tasks
from abm.campaigns.templates import ran_on
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation

campaigns = Blueprint("campaigns", __name__)


@campaigns.get("/campaigns")
@needs(May.READ)
def index() -> Answer:
    """Every campaign, narrowed as the address asks, and the tiers of the list that none works."""
    form, at = Narrowing(request.args), clock.now()
    if not form.validate():
        abort(404)
    everything, today = listing(session(), at), organisation().today(at)
    signed = programmes_with_a_list(session(), at)
    adopted = [one.campaign for one in everything if one.owes_review]
    return page(
        "campaigns/index.html",
        campaigns=[one for one in everything if _matches(one, form)],
        counts=Counter(one.campaign.state for one in everything),
        states=list(CampaignState),
        owners=sorted({(one.campaign.owner.name, one.campaign.owner.public_id) for one in everything}),
        tiers=tiers_at_work(session(), at),
        ahead={one.campaign.id for one in everything if one.campaign.ahead_of_list(signed, today)},
        due={one.id: review_due(one.adopted_at, organisation()) for one in adopted if one.adopted_at},
        today=today,
        form=form,
    )


def _matches(one: Listed, form: Narrowing) -> bool:
    return (
        form.state.data in {None, "", one.campaign.state.value}
        and (form.tier.data is None or form.tier.data in one.tiers)
        and form.owner.data in {None, "", one.campaign.owner.public_id}
    )


@campaigns.get("/campaigns/<slug:slug>")
@needs(May.READ)
def show(slug: str) -> Answer:
    """The plan section by section, whom it works, where its review stands, and what launching would make."""
    looked = look(slug)
    campaign = looked.campaign
    over = campaign.state.ended and campaign.launches
    return page(
        "campaigns/show.html",
        looked=looked,
        campaign=campaign,
        plan=ran_on(campaign) if over else looked.plan,
        sections=list(Section),
        tasks=tasks(looked.plan, looked.missing, last_saves(session(), campaign)),
        ahead=ahead(looked),
        at_work=at_work(session(), campaign, clock.now()) if campaign.audience_began else None,
        life=life_of(campaign),
        history=history(session(), campaign),
        told=plays_told(session(), campaign, organisation().today())
        if campaign.state is not CampaignState.DRAFT
        else (),
    )


@campaigns.get("/campaigns/<slug:slug>/sections/<slug:section>")
@needs(May.READ)
def section(slug: str, section: str) -> Answer:
    """One section, to be read or changed; the plays have a page of their own."""
    part = section_or_404(section)
    looked = look(slug, staging=part is Section.AUDIENCE)
    form = SECTION_FORMS[part](formdata=None, data=shown(looked.campaign, part))
    return _section_page(looked, part, form)


@campaigns.post("/campaigns/<slug:slug>/sections/<slug:section>")
@needs(May.PLAN_CAMPAIGNS)
def save_section(slug: str, section: str) -> Answer:
    """Save one section, unless somebody else changed it meanwhile; or only show how its text will read."""
    part = section_or_404(section)
    looked = look(slug, staging=part is Section.AUDIENCE)
    form = SECTION_FORMS[part]()
    _offer(form, looked)
    if not form.validate_on_submit():
        return _section_page(looked, part, form, 422)
    if "preview" in request.form:
        return _section_page(looked.aiming(form.criteria) if isinstance(form, AudienceForm) else looked, part, form)
    try:
        looked.campaign.change(part, mark=form.mark.data, by=me(), at=clock.now(), **_facts(looked.campaign, form))
    except Conflict as conflict:
        session.rollback()
        return page("campaigns/conflict.html", 409, campaign=looked.campaign, section=part, conflict=conflict)
    except RuleBroken as refusal:
        session.rollback()
        if refusal.field is None:  # no field mends it: a campaign that is over stays as it is
            raise
        show_refusal(form, refusal)
        return _section_page(look(slug), part, form, 422)
    commit()
    return done(_onwards(slug, part), message=f"{part.label} saved.")


@campaigns.post("/campaigns/<slug:slug>/pauses")
@needs(May.PLAN_CAMPAIGNS)
def pause(slug: str) -> Answer:
    """Stop for a while."""
    campaign_or_404(slug).pause(by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.show", slug=slug), message="Paused. What was promised stays.")


@campaigns.post("/campaigns/<slug:slug>/resumptions")
@needs(May.PLAN_CAMPAIGNS)
def resume(slug: str) -> Answer:
    """Go on after a pause."""
    campaign_or_404(slug).resume(by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.show", slug=slug), message="Going on.")


def _onwards(slug: str, part: Section) -> str:
    """Where a saved section leads: to the next one where that was asked for, else back to the plan."""
    chosen = following(part) if "next" in request.form else part if part is Section.AUDIENCE else None
    if chosen is Section.PLAYS:
        return url_for("campaigns.plays", slug=slug)
    return url_for("campaigns.section" if chosen else "campaigns.show", slug=slug, section=chosen and chosen.slug)


def section_or_404(slug: str) -> Section:
    """The section of an address that has a form of its own."""
    found = Section.of_slug(slug)
    return found if found in SECTION_FORMS else abort(404)


def _section_page(looked: Looked, part: Section, form: Marked, status: int = 200) -> Answer:
    _offer(form, looked)
    return page(
        "campaigns/section.html",
        status,
        section=part,
        form=form,
        looked=looked,
        campaign=looked.campaign,
        saved=last_saves(session(), looked.campaign).get(part),
        progress=progress_of(looked.plan, part, looked.missing),
        following=following(part),
    )


def _offer(form: Marked, looked: Looked) -> None:
    """What can be chosen: who may own it; what the list has to aim at."""
    campaign = looked.campaign
    if isinstance(form, ObjectiveForm):
        owners = {user.public_id: user.name for user in planners(session())}
        form.owner.choices = {campaign.owner.public_id: campaign.owner.name, **owners}
    if isinstance(form, AudienceForm):
        form.offer(looked.found, looked.plan.criteria)


def _facts(campaign: Campaign, form: Marked) -> dict[str, Any]:
    """A form's values as the model takes them. Raises RuleBroken for an amount that cannot be read."""
    if isinstance(form, AudienceForm):
        return {"criteria": form.criteria.facts()}
    if isinstance(form, BudgetForm):
        return {"budget": parse_amount(form.budget.data or "", campaign.currency, field="budget")}
    data: dict[str, Any] = {name: value for name, value in form.data.items() if name not in {"mark", "csrf_token"}}
    if isinstance(form, ObjectiveForm):
        owners = {user.public_id: user.id for user in planners(session())}
        data["owner_id"] = owners.get(data.pop("owner"), campaign.owner_id)
    return data
