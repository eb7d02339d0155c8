"""Accounts: adding and changing them, leaving them alone, putting them away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response

from abm.accounts.choosing import chosen_account, suggestions
from abm.accounts.fields import Difference, take_refusal
from abm.accounts.forms import AccountForm, LeaveAloneForm
from abm.accounts.matching import Match, find_match
from abm.accounts.models import Account, create_account
from abm.accounts.queries import account_by_slug
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation

accounts = Blueprint("accounts", __name__)


@accounts.get("/accounts/new")
@needs(May.EDIT_ACCOUNTS)
def new() -> Answer:
    """The form of an account that is not there yet."""
    form = AccountForm(formdata=None, name=request.args.get("name"), revenue_currency=organisation().currency)
    return _new_page(form)


@accounts.post("/accounts")
@needs(May.EDIT_ACCOUNTS)
@once
def create() -> Answer:
    """Add an account; one that may be a twin of another is asked about first."""
    form = AccountForm()
    form.validate()
    parent = chosen_account(session(), form.parent)
    if form.errors:
        return _new_page(form, 422)
    twin = _twin_of(form)
    if twin is not None:
        return _new_page(form, 409, twin=twin)
    try:
        account = create_account(organisation(), by=me(), at=clock.now(), parent=parent, **form.facts())
        account.set_domains(form.identifying, shared=form.shared, by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _new_page(form, 409)
    commit(address_of(account))
    return done(address_of(account), message=f"{account.name} is added.")


@accounts.get("/accounts/<slug:slug>/edit")
@needs(May.EDIT_ACCOUNTS)
def edit(slug: str) -> Answer:
    """The form of an account as it stands."""
    account = found(slug)
    return _edit_page(account, AccountForm.showing(account))


@accounts.post("/accounts/<slug:slug>")
@needs(May.EDIT_ACCOUNTS)
def update(slug: str) -> Answer:
    """Change an account. An edit that began from an older state is shown beside what stands now."""
    account = found(slug, for_change=True)
    form = AccountForm()
    form.validate()
    parent = chosen_account(session(), form.parent)
    if form.errors:
        return _edit_page(account, form, 422)
    try:
        _change(account, form, parent, at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        conflicts = take_refusal(form, refusal, theirs=AccountForm.showing(account))
        return _edit_page(account, form, 409, conflicts)
    commit()
    return done(address_of(account), message=f"{account.name} is saved.")


@accounts.get("/accounts/<slug:slug>/do-not-approach")
@needs(May.EDIT_ACCOUNTS)
def leaving_alone(slug: str) -> Answer:
    """The form that marks an account as "do not approach"."""
    account = found(slug)
    form = LeaveAloneForm(formdata=None, why=account.do_not_approach, until=account.do_not_approach_until)
    return page("accounts/leave_alone.html", account=account, form=form)


@accounts.post("/accounts/<slug:slug>/do-not-approach")
@needs(May.EDIT_ACCOUNTS)
def leave_alone(slug: str) -> Answer:
    """Nobody approaches the account until a day, or until taken back."""
    account = found(slug, for_change=True)
    form = LeaveAloneForm()
    if not form.validate():
        return page("accounts/leave_alone.html", 422, account=account, form=form)
    account.leave_alone(form.why.data or "", until=form.until.data, by=me(), at=clock.now())
    commit()
    return done(address_of(account), message=f"Nobody approaches {account.name} for now.")


@accounts.post("/accounts/<slug:slug>/approaches")
@needs(May.EDIT_ACCOUNTS)
def approach_again(slug: str) -> Response:
    """Take "do not approach" back."""
    account = found(slug, for_change=True)
    account.approach_again(by=me(), at=clock.now())
    commit()
    return done(address_of(account), message=f"{account.name} may be approached again.")


@accounts.post("/accounts/<slug:slug>/archivals")
@needs(May.EDIT_ACCOUNTS)
def archive(slug: str) -> Response:
    """Put an account away."""
    account = found(slug, for_change=True)
    account.archive(by=me(), at=clock.now())
    commit()
    return done(address_of(account), message=f"{account.name} is archived: it stands in no list and no search.")


@accounts.post("/accounts/<slug:slug>/restorations")
@needs(May.EDIT_ACCOUNTS)
def restore(slug: str) -> Response:
    """Take an account out of the archive."""
    account = found(slug, for_change=True)
    account.restore(by=me(), at=clock.now())
    commit()
    return done(address_of(account), message=f"{account.name} is back.")


@accounts.get("/suggestions/accounts")
@needs(May.READ)
def suggested() -> Answer:
    """The accounts that what somebody is typing may mean, for the field's list."""
    typed = next(iter(request.args.values()), "")
    return page("accounts/_options.html", accounts=suggestions(session(), typed))


def found(slug: str, *, for_change: bool = False) -> Account:
    """The account at an address; 404 where there is none."""
    account = account_by_slug(session(), slug, for_change=for_change)
    if account is None:
        abort(404)
    return account


def address_of(account: Account) -> str:
    """The account's page."""
    return url_for("desk.account", slug=account.slug)


def _change(account: Account, form: AccountForm, parent: Account | None, *, at: datetime) -> None:
    account.change(by=me(), at=at, revision=form.revision.revision, parent=parent, **form.facts())
    account.set_domains(form.identifying, shared=form.shared, by=me(), at=at)


def _twin_of(form: AccountForm) -> Match | None:
    """The account that this one may be already, unless somebody said that it is another."""
    if form.another.data:
        return None
    match = find_match(session(), domains=form.identifying, name=str(form.name.data), country=form.country.data or None)
    return match if match.account is not None else None


def _new_page(form: AccountForm, status: int = 200, *, twin: Match | None = None) -> Answer:
    return page("accounts/new.html", status, form=form, twin=twin)


def _edit_page(account: Account, form: AccountForm, status: int = 200, conflicts: Sequence[Difference] = ()) -> Answer:
    return page("accounts/edit.html", status, account=account, form=form, conflicts=conflicts)
