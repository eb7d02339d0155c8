"""The calendar, what a cell of it stands for, and the form that moves a play without dragging."""

from __future__ import annotations

from flask import abort, request, url_for

from abm.campaigns.calendar import Wanted, aes_of, shown_campaigns
from abm.campaigns.drafted import drafted_of, would_work
from abm.campaigns.drafting import Play
from abm.campaigns.kinds import CampaignState, Section
from abm.campaigns.loading import look
from abm.campaigns.models import Campaign
from abm.campaigns.moving import move_play
from abm.campaigns.outreach import Span
from abm.campaigns.queries import campaign_by_slug
from abm.desk.calendar_cell import cell_of, play_by_public_id
from abm.desk.calendar_forms import CalendarForm, MoveForm
from abm.desk.calendar_page import View, calendar_of, span_of, usual_first
from abm.desk.routes import desk
from abm.kit import clock
from abm.kit.clock import Week
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation


@desk.get("/calendar")
@needs(May.READ)
def calendar() -> Answer:
    """Accounts by weeks, narrowed as the address asks; on a phone, and where it is asked for, as an agenda."""
    form, at = CalendarForm(request.args), clock.now()
    if not form.validate():
        abort(404)
    first = form.first_week(usual_first(organisation(), organisation().today(at)))
    campaign = _campaign(form.campaign.data)
    wanted = Wanted(form.tier.data, form.ae.data or None, page=form.page.data or 1)
    view = View(first, wanted, campaign, only_over=bool(form.over.data))
    shown = calendar_of(session(), view, organisation=organisation(), at=at)
    return page(
        "desk/calendar.html",
        shown=shown,
        form=form,
        campaign=campaign,
        first=first,
        span=span_of(first, organisation(), at),
        aes=aes_of(session(), span_of(first, organisation(), at)),
        campaigns=shown_campaigns(session()),
    )


@desk.get("/calendar/<week:shown>/accounts/<slug:slug>")
@needs(May.READ)
def calendar_cell(shown: Week, slug: str) -> Answer:
    """The plays, asks and touches of an account in a week, and the way to move a play."""
    at, asked = clock.now(), request.args.get("campaign", "")
    campaign = _campaign(asked) if asked else None
    draft = None
    if campaign is not None and campaign.state is CampaignState.DRAFT:
        accounts = would_work(session(), campaign, organisation=organisation(), at=at)
        draft = drafted_of(campaign, accounts, organisation().today(at))
    span = Span(shown.monday, shown.sunday, organisation().today(at), at, draft)
    cell = cell_of(session(), slug, shown, span, campaign) or abort(404)
    return page("desk/calendar_cell.html", cell=cell, campaign=campaign, today=span.today)


@desk.get("/calendar/plays/<public:public_id>")
@needs(May.PLAN_CAMPAIGNS)
def moving_play(public_id: str) -> Answer:
    """What moving a play means, and the form."""
    play = _play_or_404(public_id)
    return _move_page(play, MoveForm(formdata=None, mark=play.mark, day=play.day))


@desk.post("/calendar/plays/<public:public_id>/moves")
@needs(May.PLAN_CAMPAIGNS)
def move(public_id: str) -> Answer:
    """Another day for a play, unless somebody else changed it meanwhile."""
    play, form = _play_or_404(public_id), MoveForm()
    if not form.validate_on_submit() or form.day.data is None:
        return _move_page(play, form, 422)
    campaign, day, why = play.campaign, form.day.data, form.reason.data or ""
    try:
        move_play(play, day, reason=why, mark=form.mark.data or None, by=me(), at=clock.now())
    except Conflict as conflict:
        session.rollback()
        return page("campaigns/conflict.html", 409, campaign=campaign, section=Section.PLAYS, conflict=conflict)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _move_page(_play_or_404(public_id), form, 422)
    commit()
    return done(url_for("campaigns.plays", slug=campaign.slug), message=_moved(play))


def _moved(play: Play) -> str:
    words = f"“{play.what}” is on {play.day.isoformat()} in the draft."
    if play.campaign.state is CampaignState.DRAFT:
        return words
    return f"{words} The calendar follows once Sales has approved the next version and it is launched."


def _move_page(play: Play, form: MoveForm, status: int = 200) -> Answer:
    looked = look(play.campaign.slug)
    return page("desk/calendar_move.html", status, play=play, form=form, looked=looked, campaign=looked.campaign)


def _play_or_404(public_id: str) -> Play:
    found = play_by_public_id(session(), public_id)
    return found if found is not None else abort(404)


def _campaign(slug: str | None) -> Campaign | None:
    """The campaign that the address names; 404 for one that is not there."""
    if not slug:
        return None
    found = campaign_by_slug(session(), slug)
    return found if found is not None else abort(404)
