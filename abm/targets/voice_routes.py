"""Both sides' words: Sales nominates, Marketing assesses; on the entry's page, in its row, or for many at once."""

from __future__ import annotations

from wtforms import Form

from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, wants_fragment
from abm.people.access import May, me, needs
from abm.targets.addresses import back_to
from abm.targets.builder import changed_row, one_row
from abm.targets.builder_forms import AssessAllForm, AssessmentCellForm, NominateAllForm, NominationCellForm
from abm.targets.entries import Entry
from abm.targets.entry_page import entry_page
from abm.targets.forms import AssessmentForm, NominationForm, Ticked
from abm.targets.kinds import Priority, Readiness
from abm.targets.loading import entry_or_404, list_or_404
from abm.targets.models import TargetList
from abm.targets.routes import draft_page, targets
from abm.targets.ticked import ticked_entries
from abm.targets.together import assess_all, nominate_all


@targets.post("/quarters/<quarter:quarter>/list/entries/<public:public_id>/nominations")
@needs(May.NOMINATE)
def nominate(quarter: str, public_id: str) -> Answer:
    """Sales' word."""
    found = entry_or_404(quarter, public_id)
    form = NominationCellForm() if wants_fragment() else NominationForm()
    if not form.validate_on_submit():
        return _again(found, "nomination", form)
    try:
        found.nominate(Priority(form.priority.data), form.why.data or "", by=me(), at=clock.now())
    except RuleBroken as refusal:
        show_refusal(form, refusal)
        return _again(found, "nomination", form)
    commit()
    return _said(found, "nomination", f"{found.account.name} is nominated.")


@targets.post("/quarters/<quarter:quarter>/list/entries/<public:public_id>/assessments")
@needs(May.ASSESS)
def assess(quarter: str, public_id: str) -> Answer:
    """Marketing's word."""
    found = entry_or_404(quarter, public_id)
    form = AssessmentCellForm() if wants_fragment() else AssessmentForm()
    if not form.validate_on_submit():
        return _again(found, "assessment", form)
    try:
        found.assess(Readiness(form.readiness.data), form.why.data or "", by=me(), at=clock.now())
    except RuleBroken as refusal:
        show_refusal(form, refusal)
        return _again(found, "assessment", form)
    commit()
    return _said(found, "assessment", f"{found.account.name} is assessed.")


def _again(found: Entry, word: str, form: Form) -> Answer:
    """What was typed, beside what is wrong with it."""
    if wants_fragment():
        return one_row(found, status=422, editing=word, form=form)
    return entry_page(found, 422, **{word: form})


def _said(found: Entry, word: str, message: str) -> Answer:
    if wants_fragment():
        return changed_row(found, word, message)
    return done(back_to(found.target_list, found.public_id), message=message)


@targets.post("/quarters/<quarter:quarter>/list/nominations")
@needs(May.NOMINATE)
def nominate_many(quarter: str) -> Answer:
    """Sales' word on several accounts: on all of them or, where a rule is broken, on none."""
    target_list, form = list_or_404(quarter), NominateAllForm()
    if not form.validate_on_submit():
        return draft_page(target_list, 422, nominate=form)
    entries = ticked_entries(target_list, form)
    try:
        nominate_all(entries, Priority(form.priority.data), form.why.data or "", by=me(), at=clock.now())
    except RuleBroken as refusal:
        return _refused(target_list, form, refusal, "nominate")
    commit()
    return _all_said(target_list, form, _accounts(len(entries)) + " nominated.")


@targets.post("/quarters/<quarter:quarter>/list/assessments")
@needs(May.ASSESS)
def assess_many(quarter: str) -> Answer:
    """Marketing's word on several accounts: on all of them or, where a rule is broken, on none."""
    target_list, form = list_or_404(quarter), AssessAllForm()
    if not form.validate_on_submit():
        return draft_page(target_list, 422, assess=form)
    entries = ticked_entries(target_list, form)
    try:
        assess_all(entries, Readiness(form.readiness.data), form.why.data or "", by=me(), at=clock.now())
    except RuleBroken as refusal:
        return _refused(target_list, form, refusal, "assess")
    commit()
    return _all_said(target_list, form, _accounts(len(entries)) + " assessed.")


def _refused(target_list: TargetList, form: Ticked, refusal: RuleBroken, name: str) -> Answer:
    session.rollback()
    show_refusal(form, refusal)
    return draft_page(target_list, 422, **{name: form})


def _all_said(target_list: TargetList, form: Ticked, message: str) -> Answer:
    first = form.entries.data[0] if form.entries.data else ""
    return done(back_to(target_list, first), message=message)


def _accounts(count: int) -> str:
    return f"{count} account{'' if count == 1 else 's'}"
