"""Entries of the draft: candidates come in, both sides say their word, somebody decides tier, AE and outcome."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from abm.accounts.fields import take_refusal
from abm.accounts.models import Account
from abm.accounts.team import TeamMember
from abm.kit import clock
from abm.kit.db import session
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.models import User
from abm.targets.addresses import back_to
from abm.targets.entries import Entry
from abm.targets.entry_page import entry_page
from abm.targets.fit import FitInForce, fit_in_force
from abm.targets.forms import DecideForm, PlaceForm, tier_or_none
from abm.targets.kinds import Motion, Outcome
from abm.targets.loading import entry_or_404, list_or_404
from abm.targets.models import TargetList
from abm.targets.queries import accounts_to_enter, aes_to_choose
from abm.targets.routes import draft_page, targets
from abm.targets.suggestion_forms import FITS, CandidatesForm
from abm.targets.suggestions import suggestions
from abm.targets.ticked import ticked_entries
from abm.targets.together import enter_all, one_decision, place_all

SHOWN = 100


@targets.get("/quarters/<quarter:quarter>/list/candidates")
@needs(May.READ)
def candidates(quarter: str) -> Answer:
    """Accounts that are not in the draft yet."""
    return _candidates_page(list_or_404(quarter), CandidatesForm(request.args, meta={"csrf": False}))


@targets.post("/quarters/<quarter:quarter>/list/entries")
@needs(May.EDIT_LIST)
def enter(quarter: str) -> Answer:
    """Make accounts candidates, one by one or in bulk."""
    target_list = list_or_404(quarter)
    form = CandidatesForm()
    if not form.validate_on_submit():
        return _candidates_page(target_list, form, 422)
    query = _candidates(target_list, form, fit_in_force(session(), clock.now()))
    if not form.everything.data:
        query = query.where(Account.public_id.in_(form.accounts.data))
    found = session.scalars(query.options(selectinload(Account.team).joinedload(TeamMember.user))).all()
    today = organisation().today()
    entered = enter_all(
        target_list,
        found,
        by=me(),
        at=clock.now(),
        tier=tier_or_none(form.tier.data),
        ae_of=lambda account: answers_for(account, today),
    )
    commit()
    count = len(entered)
    message = f"{count} candidate{'' if count == 1 else 's'} added. Next: nominate, assess, and decide."
    return done(url_for("targets.show", **target_list.address), message=message)


def answers_for(account: Account, day: date) -> User | None:
    """Whoever is planned unless somebody decides otherwise: the account's AE, if still here."""
    ae = account.ae_on(day)
    return ae if ae is not None and ae.active else None


def _candidates(target_list: TargetList, form: CandidatesForm, fit: FitInForce) -> Select[Account]:
    text, least = form.q.data or "", form.fit_at_least
    return accounts_to_enter(target_list.id, text, criteria=fit.criteria, fit_at_least=least)


def _candidates_page(target_list: TargetList, form: CandidatesForm, status: int = 200) -> Answer:
    """The strongest suggestions first, each with what speaks for it."""
    fit = fit_in_force(session(), clock.now())
    found = suggestions(
        session(),
        _candidates(target_list, form, fit),
        fit.criteria,
        target_list.policies,
        organisation=organisation(),
        today=organisation().today(),
        most=SHOWN + 1,
    )
    values = {"accounts": found[:SHOWN], "more": len(found) > SHOWN, "fit": fit, "fits": FITS}
    return page("targets/candidates.html", status, list=target_list, form=form, **values)


@targets.get("/quarters/<quarter:quarter>/list/entries/<public:public_id>")
@needs(May.READ)
def entry(quarter: str, public_id: str) -> Answer:
    """One entry: both sides' words, and where it is placed."""
    return entry_page(entry_or_404(quarter, public_id))


@targets.post("/quarters/<quarter:quarter>/list/entries/<public:public_id>/placements")
@needs(May.EDIT_LIST)
def place(quarter: str, public_id: str) -> Answer:
    """Decide tier, AE, motion and outcome of one entry."""
    found = entry_or_404(quarter, public_id)
    aes = aes_to_choose(session())
    form = PlaceForm(aes=aes)
    if not form.validate_on_submit():
        return entry_page(found, 422, place=form)
    try:
        _place(found, form)
    except RuleBroken as refusal:
        session.rollback()
        stands = entry_or_404(quarter, public_id)
        conflicts = take_refusal(form, refusal, theirs=PlaceForm.showing(stands, aes=aes))
        return entry_page(stands, 409 if isinstance(refusal, Conflict) else 422, place=form, conflicts=conflicts)
    commit()
    return done(back_to(found.target_list, public_id), message=f"{found.account.name} is placed.")


def _place(found: Entry, form: PlaceForm) -> None:
    """Both halves of the form, or neither: each is held against the page before the first changes the revision."""
    at, seen = clock.now(), form.revision.revision
    placed: dict[str, Any] = {
        "tier": tier_or_none(form.tier.data),
        "ae": _ae(form.ae.data),
        "outcome": Outcome(form.outcome.data),
        "reason": form.reason.data or "",
    }
    found.placing(**placed, revision=seen)
    found.aim(motion=Motion(form.motion.data), with_children=form.with_children.data, by=me(), at=at, revision=seen)
    found.place(**placed, by=me(), at=at)


@targets.post("/quarters/<quarter:quarter>/list/decisions")
@needs(May.EDIT_LIST)
def decide(quarter: str) -> Answer:
    """One decision for several entries; all of them or, where one breaks a rule, none."""
    target_list = list_or_404(quarter)
    form = DecideForm(aes=aes_to_choose(session()))
    if not form.validate_on_submit():
        return draft_page(target_list, 422, decide=form)
    entries = ticked_entries(target_list, form)
    placings = one_decision(
        entries,
        tier=tier_or_none(form.set_tier.data),
        ae=_ae(form.set_ae.data),
        outcome=Outcome(form.set_outcome.data) if form.set_outcome.data else None,
        reason=form.set_reason.data or "",
    )
    try:
        count = place_all(placings, by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        form.form_errors.append(refusal.message)
        return draft_page(target_list, 422, decide=form)
    commit()
    first = form.entries.data[0] if form.entries.data else ""
    return done(back_to(target_list, first), message=f"{count} entr{'y' if count == 1 else 'ies'} changed.")


def _ae(public_id: str | None) -> User | None:
    """A person of the choice, which offers only people who are here."""
    return session.scalar(select(User).where(User.public_id == public_id)) if public_id else None
