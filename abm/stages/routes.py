"""An account's way through the stages: where it stands, since when and why, what was before, and leaving it."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from sqlalchemy import select

from abm.accounts.models import Account
from abm.accounts.queries import account_by_slug
from abm.definitions.stages import stage_definitions
from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.stages.exits import ExitReason, StageExit, exits_of, leave, may_leave
from abm.stages.following import keep_changes
from abm.stages.forms import LeaveForm
from abm.stages.models import ExitKind
from abm.stages.told import told_way

stages = Blueprint("stages", __name__)


@stages.get("/accounts/<slug:slug>/stages")
@needs(May.READ)
def way(slug: str) -> Answer:
    """Every change of an account's stage with the facts that caused it."""
    return _page(_account(slug), LeaveForm(formdata=None))


@stages.post("/accounts/<slug:slug>/exits")
@needs(May.READ)
@once
def leave_way(slug: str) -> Answer:
    """Disqualify or recycle an account, with the reason."""
    account, form = _account(slug), LeaveForm()
    _check_may(account)
    if not form.validate():
        return _page(account, form, 422)
    kind, reason = ExitKind(form.kind.data), ExitReason(form.reason.data)
    try:
        leave(account, kind, reason, form.words.data or "", by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _page(_account(slug), form, 422 if refusal.field else 409)
    return _moved(account, f"{account.name} is {kind.label.lower()}: {reason}.")


@stages.post("/accounts/<slug:slug>/exits/<public:exit_id>/taking-back")
@needs(May.READ)
def take_back(slug: str, exit_id: str) -> Answer:
    """Let what it displaced hold again, else the facts."""
    account = _account(slug)
    query = select(StageExit).where(StageExit.account_id == account.id, StageExit.public_id == exit_id)
    found = session.scalar(query) or abort(404)
    _check_may(account)
    again = found.take_back(by=me(), at=clock.now())
    stands = f"is {again.kind.label.lower()} again, as before" if again else "stands where its facts put it"
    return _moved(account, f"Taken back. {account.name} {stands}.")


def _account(slug: str) -> Account:
    return account_by_slug(session(), slug) or abort(404)


def _check_may(account: Account) -> None:
    if may_leave(account, me(), organisation().today(clock.now())):
        return
    ae = account.ae_on(organisation().today(clock.now()))
    names = [ae.name] if ae is not None else []
    manager = [ae.team.manager.name] if ae is not None and ae.team is not None and ae.team.manager is not None else []
    may = [*names, *manager, "whoever signs for a seat"]
    raise Forbidden("You do not answer for this account.", may=may)


def _page(account: Account, form: LeaveForm, status: int = 200) -> Answer:
    today = organisation().today(clock.now())
    offered = account.archived_at is None and may_leave(account, me(), today)
    told, exits = told_way(session(), account.id, today), exits_of(session(), account.id)
    shown = form if offered else None
    return page("stages/way.html", status, account=account, way=told, exits=exits, form=shown, may_leave=offered)


def _moved(account: Account, message: str) -> Answer:
    """The change of today is kept at once: who said so sees it."""
    session.flush()
    keep_changes(session(), [account.id], stage_definitions(session()))
    location = url_for("stages.way", slug=account.slug)
    commit(location)
    return done(location, message=message)
