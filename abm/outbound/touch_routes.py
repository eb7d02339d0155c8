"""Logging a touch on an account, and what was logged: its history, corrections and voiding."""

from __future__ import annotations

from datetime import datetime

from flask import abort, make_response, request, url_for
from werkzeug.wrappers import Response

from abm.accounts.models import Account
from abm.accounts.queries import account_by_slug
from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page, wants_fragment
from abm.outbound.account_work import older_than, weeks_of, work_on
from abm.outbound.forms import VoidForm
from abm.outbound.queue import row_for
from abm.outbound.recounting import count_latest, recount
from abm.outbound.routes import outbound
from abm.outbound.touch_form import TouchSheet, correction_sheet, log_sheet, with_choices
from abm.people.access import May, may, me, needs
from abm.people.current import organisation
from abm.stages.queries import stages_on
from abm.touches.kinds import Channel, OutcomeClass
from abm.touches.logging import log_touch as log
from abm.touches.models import Touch
from abm.touches.queries import TIMELINE, revisions, timeline, touch_by_public_id

NAMED = {"outcome": "what", "direction": "inbound", "name": "new_name", "email": "new_email"}  # the rule's to ours
FORMS = {"account": "outbound/_log.html", "today": "outbound/_log_in_queue.html"}


@outbound.get("/accounts/<slug:slug>/touches")
@needs(May.READ)
def touches(slug: str) -> Answer:
    """Everything that happened on an account, week by week, page by page."""
    account = _account(slug)
    last = touch_by_public_id(session(), account.id, request.args.get("before", ""))
    found = timeline(session(), account.id, before=(last.at, last.id) if last else None, limit=TIMELINE + 1)
    weeks = list(weeks_of(found[:TIMELINE], slug))
    return page("outbound/touches.html", account=account, weeks=weeks, older=older_than(found, slug), begun=last)


@outbound.get("/accounts/<slug:slug>/touches/new")
@needs(May.LOG_TOUCHES)
def new_touch(slug: str) -> Answer:
    """The form alone: for phones, for Today, and wherever there is no script."""
    place = "today" if request.args.get("place") == "today" else "page"
    channel = next((one for one in Channel if one == request.args.get("channel")), None)
    sheet = _log_sheet(_account(slug), place=place, channel=channel)
    return _form_again(sheet, place, 200)


@outbound.post("/accounts/<slug:slug>/touches")
@needs(May.LOG_TOUCHES)
def log_touch(slug: str) -> Answer:
    """Log a touch and count it. The same form sent again answers with the touch that it made."""
    account, at = _account(slug), clock.now()
    place = request.form.get("place", "")
    sheet = _log_sheet(account, place=place)
    if not sheet.form.validate():
        return _form_again(sheet, place, 422)
    try:
        _log(account, sheet, at=at)
    except RuleBroken as broken:
        return _refused(sheet, broken, place)
    return _logged(account, place, at)


@outbound.get("/accounts/<slug:slug>/touches/<public:touch_id>")
@needs(May.READ)
def touch(slug: str, touch_id: str) -> Answer:
    """One touch and everything that was said of it before."""
    return _touch_page(_touch(slug, touch_id), VoidForm(), 200)


@outbound.get("/accounts/<slug:slug>/touches/<public:touch_id>/edit")
@needs(May.READ)
def edit_touch(slug: str, touch_id: str) -> Answer:
    """The form with what the touch says now."""
    found = _touch(slug, touch_id)
    _check_may_change(found)
    sheet = correction_sheet(session(), found, organisation=organisation(), at=clock.now())
    return page("outbound/correct.html", touch=found, sheet=sheet)


@outbound.post("/accounts/<slug:slug>/touches/<public:touch_id>/corrections")
@needs(May.READ)
def correct_touch(slug: str, touch_id: str) -> Answer:
    """Say what was really so. What was said stays in the history."""
    found, at = _touch(slug, touch_id), clock.now()
    _check_may_change(found)
    sheet = correction_sheet(session(), found, organisation=organisation(), at=at)
    if not sheet.form.validate():
        return page("outbound/correct.html", 422, touch=found, sheet=sheet)
    revision = int(sheet.form["revision"].data)
    try:
        found.correct(by=me(), at=at, revision=revision, **sheet.facts(organisation(), by=me(), at=at))
    except RuleBroken as broken:
        session.rollback()
        _say(sheet, broken)
        return page("outbound/correct.html", 409, touch=found, sheet=sheet)
    recount(session(), [found.account_id])
    return _changed(found, "Corrected. What was said before stays in the history.")


