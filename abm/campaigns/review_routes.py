"""Sales review: submit, read, finish with a verdict, approve exactly one version, remind."""

from __future__ import annotations

from datetime import datetime

from flask import abort, request, url_for
from flask_wtf import FlaskForm

from abm.agreement.models import StaleDigest, Version
from abm.campaigns.forms import AnswerForm, ApproveForm, ErratumForm, FinishForm, RemarkForm
from abm.campaigns.kinds import Section
from abm.campaigns.loading import campaign_or_404, page_or_404, version_or_404
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Plan
from abm.campaigns.review_letters import tell_reminded, tell_reviewed, tell_submitted
from abm.campaigns.review_page import review_page
from abm.campaigns.review_reminding import ReminderCause, remind_reviewers
from abm.campaigns.reviewing import ReviewVerdict, finish
from abm.campaigns.reviews import voice_of
from abm.campaigns.routes import campaigns
from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import my_seat, organisation
from abm.people.step_up import PASSWORD_FIELD, confirm_password, password_fault

SALES_SEAT = "The holder of the sales seat"


@campaigns.post("/campaigns/<slug:slug>/submissions")
@needs(May.PLAN_CAMPAIGNS)
def submit(slug: str) -> Answer:
    """Freeze the plan for Sales to review."""
    campaign, at = campaign_or_404(slug), clock.now()
    version = campaign.submit(organisation=organisation(), by=me(), at=at)
    session.flush()
    tell_submitted(campaign, version, organisation=organisation(), by=me(), at=at)
    commit()
    location = url_for("campaigns.review", slug=slug)
    return done(location, message=f"Version {version.number} is with Sales for review.")


@campaigns.get("/campaigns/<slug:slug>/review")
@needs(May.READ)
def review(slug: str) -> Answer:
    """The newest version beside what was said about each section."""
    return show_review(slug)


def show_review(slug: str, status: int = 200, **values: object) -> Answer:
    """The page of the review; `values` put what was refused in place of its empty forms."""
    campaign = page_or_404(slug)
    version = campaign.newest
    if version is None:
        return page("campaigns/not_submitted.html", campaign=campaign)
    seat, at = my_seat(campaign.programme_id), clock.now()
    shown = review_page(session(), campaign, version, reader=me(), seat=seat, organisation=organisation(), at=at)
    forms: dict[str, object] = {
        "form": RemarkForm(formdata=None),
        "answer": AnswerForm(formdata=None),
        "slip": ErratumForm(formdata=None),
        "finishing": FinishForm(formdata=None),
        "at_fault": "",  # public id or slug of what is shown with its errors
    }
    named = {name: getattr(shown, name) for name in ("campaign", "version", "plan", "state", "voice", "settles")}
    return page("campaigns/review.html", status, review=shown, sections=list(Section), **{**named, **forms, **values})


def show_refused(slug: str, form: FlaskForm, refusal: RuleBroken, /, **values: object) -> Answer:
    """The page of the review with what a rule refused beside its field; one that no field mends is raised again."""
    session.rollback()
    if refusal.field is None:
        raise refusal
    show_refusal(form, refusal)
    return show_review(slug, 422, **values)


@campaigns.get("/campaigns/<slug:slug>/plan/versions/<number:number>")
@needs(May.READ)
def plan_version(slug: str, number: int) -> Answer:
    """A version of the plan, as it was submitted, with the corrections beside it."""
    campaign = campaign_or_404(slug)
    version = version_or_404(campaign, number)
    return page(
        "campaigns/version.html",
        campaign=campaign,
        version=version,
        state=campaign.state_of(version),
        plan=Plan.read(version.read()),
        errata=[one for one in campaign.errata if one.version_id == version.id],
        sections=list(Section),
    )


@campaigns.post("/campaigns/<slug:slug>/plan/versions/<number:number>/reviews")
@needs(May.REVIEW_CAMPAIGNS)
@once
def finish_review(slug: str, number: int) -> Answer:
    """Publish what one kept, and say that changes are needed, or only comment."""
    campaign, at = campaign_or_404(slug), clock.now()
    version, form = version_or_404(campaign, number), FinishForm()
    if not form.validate_on_submit():
        return show_review(slug, 422, finishing=form)
    try:
        verdict = ReviewVerdict(form.verdict.data)
        finished = finish(campaign, version, verdict, summary=form.summary.data or "", by=me(), at=at)
    except RuleBroken as refusal:
        return show_refused(slug, form, refusal, finishing=form)
    tell_reviewed(campaign, finished, complete=False, at=at)
    location = url_for("campaigns.review", slug=slug)
    commit(location)
    return done(location, message=f"Finished: you {verdict.done}.")


