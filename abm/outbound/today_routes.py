"""From Today: putting an account aside until a day, and logging one touch on many accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from flask import abort, request, url_for
from sqlalchemy import select

from abm.accounts.models import Account
from abm.accounts.queries import account_by_slug
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.rules import RuleBroken
from abm.kit.text import paragraphs
from abm.kit.web import Answer, commit, done, page, wants_fragment
from abm.outbound.recounting import recount
from abm.outbound.routes import outbound
from abm.outbound.snoozing import Snooze, bring_back, snooze
from abm.outbound.today_forms import ManyForm, SnoozeForm
from abm.outbound.touch_form import set_sides
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.touches.bulk import hold_accounts
from abm.touches.kinds import TouchSide
from abm.touches.logging import log_touch
from abm.touches.sides import sides_of

NAMED = {"outcome": "what", "direction": "inbound"}  # how this form calls what a rule names
MOST = 40  # accounts that one log may name: those that Today shows


@outbound.get("/accounts/<slug:slug>/snoozes/new")
@needs(May.LOG_TOUCHES)
def new_snooze(slug: str) -> Answer:
    """The form: until when, and why."""
    return _snooze_form(_account(slug), SnoozeForm(formdata=None))


@outbound.post("/accounts/<slug:slug>/snoozes")
@needs(May.LOG_TOUCHES)
def put_aside(slug: str) -> Answer:
    """Leave an account out of one's own Today until a day."""
    account, form, at = _account(slug), SnoozeForm(), clock.now()
    if not form.validate():
        return _snooze_form(account, form, 422)
    try:
        found = snooze(
            account,
            until=form.until.data or date.min,
            reason=form.reason.data or "",
            today=organisation().today(at),
            by=me(),
            at=at,
        )
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _snooze_form(_account(slug), form, 422)
    day = found.until
    commit(url_for("desk.today"))
    return done(url_for("desk.today"), message=f"{account.name} is back on {day:%a} {day.day} {day:%b}.")


@outbound.post("/accounts/<slug:slug>/snoozes/endings")
@needs(May.LOG_TOUCHES)
def end_snooze(slug: str) -> Answer:
    """Let it stand in Today again."""
    account = _account(slug)
    bring_back(session.get(Snooze, (me().id, account.id)) or abort(404), by=me(), at=clock.now())
    commit(url_for("desk.today"))
    return done(url_for("desk.today"), message=f"{account.name} is back.")


@outbound.get("/today/touches/new")
@needs(May.LOG_TOUCHES)
def new_touches() -> Answer:
    """One form for the accounts that were chosen in Today."""
    accounts = _chosen(request.args.getlist("accounts"))
    form = ManyForm(formdata=None, when=_now().replace(tzinfo=None), accounts=[one.public_id for one in accounts])
    return _many_form(form, accounts)


@outbound.post("/today/touches")
@needs(May.LOG_TOUCHES)
def log_touches() -> Answer:
    """Log the same on each of them: all of it, or nothing and why."""
    accounts, form = _chosen(request.form.getlist("accounts")), ManyForm()
    sides = _sides(form)
    form.offer(accounts)
    if not form.validate():
        return page("outbound/new_touches.html", 422, form=form, accounts=accounts)
    try:
        _log_each(accounts, form, sides)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, RuleBroken(refusal.message, field=NAMED.get(str(refusal.field), refusal.field)))
        return page("outbound/new_touches.html", 409, form=form, accounts=accounts)
    commit(url_for("desk.today"))
    number = f"{len(accounts)} account{'s' * (len(accounts) != 1)}"
    return done(url_for("desk.today"), message=f"Logged on {number}.")


def _log_each(accounts: Sequence[Account], form: ManyForm, sides: Sequence[TouchSide]) -> None:
    channel, outcome = form.kind
    ids = [account.id for account in accounts]
    hold_accounts(session(), ids)
    for account in accounts:
        try:
            log_touch(
                account,
                organisation=organisation(),
                by=me(),
                at=clock.now(),
                client_key=f"{form.client_key.data}-{account.id}",
                side=form.side.data if len(sides) > 1 else sides[0],
                direction=form.direction,
                channel=channel,
                outcome=outcome,
                when=form.moment(organisation().time_zone),
                note=paragraphs(form.note.data or ""),
            )
        except RuleBroken as refusal:
            told = refusal.message if account.name in refusal.message else f"{account.name}: {refusal.message}"
            raise RuleBroken(told, field=refusal.field) from refusal
    recount(session(), ids)


def _many_form(form: ManyForm, accounts: Sequence[Account], status: int = 200) -> Answer:
    _sides(form)
    form.offer(accounts)
    return page("outbound/new_touches.html", status, form=form, accounts=accounts)


def _sides(form: ManyForm) -> Sequence[TouchSide]:
    sides = sides_of(me())
    set_sides(form, sides)
    return sides


def _chosen(public_ids: Sequence[str]) -> Sequence[Account]:
    """The accounts that were chosen, by name; none is a mistake that the page mends."""
    wanted = list(dict.fromkeys(public_ids))
    if not wanted:
        raise RuleBroken("Choose the accounts first: tick them in Today, or press x on their rows.")
    if len(wanted) > MOST:
        raise RuleBroken(f"Choose at most {MOST} accounts at once.")
    found = select(Account).where(Account.public_id.in_(wanted), Account.archived_at.is_(None))
    accounts = session.scalars(found.order_by(Account.normal_name, Account.id)).all()
    return accounts if len(accounts) == len(wanted) else abort(404)


def _now() -> datetime:
    return clock.local(clock.now(), organisation().time_zone)


def _snooze_form(account: Account, form: SnoozeForm, status: int = 200) -> Answer:
    template = "outbound/_snooze.html" if wants_fragment() else "outbound/new_snooze.html"
    return page(template, status, account=account, form=form)


def _account(slug: str) -> Account:
    return account_by_slug(session(), slug) or abort(404)
