"""How each side sees an account this week, and what it said before."""

from __future__ import annotations

from flask import abort, url_for

from abm.accounts.models import Account
from abm.accounts.queries import account_by_slug
from abm.kit import clock
from abm.kit.clock import Week
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.outbound.judging import Verdict, judge, judgements_on, views_of
from abm.outbound.routes import outbound
from abm.outbound.today_forms import JudgementForm
from abm.people.access import May, may, me, needs
from abm.people.current import organisation
from abm.people.seats import Side
from abm.touches.sides import sides_of

MOST = 200  # judgements that the history shows: both sides, some two years


@outbound.get("/accounts/<slug:slug>/judgements")
@needs(May.READ)
def judgements(slug: str) -> Answer:
    """What both sides said of an account, week by week, and the form for this week."""
    form = JudgementForm(formdata=None)
    return _page(_account(slug), form)


@outbound.post("/accounts/<slug:slug>/judgements")
@needs(May.LOG_TOUCHES)
def judge_account(slug: str) -> Answer:
    """Say how one's own side sees it this week."""
    account, form = _account(slug), JudgementForm()
    sides = _offer(form)
    if not form.validate():
        return _page(account, form, 422)
    side = form.side.data if len(sides) > 1 else sides[0]
    verdict, note = Verdict(form.verdict.data), form.note.data or ""
    try:
        judge(account, side, verdict, note, organisation=organisation(), by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _page(_account(slug), form, 422)
    location = url_for("desk.account", slug=slug)
    commit(location)
    return done(location, message=f"{side.label} sees {account.name} {form.verdict.data} this week.")


def _page(account: Account, form: JudgementForm, status: int = 200) -> Answer:
    if "side" in form and not form.side.choices:
        _offer(form)
    said = judgements_on(session(), account.id, limit=MOST)
    week = Week.of(organisation().today(clock.now()))
    offered = may(me(), May.LOG_TOUCHES) and account.archived_at is None
    shown = form if offered else None
    return page("outbound/judgements.html", status, account=account, said=said, views=views_of(said, week), form=shown)


def _offer(form: JudgementForm) -> list[Side]:
    sides = [Side(side.value) for side in sides_of(me())]
    form.offer(sides)
    return sides


def _account(slug: str) -> Account:
    return account_by_slug(session(), slug) or abort(404)
