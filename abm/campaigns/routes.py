"""Planning: the list of campaigns, a campaign's page, and its sections, each saved by itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, url_for

from abm.accounts.money import parse_amount
from abm.campaigns.asks import expected
from abm.campaigns.audience import per_tier
from abm.campaigns.drafting import Play, add_play, remove_play
from abm.campaigns.forms import SECTION_FORMS, EndForm, Marked, NewForm, PlayForm, shown
from abm.campaigns.kinds import Section
from abm.campaigns.loading import Looked, campaign_or_404, look
from abm.campaigns.models import Campaign, create_campaign
from abm.campaigns.plan import Criteria
from abm.campaigns.queries import listing, tiers_at_work
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.touches.kinds import Channel

campaigns = Blueprint("campaigns", __name__)


@campaigns.get("/campaigns")
@needs(May.READ)
def index() -> Answer:
    """Every campaign, and the tiers of the list that none works."""
    at = clock.now()
    return page("campaigns/index.html", campaigns=listing(session(), at), tiers=tiers_at_work(session(), at))


@campaigns.get("/campaigns/new")
@needs(May.PLAN_CAMPAIGNS)
def new() -> Answer:
    """An empty form."""
    return page("campaigns/new.html", form=NewForm(formdata=None))


@campaigns.post("/campaigns")
@needs(May.PLAN_CAMPAIGNS)
@once
def create() -> Answer:
    """Begin a draft."""
    form = NewForm()
    if not form.validate_on_submit():
        return page("campaigns/new.html", 422, form=form)
    try:
        campaign = create_campaign(organisation(), by=me(), at=clock.now(), **form.facts)
    except RuleBroken as refusal:
        show_refusal(form, refusal)
        return page("campaigns/new.html", 422, form=form)
    session.flush()
    location = url_for("campaigns.show", slug=campaign.slug)
    commit(location)
    return done(location, message=f"{campaign.name} is a draft. Fill its sections, then submit it to Sales.")


@campaigns.get("/campaigns/<slug:slug>")
@needs(May.READ)
def show(slug: str) -> Answer:
    """The plan section by section, whom it works, where its review stands, and what launching would make."""
    looked = look(slug)
    return page(
        "campaigns/show.html",
        looked=looked,
        campaign=looked.campaign,
        plan=looked.plan,
        sections=list(Section),
        tiers=per_tier(looked.accounts),
        expected=expected(looked.plan, looked.accounts, today=organisation().today()),
        left_behind=looked.campaign.left_behind(),
        ending=EndForm(formdata=None),
    )


@campaigns.get("/campaigns/<slug:slug>/sections/<slug:section>")
@needs(May.READ)
def section(slug: str, section: str) -> Answer:
    """One section, to be read or changed."""
    looked, part = look(slug), _section(section)
    if part is Section.PLAYS:
        return _plays_page(looked, PlayForm(formdata=None))
    form = SECTION_FORMS[part](formdata=None, data=shown(looked.campaign, part))
    return _section_page(looked, part, form)


@campaigns.post("/campaigns/<slug:slug>/sections/<slug:section>")
@needs(May.PLAN_CAMPAIGNS)
def save_section(slug: str, section: str) -> Answer:
    """Save one section, unless somebody else changed it meanwhile."""
    part = _section(section)
    if part is Section.PLAYS:
        return _add_play(slug)
    form = SECTION_FORMS[part]()
    looked = look(slug)
    _offer(form, looked)
    if not form.validate_on_submit():
        return _section_page(looked, part, form, 422)
    try:
        looked.campaign.change(part, mark=form.mark.data, by=me(), at=clock.now(), **_facts(looked.campaign, form))
    except Conflict as conflict:
        session.rollback()
        return page("campaigns/conflict.html", 409, campaign=looked.campaign, section=part, conflict=conflict)
    except RuleBroken as refusal:
        show_refusal(form, refusal)
        return _section_page(looked, part, form, 422)
    commit()
    return done(url_for("campaigns.show", slug=slug), message=f"{part.label} saved.")


@campaigns.post("/campaigns/<slug:slug>/plays/<public:public_id>/removals")
@needs(May.PLAN_CAMPAIGNS)
def remove(slug: str, public_id: str) -> Answer:
    """Take a play out of the draft."""
    campaign = campaign_or_404(slug)
    play = next((play for play in campaign.plays if play.public_id == public_id), None)
    if play is None:
        abort(404)
    remove_play(play, by=me(), at=clock.now())
    commit()
    location = url_for("campaigns.section", slug=slug, section=Section.PLAYS.slug)
    return done(location, message=f"“{play.what}” is out of the draft.")


def _add_play(slug: str) -> Answer:
    campaign, form = campaign_or_404(slug), PlayForm()
    if not form.validate_on_submit() or form.day.data is None:
        return _plays_page(look(slug), form, 422)
    channel, what = Channel(form.channel.data), form.what.data or ""
    add_play(campaign, channel=channel, what=what, day=form.day.data, by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.section", slug=slug, section=Section.PLAYS.slug), message=f"“{what}” is planned.")


def _plays_page(looked: Looked, form: PlayForm, status: int = 200) -> Answer:
    plays: list[Play] = looked.campaign.plays
    return page("campaigns/plays.html", status, looked=looked, campaign=looked.campaign, plays=plays, form=form)


def _section_page(looked: Looked, part: Section, form: Marked, status: int = 200) -> Answer:
    _offer(form, looked)
    values = {"looked": looked, "campaign": looked.campaign, "tiers": per_tier(looked.accounts)}
    return page("campaigns/section.html", status, section=part, form=form, **values)


def _offer(form: Marked, looked: Looked) -> None:
    """What the audience can be chosen from: industries and AEs of the list."""
    if "industries" in form:
        industries = sorted({one.industry for one in looked.found if one.industry})
        form.industries.choices = [(name, name) for name in industries]
        aes = sorted({(one.ae_name, one.ae) for one in looked.found if one.ae})
        form.aes.choices = [(public_id, name) for name, public_id in aes]


def _facts(campaign: Campaign, form: Marked) -> dict[str, Any]:
    """A form's values as the model takes them."""
    data: dict[str, Any] = {name: value for name, value in form.data.items() if name not in {"mark", "csrf_token"}}
    if "tiers" in data:
        tiers = tuple(int(tier) for tier in data["tiers"])
        return {"criteria": Criteria(tiers, tuple(data["industries"]), tuple(data["aes"])).facts()}
    if "budget" in data:
        return {"budget": parse_amount(data["budget"] or "", campaign.currency, field="budget")}
    return data


def _section(slug: str) -> Section:
    found = Section.of_slug(slug)
    return found if found is not None else abort(404)
