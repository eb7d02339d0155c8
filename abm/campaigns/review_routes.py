"""Sales review: submit, comment, ask for a change, answer, settle, approve exactly one version."""

from __future__ import annotations

from flask import abort, request, url_for

from abm.agreement.models import StaleDigest, Version
from abm.campaigns.forms import AnswerForm, ApproveForm, CommentForm
from abm.campaigns.kinds import CommentKind, Section
from abm.campaigns.loading import campaign_or_404, page_or_404, version_or_404
from abm.campaigns.models import Campaign, approvers
from abm.campaigns.plan import Plan
from abm.campaigns.readiness import look_again
from abm.campaigns.reviews import ReviewComment, say, voice_of
from abm.campaigns.routes import campaigns
from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.receipts import once
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import my_seat, organisation
from abm.people.step_up import PASSWORD_FIELD, confirm_password, password_fault

SALES_SEAT = "The holder of the sales seat"


@campaigns.post("/campaigns/<slug:slug>/submissions")
@needs(May.PLAN_CAMPAIGNS)
def submit(slug: str) -> Answer:
    """Freeze the plan for Sales to review."""
    version = campaign_or_404(slug).submit(organisation=organisation(), by=me(), at=clock.now())
    commit()
    location = url_for("campaigns.review", slug=slug)
    return done(location, message=f"Version {version.number} is with Sales for review.")


@campaigns.get("/campaigns/<slug:slug>/review")
@needs(May.READ)
def review(slug: str) -> Answer:
    """The newest version beside what was said about each section."""
    return _review_page(slug)


def _review_page(slug: str, status: int = 200, **values: object) -> Answer:
    campaign = page_or_404(slug)
    version = campaign.newest
    if version is None:
        return page("campaigns/not_submitted.html", campaign=campaign)
    day, seat, behind = organisation().today(), my_seat(campaign.programme_id), campaign.left_behind()
    plan, base = Plan.read(version.read()), _base(campaign, version)
    shown: dict[str, object] = {
        "campaign": campaign,
        "version": version,
        "plan": plan,
        "state": campaign.state_of(version),
        "sections": list(Section),
        "base": base,
        "changed": plan.differs_from(Plan.read(base.read())) if base is not None else [],
        "lost": look_again(approvers(campaign.approved), behind) if campaign.approved and behind else "",
        "left_behind": behind,
        "voice": voice_of(version, me(), seat=seat, day=day),
        "settles": {one.id for one in campaign.open_requests if one.may_settle(me(), seat=seat, day=day)},
        "form": CommentForm(formdata=None),
        "answer": AnswerForm(formdata=None),
        "answered": "",
    }
    return page("campaigns/review.html", status, **{**shown, **values})


def _base(campaign: Campaign, version: Version) -> Version | None:
    """What a reviewer compares with: the version that they approved last, else the one that was approved last."""
    earlier = [one for one in campaign.document.versions if one.number < version.number and one.valid_signatures()]
    own = [one for one in earlier if any(signature.person_id == me().id for signature in one.valid_signatures())]
    return next(reversed(own or earlier), None)


@campaigns.get("/campaigns/<slug:slug>/plan/versions/<number:number>")
@needs(May.READ)
def plan_version(slug: str, number: int) -> Answer:
    """A version of the plan, as it was submitted."""
    campaign = campaign_or_404(slug)
    version = version_or_404(campaign, number)
    return page(
        "campaigns/version.html",
        campaign=campaign,
        version=version,
        state=campaign.state_of(version),
        plan=Plan.read(version.read()),
        sections=list(Section),
    )


@campaigns.post("/campaigns/<slug:slug>/plan/versions/<number:number>/comments")
@needs(May.REVIEW_CAMPAIGNS)
@once
def comment(slug: str, number: int) -> Answer:
    """Say something about a section, or ask for a change of it."""
    campaign = campaign_or_404(slug)
    version, form = version_or_404(campaign, number), CommentForm()
    if not form.validate_on_submit():
        return _review_page(slug, 422, form=form)
    section = Section.of_slug(form.section.data or "") or abort(404)
    kind, body = CommentKind(form.kind.data), form.body.data or ""
    say(campaign, version, section=section, kind=kind, body=body, by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.review", slug=slug, _anchor=section.slug), message="Said.")


@campaigns.post("/campaigns/<slug:slug>/comments/<public:public_id>/answers")
@needs(May.PLAN_CAMPAIGNS)
def reply(slug: str, public_id: str) -> Answer:
    """Say how a requested change was met, or why not."""
    found, form = _comment_or_404(campaign_or_404(slug), public_id), AnswerForm()
    if not form.validate_on_submit():
        return _review_page(slug, 422, answer=form)
    found.reply(form.answer.data or "", by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.review", slug=slug), message=f"Answered. {found.by.name} settles it.")


@campaigns.post("/campaigns/<slug:slug>/comments/<public:public_id>/settlements")
@needs(May.REVIEW_CAMPAIGNS)
def settle(slug: str, public_id: str) -> Answer:
    """Be satisfied with how a requested change was met."""
    campaign, day = campaign_or_404(slug), organisation().today()
    found, seat = _comment_or_404(campaign, public_id), my_seat(campaign.programme_id)
    if not found.may_settle(me(), seat=seat, day=day):
        raise Forbidden(f"{found.by.name} asked for this change, and settles it.", may=[found.by.name, SALES_SEAT])
    found.settle(seat=seat, day=day, by=me(), at=clock.now())
    commit()
    return done(url_for("campaigns.review", slug=slug), message="Settled.")


@campaigns.post("/campaigns/<slug:slug>/plan/versions/<number:number>/approvals")
@needs(May.REVIEW_CAMPAIGNS)
def approve(slug: str, number: int) -> Answer:
    """Approve exactly the version that the page showed."""
    confirmed = confirm_password(request.form.get(PASSWORD_FIELD))
    campaign = campaign_or_404(slug)
    version, form = version_or_404(campaign, number), ApproveForm()
    if not confirmed or not form.validate_on_submit():
        return _review_page(slug, 422, password_fault=None if confirmed else password_fault())
    seat = my_seat(campaign.programme_id)
    if voice_of(version, me(), seat=seat, day=organisation().today()) is None:
        names = [reviewer.name for reviewer in Plan.read(version.read()).reviewers]
        raise Forbidden("Sales approves a plan: a manager who is asked, or the sales seat.", may=[*names, SALES_SEAT])
    digest = form.digest.data or ""
    try:
        complete = campaign.approve(
            version, digest=digest, seat=seat, organisation=organisation(), by=me(), at=clock.now()
        )
    except StaleDigest:
        session.rollback()
        return _stale_page(slug, number)
    commit()
    message = "Approved by all who are asked: Marketing can launch." if complete else "Approved. Others are asked too."
    return done(url_for("campaigns.review", slug=slug), message=message)


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


def _comment_or_404(campaign: Campaign, public_id: str) -> ReviewComment:
    found = next((comment for comment in campaign.comments if comment.public_id == public_id), None)
    return found if found is not None else abort(404)
