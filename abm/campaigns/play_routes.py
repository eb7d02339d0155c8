"""The plays of a draft: added, changed and taken out one by one."""

from __future__ import annotations

from typing import Any

from flask import abort, url_for

from abm.campaigns.drafting import Play, add_play, change_play, remove_play
from abm.campaigns.forms import PlayForm
from abm.campaigns.kinds import Section
from abm.campaigns.loading import campaign_or_404, look
from abm.campaigns.models import Campaign
from abm.campaigns.queries import planners
from abm.campaigns.routes import campaigns
from abm.campaigns.sections import following, last_saves
from abm.campaigns.starting import on_a_weekend
from abm.kit import clock
from abm.kit.db import session
from abm.kit.receipts import once
from abm.kit.rules import Conflict
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.touches.kinds import Channel


@campaigns.get("/campaigns/<slug:slug>/plays")
@needs(May.READ)
def plays(slug: str) -> Answer:
    """What Marketing does, day by day, and the form for one more."""
    return _plays_page(slug, PlayForm(formdata=None, owner=""))


@campaigns.post("/campaigns/<slug:slug>/plays")
@needs(May.PLAN_CAMPAIGNS)
@once
def add(slug: str) -> Answer:
    """One play more."""
    campaign, form = campaign_or_404(slug), PlayForm()
    _offer(form, campaign)
    if not form.validate_on_submit() or form.day.data is None:
        return _plays_page(slug, form, 422)
    facts = _facts(form)
    what = facts["what"]
    add_play(campaign, **facts, by=me(), at=clock.now())
    location = url_for("campaigns.plays", slug=slug)
    commit(location)
    return done(location, message=f"“{what}” is planned.")


@campaigns.get("/campaigns/<slug:slug>/plays/<public:public_id>")
@needs(May.PLAN_CAMPAIGNS)
def play(slug: str, public_id: str) -> Answer:
    """One play, to be changed."""
    found = _play_or_404(campaign_or_404(slug), public_id)
    facts = {name: getattr(found, name) for name in ("mark", "what", "day", "notes")}
    owner = found.owner.public_id if found.owner else ""
    form = PlayForm(formdata=None, **facts, channel=found.channel.value, owner=owner)
    return _plays_page(slug, form, chosen=found)


@campaigns.post("/campaigns/<slug:slug>/plays/<public:public_id>")
@needs(May.PLAN_CAMPAIGNS)
def save_play(slug: str, public_id: str) -> Answer:
    """Change a play, unless somebody else did meanwhile."""
    campaign, form = campaign_or_404(slug), PlayForm()
    found = _play_or_404(campaign, public_id)
    _offer(form, campaign, found)
    if not form.validate_on_submit():
        return _plays_page(slug, form, 422, chosen=found)
    try:
        change_play(found, _facts(form), mark=form.mark.data, by=me(), at=clock.now())
    except Conflict as conflict:
        session.rollback()
        return page("campaigns/conflict.html", 409, campaign=campaign, section=Section.PLAYS, conflict=conflict)
    commit()
    return done(url_for("campaigns.plays", slug=slug), message=f"“{found.what}” saved.")


@campaigns.post("/campaigns/<slug:slug>/plays/<public:public_id>/removals")
@needs(May.PLAN_CAMPAIGNS)
def remove(slug: str, public_id: str) -> Answer:
    """Take a play out of the draft."""
    found = _play_or_404(campaign_or_404(slug), public_id)
    what = found.what
    remove_play(found, by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.plays", slug=slug), message=f"“{what}” is out of the draft.")


def _plays_page(slug: str, form: PlayForm, status: int = 200, chosen: Play | None = None) -> Answer:
    looked = look(slug)
    _offer(form, looked.campaign, chosen)
    return page(
        "campaigns/plays.html",
        status,
        looked=looked,
        campaign=looked.campaign,
        chosen=chosen,
        form=form,
        owners={play.public_id: play.owner.name for play in looked.campaign.plays if play.owner},
        weekend=on_a_weekend(looked.plan.plays),
        saved=last_saves(session(), looked.campaign).get(Section.PLAYS),
        following=following(Section.PLAYS),
    )


def _offer(form: PlayForm, campaign: Campaign, play: Play | None = None) -> None:
    """Who may do it: the campaign's owner unless somebody else who plans campaigns is named."""
    named = {play.owner.public_id: play.owner.name} if play is not None and play.owner is not None else {}
    others = {user.public_id: user.name for user in planners(session()) if user.id != campaign.owner_id}
    form.owner.choices = {"": f"{campaign.owner.name} (owner)", **named, **others}


def _facts(form: PlayForm) -> dict[str, Any]:
    """A play as the model takes it, once its form validates."""
    owner = next((user.id for user in planners(session()) if user.public_id == form.owner.data), None)
    channel, notes = Channel(form.channel.data), form.notes.data or ""
    return {"channel": channel, "what": form.what.data, "day": form.day.data, "notes": notes, "owner_id": owner}


def _play_or_404(campaign: Campaign, public_id: str) -> Play:
    found = next((play for play in campaign.plays if play.public_id == public_id), None)
    return found if found is not None else abort(404)