@campaigns.post("/campaigns/<slug:slug>/plan/versions/<number:number>/approvals")
@needs(May.REVIEW_CAMPAIGNS)
def approve(slug: str, number: int) -> Answer:
    """Finish by approving exactly the version that the page showed."""
    confirmed = confirm_password(request.form.get(PASSWORD_FIELD))
    campaign, at = campaign_or_404(slug), clock.now()
    version, form = version_or_404(campaign, number), ApproveForm()
    if not confirmed or not form.validate_on_submit():
        fault = None if confirmed else password_fault()
        return show_review(slug, 422, finishing=form, password_fault=fault)
    _check_voice(campaign, version)
    try:
        complete = _approve(campaign, version, form, at)
    except StaleDigest:
        session.rollback()
        return _stale_page(slug, number)
    except RuleBroken as refusal:
        return show_refused(slug, form, refusal, finishing=form)
    commit()
    message = "Approved by all who are asked: Marketing can launch." if complete else "Approved. Others are asked too."
    return done(url_for("campaigns.review", slug=slug), message=message)


def _approve(campaign: Campaign, version: Version, form: ApproveForm, at: datetime) -> bool:
    """Publish what was kept, and sign; True once nobody else is awaited."""
    seat, digest = my_seat(campaign.programme_id), form.digest.data or ""
    current = campaign.document.open_version
    if current is not None and (current is not version or digest != version.digest):
        raise StaleDigest(current)
    finished = finish(campaign, version, ReviewVerdict.APPROVE, summary=form.summary.data or "", by=me(), at=at)
    complete = campaign.approve(version, digest=digest, seat=seat, organisation=organisation(), by=me(), at=at)
    tell_reviewed(campaign, finished, complete=complete, at=at)
    return complete


def _check_voice(campaign: Campaign, version: Version) -> None:
    seat = my_seat(campaign.programme_id)
    if voice_of(version, me(), seat=seat, day=organisation().today()) is None:
        names = [reviewer.name for reviewer in Plan.read(version.read()).reviewers]
        raise Forbidden("Sales approves a plan: a manager who is asked, or the sales seat.", may=[*names, SALES_SEAT])


def _stale_page(slug: str, number: int) -> Answer:
    """Nothing was approved: what changed between the version that the page showed and the newest."""
    campaign = page_or_404(slug)
    newest, seen = campaign.newest, version_or_404(campaign, number)
    plan = Plan.read(newest.read()) if newest is not None else abort(404)
    changed = plan.differs_from(Plan.read(seen.read()))
    values = {"campaign": campaign, "seen": seen, "newest": newest, "plan": plan, "changed": changed}
    return page("campaigns/stale.html", 409, **values)


@campaigns.post("/campaigns/<slug:slug>/plan/versions/<number:number>/withdrawals")
@needs(May.PLAN_CAMPAIGNS)
def withdraw(slug: str, number: int) -> Answer:
    """Take a version back out of its review."""
    campaign = campaign_or_404(slug)
    version = version_or_404(campaign, number)
    if version.proposed_by_id != me().id:
        raise Forbidden("Only who submitted a version withdraws it.", may=[version.proposed_by.name])
    campaign.withdraw(version, by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.show", slug=slug), message=f"Version {number} is withdrawn. The draft stays.")


@campaigns.post("/campaigns/<slug:slug>/reminders")
@needs(May.PLAN_CAMPAIGNS)
def remind(slug: str) -> Answer:
    """Write to everybody whose approval is awaited, at most once a day."""
    campaign, at = campaign_or_404(slug), clock.now()
    people = remind_reviewers(campaign, organisation=organisation(), by=me(), at=at)
    tell_reminded(campaign, people, ReminderCause.ASKED, at=at)
    commit()
    names = " and ".join(user.name for user in people)
    return done(url_for("campaigns.review", slug=slug), message=f"{names} reminded.")
