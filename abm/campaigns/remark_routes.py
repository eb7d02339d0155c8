"""What is said in a review: kept remarks, answers, settled changes, wordings that are taken up, corrected slips."""

from __future__ import annotations

from flask import abort, url_for

from abm.campaigns.errata import correct_slip, strike
from abm.campaigns.forms import AnswerForm, ErratumForm, RemarkForm, RewriteForm
from abm.campaigns.kinds import CommentKind, Section
from abm.campaigns.loading import campaign_or_404, version_or_404
from abm.campaigns.models import Campaign
from abm.campaigns.review_letters import tell_erratum
from abm.campaigns.review_routes import SALES_SEAT, show_refused, show_review
from abm.campaigns.reviewing import PendingRemark, pending_of, remark
from abm.campaigns.reviews import ReviewComment
from abm.campaigns.routes import campaigns
from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.receipts import once
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import my_seat, organisation


@campaigns.post("/campaigns/<slug:slug>/plan/versions/<number:number>/remarks")
@needs(May.REVIEW_CAMPAIGNS)
@once
def keep_remark(slug: str, number: int) -> Answer:
    """Keep a remark about a section until the review is finished."""
    campaign = campaign_or_404(slug)
    version, form = version_or_404(campaign, number), RemarkForm()
    if not form.validate_on_submit():
        return show_review(slug, 422, form=form, at_fault=form.section.data)
    section = Section.of_slug(form.section.data or "") or abort(404)
    try:
        remark(campaign, version, section=section, by=me(), at=clock.now(), **form.facts)
    except RuleBroken as refusal:
        return show_refused(slug, form, refusal, form=form, at_fault=section.slug)
    location = url_for("campaigns.review", slug=slug, _anchor=section.slug)
    commit(location)
    return done(location, message="Kept. Nobody else sees it before you finish your review.")


@campaigns.post("/campaigns/<slug:slug>/remarks/<public:public_id>")
@needs(May.REVIEW_CAMPAIGNS)
def rewrite_remark(slug: str, public_id: str) -> Answer:
    """Word a kept remark otherwise."""
    found, form = _pending_or_404(campaign_or_404(slug), public_id), RewriteForm()
    if not form.validate_on_submit():
        return show_review(slug, 422, form=form, at_fault=public_id)
    try:
        found.rewrite(body=form.body.data or "", suggestion=form.suggestion.data or "", at=clock.now())
    except RuleBroken as refusal:
        return show_refused(slug, form, refusal, form=form, at_fault=public_id)
    commit()
    return done(url_for("campaigns.review", slug=slug, _anchor=found.section.slug), message="Kept as you say it now.")


@campaigns.post("/campaigns/<slug:slug>/remarks/<public:public_id>/deletions")
@needs(May.REVIEW_CAMPAIGNS)
def drop_remark(slug: str, public_id: str) -> Answer:
    """Take a kept remark back: nobody has read it."""
    found = _pending_or_404(campaign_or_404(slug), public_id)
    anchor = found.section.slug
    session.delete(found)
    commit()
    return done(url_for("campaigns.review", slug=slug, _anchor=anchor), message="Taken back.")


