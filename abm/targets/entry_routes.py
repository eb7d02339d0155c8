"""Entries of the draft: candidates come in, both sides say their word, somebody decides tier, AE and outcome."""

from __future__ import annotations

from datetime import date

from flask import request, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from abm.accounts.fields import take_refusal
from abm.accounts.models import Account
from abm.accounts.team import TeamMember
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.models import User
from abm.targets.entries import Entry
from abm.targets.fit import FitInForce, fit_in_force
from abm.targets.forms import AssessmentForm, DecideForm, NominationForm, PlaceForm, tier_or_none
from abm.targets.grid import entries_matching, grid_row
from abm.targets.kinds import Motion, Outcome, Priority, Readiness
from abm.targets.loading import entry_or_404, list_or_404
from abm.targets.models import TargetList
from abm.targets.queries import accounts_to_enter, aes_to_choose
from abm.targets.routes import draft_page, targets
from abm.targets.suggestion_forms import FITS, CandidatesForm
from abm.targets.suggestions import suggestions

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
    at, count, today = clock.now(), 0, organisation().today()
    for account in session.scalars(query.options(selectinload(Account.team).joinedload(TeamMember.user))).all():
        target_list.enter(account, by=me(), at=at, tier=tier_or_none(form.tier.data), ae=_answers_for(account, today))
        count += 1
    commit()
    message = f"{count} candidate{'' if count == 1 else 's'} added. Next: nominate, assess, and decide."
    return done(url_for("targets.show", quarter=quarter), message=message)


def _answers_for(account: Account, day: date) -> User | None:
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
    return _entry_page(entry_or_404(quarter, public_id))


def _entry_page(found: Entry, status: int = 200, **forms: object) -> Answer:
    values: dict[str, object] = {
        "entry": found,
        "row": grid_row(session(), found.id),
        "place": PlaceForm.showing(found, aes=aes_to_choose(session())),
        "nomination": NominationForm(formdata=None),
        "assessment": AssessmentForm(formdata=None),
        "nominations": found.nominations,
        "assessments": found.assessments,
    }
    return page("targets/entry.html", status, quarter=found.target_list.quarter, **{**values, **forms})


@targets.post("/quarters/<quarter:quarter>/list/entries/<public:public_id>/placements")
@needs(May.EDIT_LIST)
def place(quarter: str, public_id: str) -> Answer:
    """Decide tier, AE, motion and outcome of one entry."""
    found = entry_or_404(quarter, public_id)
    aes = aes_to_choose(session())
    form = PlaceForm(aes=aes)
    if not form.validate_on_submit():
        return _entry_page(found, 422, place=form)
    try:
        _place(found, form)
    except RuleBroken as refusal:
        session.rollback()
        stands = entry_or_404(quarter, public_id)
        conflicts = take_refusal(form, refusal, theirs=PlaceForm.showing(stands, aes=aes))
        return _entry_page(stands, 409 if isinstance(refusal, Conflict) else 422, place=form, conflicts=conflicts)
    commit()
    return done(_back(quarter), message=f"{found.account.name} is placed.")


def _place(found: Entry, form: PlaceForm) -> None:
    at = clock.now()
    found.place(
        tier=tier_or_none(form.tier.data),
        ae=_ae(form.ae.data),
        outcome=Outcome(form.outcome.data),
        reason=form.reason.data or "",
        by=me(),
        at=at,
        revision=form.revision.revision,
    )
    found.aim(motion=Motion(form.motion.data), with_children=form.with_children.data, by=me(), at=at)


@targets.post("/quarters/<quarter:quarter>/list/entries/<public:public_id>/nominations")
@needs(May.NOMINATE)
def nominate(quarter: str, public_id: str) -> Answer:
    """Sales' word."""
    found = entry_or_404(quarter, public_id)
    form = NominationForm()
    if not form.validate_on_submit():
        return _entry_page(found, 422, nomination=form)
    try:
        found.nominate(Priority(form.priority.data), form.why.data or "", by=me(), at=clock.now())
    except RuleBroken as refusal:
        show_refusal(form, refusal)
        return _entry_page(found, 422, nomination=form)
    commit()
    return done(_back(quarter), message=f"{found.account.name} is nominated.")


@targets.post("/quarters/<quarter:quarter>/list/entries/<public:public_id>/assessments")
@needs(May.ASSESS)
def assess(quarter: str, public_id: str) -> Answer:
    """Marketing's word."""
    found = entry_or_404(quarter, public_id)
    form = AssessmentForm()
    if not form.validate_on_submit():
        return _entry_page(found, 422, assessment=form)
    try:
        found.assess(Readiness(form.readiness.data), form.why.data or "", by=me(), at=clock.now())
    except RuleBroken as refusal:
        show_refusal(form, refusal)
        return _entry_page(found, 422, assessment=form)
    commit()
    return done(_back(quarter), message=f"{found.account.name} is assessed.")


@targets.post("/quarters/<quarter:quarter>/list/decisions")
@needs(May.EDIT_LIST)
def decide(quarter: str) -> Answer:
    """One decision for several entries; all of them or, where one breaks a rule, none."""
    target_list = list_or_404(quarter)
    form = DecideForm(aes=aes_to_choose(session()))
    if not form.validate_on_submit():
        return draft_page(target_list, 422, decide=form)
    query = entries_matching(target_list.id, form.narrowed)
    if not form.everything.data:
        query = select(Entry).where(Entry.list_id == target_list.id, Entry.public_id.in_(form.entries.data))
    entries = session.scalars(query.options(joinedload(Entry.account), joinedload(Entry.ae))).all()
    for one in entries:
        try:
            _decide(one, form)
        except RuleBroken as refusal:
            session.rollback()
            form.form_errors.append(f"{one.account.name}: {refusal.message} Nothing was changed.")
            return draft_page(target_list, 422, decide=form)
    commit()
    return done(_back(quarter), message=f"{len(entries)} entr{'y' if len(entries) == 1 else 'ies'} changed.")


def _decide(one: Entry, form: DecideForm) -> None:
    outcome = Outcome(form.set_outcome.data) if form.set_outcome.data else one.outcome
    one.place(
        tier=tier_or_none(form.set_tier.data) or one.tier,
        ae=_ae(form.set_ae.data) or one.ae,
        outcome=outcome,
        reason=(form.set_reason.data or one.reason) if outcome is Outcome.OUT else one.reason,
        by=me(),
        at=clock.now(),
    )


def _ae(public_id: str | None) -> User | None:
    """A person of the choice, which offers only people who are here."""
    return session.scalar(select(User).where(User.public_id == public_id)) if public_id else None


def _back(quarter: str) -> str:
    return url_for("targets.show", quarter=quarter)
