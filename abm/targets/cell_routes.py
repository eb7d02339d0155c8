"""Editing in the table: a cell opens, is decided, and its row comes back with the figures that moved."""

from __future__ import annotations

from flask import redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from abm.kit import clock
from abm.kit.db import session
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.web import Answer, commit, done, wants_fragment
from abm.people.access import May, me, needs
from abm.people.models import User
from abm.targets.addresses import back_to, place_kept
from abm.targets.builder import changed_row, one_row, open_cell
from abm.targets.builder_forms import CellForm
from abm.targets.cells import Cell, Wanted, decide_cell, standing
from abm.targets.entries import Entry
from abm.targets.loading import entry_or_404
from abm.targets.queries import Colleague, aes_to_choose
from abm.targets.routes import targets

# Where on the entry's own page the same is said, for whoever has no script.
SECTIONS = {"tier": "place", "ae": "place", "outcome": "place", "nomination": "sales", "assessment": "marketing"}
TRIES = 5  # of a decision whose entry others keep writing to
CELL = "/quarters/<quarter:quarter>/list/entries/<public:public_id>/cells/"


@targets.get(f"{CELL}<any(tier, ae, outcome, nomination, assessment):cell>")
@needs(May.READ)
def cell(quarter: str, public_id: str, cell: str) -> Answer:
    """A cell with its control; without script, the entry's own page."""
    found = entry_or_404(quarter, public_id)
    if not wants_fragment():
        where = {**found.target_list.address, **place_kept(), "public_id": public_id}
        return redirect(url_for("targets.entry", **where, _anchor=SECTIONS[cell]))
    return open_cell(found, cell)


@targets.get(f"{CELL}<any(tier, ae, outcome, nomination, assessment):cell>/closed")
@needs(May.READ)
def closed_cell(quarter: str, public_id: str, cell: str) -> Answer:
    """The row as it stands, after a cell was left without deciding."""
    found = entry_or_404(quarter, public_id)
    return one_row(found, focus=cell) if wants_fragment() else redirect(back_to(found.target_list, public_id))


@targets.post(f"{CELL}<any(tier, ae, outcome):cell>")
@needs(May.EDIT_LIST)
def decide_one(quarter: str, public_id: str, cell: str) -> Answer:
    """Decide one cell. Another's decision on the same cell is a conflict, on any other cell it is none."""
    found, kind = entry_or_404(quarter, public_id), Cell(cell)
    person = _person(request.form.get("value", "")) if kind is Cell.AE else None
    form = CellForm(cell=kind, aes=[Colleague(person.public_id, person.name)] if person else [])
    if not form.validate_on_submit():
        return one_row(found, status=422, editing=cell, form=_choosing(form))
    try:
        found = _decided(found, form, form.wanted(person))
    except RuleBroken as refusal:
        session.rollback()
        return _refused(entry_or_404(quarter, public_id), form, refusal)
    message = f"{found.account.name}: {form.value.label.text} is saved."
    commit()
    if not wants_fragment():
        return done(back_to(found.target_list, public_id), message=message)
    return changed_row(found, cell, message)


def _decided(found: Entry, form: CellForm, wanted: Wanted) -> Entry:
    """Decide; where somebody wrote to the entry between our reading and our writing, look again and decide then."""
    quarter, public_id = found.target_list.quarter, found.public_id
    for attempt in range(1, TRIES + 1):
        try:
            decide_cell(found, form.cell, wanted, seen=form.seen.data or "", by=me(), at=clock.now())
        except Conflict as conflict:
            if attempt == TRIES or not isinstance(conflict.__cause__, StaleDataError):
                raise
            session.rollback()
            found = entry_or_404(quarter, public_id)
        else:
            break
    return found


def _refused(found: Entry, form: CellForm, refusal: RuleBroken) -> Answer:
    """The cell open again with what was chosen; after a conflict with both values and the choice between them."""
    if not wants_fragment():
        raise refusal
    if not isinstance(refusal, Conflict):
        form.form_errors.append(refusal.message)
        return one_row(found, status=422, editing=form.cell.value, form=_choosing(form))
    form.seen.data = standing(found, form.cell)
    yours = form.words(form.value.data or "")
    return one_row(found, status=409, editing=form.cell.value, form=form, yours=yours)


def _choosing(form: CellForm) -> CellForm:
    """The form with everybody who may be chosen: reading an answer takes only whom it names."""
    if form.cell is Cell.AE:
        form.offer(aes_to_choose(session()))
    return form


def _person(public_id: str | None) -> User | None:
    return session.scalar(select(User).where(User.public_id == public_id)) if public_id else None
