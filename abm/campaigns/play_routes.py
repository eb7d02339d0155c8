"""The plays of a draft: added, changed and taken out one by one."""

from __future__ import annotations

from flask import abort, url_for

from abm.campaigns.drafting import Play, add_play, change_play, remove_play
from abm.campaigns.forms import PlayForm
from abm.campaigns.kinds import Section
from abm.campaigns.loading import campaign_or_404, look
from abm.campaigns.models import Campaign
from abm.campaigns.routes import campaigns
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
    return _plays_page(slug, PlayForm(formdata=None))


@campaigns.post("/campaigns/<slug:slug>/plays")
@needs(May.PLAN_CAMPAIGNS)
@once
def add(slug: str) -> Answer:
    """One play more."""
    campaign, form = campaign_or_404(slug), PlayForm()
    if not form.validate_on_submit() or form.day.data is None:
        return _plays_page(slug, form, 422)
    channel, what = Channel(form.channel.data), form.what.data or ""
    add_play(campaign, channel=channel, what=what, day=form.day.data, by=me(), at=clock.now())
    location = url_for("campaigns.plays", slug=slug)
    commit(location)
    return done(location, message=f"“{what}” is planned.")


@campaigns.get("/campaigns/<slug:slug>/plays/<public:public_id>")
@needs(May.PLAN_CAMPAIGNS)
def play(slug: str, public_id: str) -> Answer:
    """One play, to be changed."""
    found = _play_or_404(campaign_or_404(slug), public_id)
    form = PlayForm(formdata=None, mark=found.mark, channel=found.channel.value, what=found.what, day=found.day)
    return _plays_page(slug, form, chosen=found)


@campaigns.post("/campaigns/<slug:slug>/plays/<public:public_id>")
@needs(May.PLAN_CAMPAIGNS)
def save_play(slug: str, public_id: str) -> Answer:
    """Change a play, unless somebody else did meanwhile."""
    campaign, form = campaign_or_404(slug), PlayForm()
    found = _play_or_404(campaign, public_id)
    if not form.validate_on_submit():
        return _plays_page(slug, form, 422, chosen=found)
    facts = {"channel": Channel(form.channel.data), "what": form.what.data, "day": form.day.data}
    try:
        change_play(found, facts, mark=form.mark.data, by=me(), at=clock.now())
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
    return page("campaigns/plays.html", status, looked=looked, campaign=looked.campaign, chosen=chosen, form=form)


def _play_or_404(campaign: Campaign, public_id: str) -> Play:
    found = next((play for play in campaign.plays if play.public_id == public_id), None)
    return found if found is not None else abort(404)