@campaigns.post("/campaigns/<slug:slug>/comments/<public:public_id>/answers")
@needs(May.PLAN_CAMPAIGNS)
def reply(slug: str, public_id: str) -> Answer:
    """Say how a requested change was met, or why not."""
    found, form = _comment_or_404(campaign_or_404(slug), public_id), AnswerForm()
    if not form.validate_on_submit():
        return show_review(slug, 422, answer=form, at_fault=public_id)
    found.reply(form.answer.data or "", by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.review", slug=slug), message=f"Answered. {found.by.name} settles it.")


@campaigns.post("/campaigns/<slug:slug>/comments/<public:public_id>/settlements")
@needs(May.REVIEW_CAMPAIGNS)
def settle(slug: str, public_id: str) -> Answer:
    """Be satisfied with how a requested change was met."""
    campaign, day = campaign_or_404(slug), organisation().today()
    found, seat = _settled_by_me(campaign, public_id), my_seat(campaign.programme_id)
    found.settle(seat=seat, day=day, by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.review", slug=slug), message="Settled.")


@campaigns.post("/campaigns/<slug:slug>/comments/<public:public_id>/reopenings")
@needs(May.REVIEW_CAMPAIGNS)
def reopen(slug: str, public_id: str) -> Answer:
    """Ask for a change again that was settled."""
    campaign, day = campaign_or_404(slug), organisation().today()
    found, seat = _settled_by_me(campaign, public_id), my_seat(campaign.programme_id)
    found.reopen(seat=seat, day=day, by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.review", slug=slug), message="Open again.")


@campaigns.post("/campaigns/<slug:slug>/comments/<public:public_id>/applications")
@needs(May.PLAN_CAMPAIGNS)
def apply(slug: str, public_id: str) -> Answer:
    """Let the draft read as a reviewer suggested."""
    campaign = campaign_or_404(slug)
    found = _comment_or_404(campaign, public_id)
    section = found.section
    try:
        found.apply(by=me(), at=clock.now())
    except Conflict as conflict:
        session.rollback()
        return page("campaigns/conflict.html", 409, campaign=campaign_or_404(slug), section=section, conflict=conflict)
    commit()
    words = f"The draft's {section.label.lower()} reads so now. Submit it when you are ready."
    return done(url_for("campaigns.review", slug=slug, _anchor=section.slug), message=words)


@campaigns.post("/campaigns/<slug:slug>/comments/<public:public_id>/asides")
@needs(May.PLAN_CAMPAIGNS)
def put_aside(slug: str, public_id: str) -> Answer:
    """Not take up a suggested wording."""
    _comment_or_404(campaign_or_404(slug), public_id).put_aside(by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.review", slug=slug), message="Put aside.")


@campaigns.post("/campaigns/<slug:slug>/plan/versions/<number:number>/errata")
@needs(May.PLAN_CAMPAIGNS)
@once
def correct(slug: str, number: int) -> Answer:
    """Put a typing correction beside the version."""
    campaign, at = campaign_or_404(slug), clock.now()
    version, form = version_or_404(campaign, number), ErratumForm()
    if not form.validate_on_submit():
        return show_review(slug, 422, slip=form)
    section = Section.of_slug(form.section.data or "") or abort(404)
    words = {"wrong": form.wrong.data or "", "reads": form.reads.data or ""}
    try:
        erratum = correct_slip(campaign, version, section=section, **words, by=me(), at=at)
    except RuleBroken as refusal:
        return show_refused(slug, form, refusal, slip=form)
    tell_erratum(campaign, erratum, at=at)
    location = url_for("campaigns.review", slug=slug, _anchor=section.slug)
    commit(location)
    return done(location, message="Corrected beside the version; its approval stays.")


@campaigns.post("/campaigns/<slug:slug>/errata/<public:public_id>/objections")
@needs(May.REVIEW_CAMPAIGNS)
def object_to(slug: str, public_id: str) -> Answer:
    """Say that a correction is more than one."""
    campaign = campaign_or_404(slug)
    found = next((one for one in campaign.errata if one.public_id == public_id), None) or abort(404)
    strike(found, by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.review", slug=slug), message="Struck. The version reads as it was approved.")


def _settled_by_me(campaign: Campaign, public_id: str) -> ReviewComment:
    """The requested change, if it is this person's to settle."""
    found, seat, day = _comment_or_404(campaign, public_id), my_seat(campaign.programme_id), organisation().today()
    if found.kind is not CommentKind.REQUEST or not found.may_settle(me(), seat=seat, day=day):
        raise Forbidden(f"{found.by.name} asked for this change, and settles it.", may=[found.by.name, SALES_SEAT])
    return found


def _comment_or_404(campaign: Campaign, public_id: str) -> ReviewComment:
    found = next((comment for comment in campaign.comments if comment.public_id == public_id), None)
    return found if found is not None else abort(404)


def _pending_or_404(campaign: Campaign, public_id: str) -> PendingRemark:
    """What this person keeps; nobody else's is there for them."""
    found = next((one for one in pending_of(campaign, me()) if one.public_id == public_id), None)
    return found if found is not None else abort(404)