@outbound.post("/accounts/<slug:slug>/touches/<public:touch_id>/voidings")
@needs(May.READ)
def void_touch(slug: str, touch_id: str) -> Answer:
    """Take a touch out of every count, with the reason."""
    found, form = _touch(slug, touch_id), VoidForm()
    _check_may_change(found)
    if not form.validate():
        return _touch_page(found, form, 422)
    found.void(by=me(), at=clock.now(), reason=form.reason.data or "")
    recount(session(), [found.account_id])
    return _changed(found, "Voided. It no longer counts.")


def _account(slug: str) -> Account:
    return account_by_slug(session(), slug) or abort(404)


def _touch(slug: str, touch_id: str) -> Touch:
    return touch_by_public_id(session(), _account(slug).id, touch_id) or abort(404)


def _check_may_change(found: Touch) -> None:
    if found.changeable_by(me()):
        return
    team = found.logged_by.team
    manager = [team.manager.name] if team is not None and team.manager is not None else []
    may = [found.logged_by.name, *manager, "RevOps"]
    raise Forbidden("You did not log this touch.", may=may)


def _log_sheet(account: Account, *, place: str, channel: Channel | None = None) -> TouchSheet:
    return log_sheet(
        session(), account, by=me(), organisation=organisation(), at=clock.now(), place=place, channel=channel
    )


def _log(account: Account, sheet: TouchSheet, *, at: datetime) -> None:
    key = sheet.form["client_key"].data
    facts = sheet.facts(organisation(), by=me(), at=at)
    logged = log(account, organisation=organisation(), by=me(), at=at, client_key=key, **facts)
    count_latest(session(), logged)


def _logged(account: Account, place: str, at: datetime) -> Response:
    """What changed with the touch: the row in Today, or the account's work."""
    message = f"Logged on {account.name}."
    if place == "today":
        commit(url_for("desk.today"))
        row = row_for(session(), me(), account, organisation=organisation(), at=at) if wants_fragment() else None
        return done(url_for("desk.today"), message=message, fragment="outbound/_logged_in_queue.html", row=row)
    location = url_for("desk.account", slug=account.slug)
    commit(location)
    work = stage = None
    if wants_fragment():
        stage = stages_on(session(), [account.id], organisation().today(at)).get(account.id)
        work = work_on(session(), account, by=me(), organisation=organisation(), at=at, may_log=True, fresh=True)
    return done(location, message=message, fragment="outbound/_logged.html", work=work, stage=stage)


def _refused(sheet: TouchSheet, broken: RuleBroken, place: str) -> Answer:
    session.rollback()
    _say(sheet, broken)
    return _form_again(sheet, place, 409)


def _say(sheet: TouchSheet, broken: RuleBroken) -> None:
    """Put the sentence beside its field, or on top of the form."""
    named = NAMED.get(broken.field or "", broken.field)
    if named in sheet.form:
        sheet.form[named].errors = [*sheet.form[named].errors, broken.message]
    else:
        sheet.form.form_errors.append(broken.message)


def _form_again(sheet: TouchSheet, place: str, status: int) -> Answer:
    """The form, as a page or where it stood; in Today that is below its row, which only a logged touch replaces."""
    if sheet.form.is_submitted():
        sheet = with_choices(session(), sheet, clock.now())
    template = FORMS.get(place) if wants_fragment() else None
    answer = make_response(*page(template or "outbound/new_touch.html", status, sheet=sheet, place=place))
    if template is not None and place == "today":
        answer.headers["HX-Retarget"] = f"#queue-log-{sheet.account.public_id}"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def _touch_page(found: Touch, form: VoidForm, status: int) -> Answer:
    before = revisions(session(), found.id)
    return page(
        "outbound/touch.html",
        status,
        touch=found,
        revisions=before,
        form=form,
        may_change=found.changeable_by(me()),
        books=found.rule.klass is OutcomeClass.MEETING_BOOKED and may(me(), May.LOG_TOUCHES),
    )


def _changed(found: Touch, message: str) -> Response:
    location = url_for("outbound.touch", slug=found.account.slug, touch_id=found.public_id)
    commit(location)
    return done(location, message=message)
