"""The ledger: its sums and lines, and how a line is entered, corrected and voided."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for

from abm.accounts.models import rates_of
from abm.accounts.money import written_amount
from abm.kit import clock
from abm.kit.clock import Quarter
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.spreadsheet import Cell, Sheet, csv_file
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.seats import programmes
from abm.spend.forms import CorrectionForm, LineForm, Narrowing, VoidForm, shown
from abm.spend.models import SpendBasis, SpendKind, SpendLine, enter_spend
from abm.spend.queries import (
    PAGE,
    Wanted,
    campaigns_to_choose,
    line_by_public_id,
    play_named,
    spent,
    successor,
    worth_of,
)

spend = Blueprint("spend", __name__)

HEADS = (
    *("Kind", "Planned or actual", "What for", "Supplier", "Day", "Last day"),
    *("Amount", "Currency", "Campaign", "Play", "Programme", "Number", "Voided"),
)


@spend.get("/spend")
@needs(May.READ)
def index() -> Answer:
    """Sums of a quarter by kind and by campaign, and the lines behind them."""
    form, wanted = Narrowing(request.args), _wanted()
    quarter, number = _quarter(form), form.page_number
    lines = session.scalars(wanted.lines().limit(PAGE + 1).offset((number - 1) * PAGE)).all()
    rates = rates_of(session(), organisation())
    return page(
        "spend/index.html",
        form=form,
        quarter=quarter,
        wanted=wanted,
        sums=spent(session(), wanted, organisation()),
        lines=[(one, worth_of(one, wanted.first, wanted.last, rates)) for one in lines[:PAGE]],
        number=number,
        more=len(lines) > PAGE,
        kinds=list(SpendKind),
        bases=list(SpendBasis),
        campaigns=campaigns_to_choose(session()),
    )


@spend.get("/spend.csv")
@needs(May.READ)
def export() -> Response:
    """The lines as the page is narrowed, to be brought back as they are."""
    rows = (_row(line) for line in session.scalars(_wanted().lines()))
    body = b"".join(csv_file(Sheet("Spend", HEADS, rows)))
    disposition = {"Content-Disposition": "attachment; filename=spend.csv"}
    return Response(body, content_type="text/csv; charset=utf-8", headers=disposition)


def _row(line: SpendLine) -> tuple[Cell, ...]:
    amount = written_amount(line.amount, line.currency)
    of = line.campaign.name if line.campaign else "", play_named(line), line.programme.name, line.external_id or ""
    days = line.first_day, line.last_day
    said = line.kind.value, line.basis.value, line.what, line.supplier, *days, amount, line.currency
    return *said, *of, line.void_reason if line.voided_at else ""


@spend.get("/spend/new")
@needs(May.KEEP_SPEND)
def new() -> Answer:
    """The form for a line."""
    start = {"currency": organisation().currency, "campaign": request.args.get("campaign", "")}
    return _form_page(LineForm(formdata=None, data=start))


@spend.post("/spend")
@needs(May.KEEP_SPEND)
@once
def enter() -> Answer:
    """One line more."""
    form = LineForm()
    campaigns, here = campaigns_to_choose(session()), programmes(session())
    form.offer(campaigns, here)
    if not form.validate_on_submit():
        return _form_page(form, 422)
    try:
        line = enter_spend(session(), form.facts(campaigns, here), by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _form_page(form, 422)
    commit()
    return done(_back(line), message=f"{line.what} is in the ledger.")


@spend.get("/spend/lines/<public:public_id>")
@needs(May.READ)
def line(public_id: str) -> Answer:
    """One line, what corrected it, and what it corrected."""
    return _line_page(_line(public_id), VoidForm(formdata=None))


@spend.get("/spend/lines/<public:public_id>/edit")
@needs(May.KEEP_SPEND)
def edit(public_id: str) -> Answer:
    """The form with what a line says."""
    found = _line(public_id)
    return _form_page(CorrectionForm(formdata=None, data=shown(found)), line=found)


@spend.post("/spend/lines/<public:public_id>/corrections")
@needs(May.KEEP_SPEND)
def correct(public_id: str) -> Answer:
    """Put another line in this one's place."""
    found, form = _line(public_id), CorrectionForm()
    campaigns, here = campaigns_to_choose(session()), programmes(session())
    form.offer(campaigns, here)
    if not form.validate_on_submit():
        return _form_page(form, 422, line=found)
    try:
        facts = form.facts(campaigns, here)
        made = found.correct(facts, reason=form.reason.data or "", by=me(), at=clock.now())
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _form_page(form, 422 if refusal.field else 409, line=_line(public_id))
    commit()
    return done(url_for("spend.line", public_id=made.public_id), message="Corrected. What was said stays to be read.")


@spend.post("/spend/lines/<public:public_id>/voidings")
@needs(May.KEEP_SPEND)
def void(public_id: str) -> Answer:
    """Take a line out of every sum."""
    found, form = _line(public_id), VoidForm()
    if not form.validate_on_submit():
        return _line_page(found, form, 422)
    found.void(reason=form.reason.data or "", by=me(), at=clock.now())
    commit()
    return done(url_for("spend.line", public_id=public_id), message="Voided: it is in no sum any more.")


def _line(public_id: str) -> SpendLine:
    return line_by_public_id(session(), public_id) or abort(404)


def _back(line: SpendLine) -> str:
    """The quarter in which the new line is seen."""
    return url_for("spend.index", quarter=str(organisation().quarter_of(line.first_day)))


def _quarter(form: Narrowing) -> Quarter:
    if not form.validate():
        abort(404)
    return organisation().quarter(form.quarter.data) if form.quarter.data else organisation().current_quarter()


def _wanted() -> Wanted:
    """What the address narrows to."""
    form = Narrowing(request.args)
    quarter = _quarter(form)
    return Wanted(
        quarter.first,
        quarter.last,
        kind=SpendKind(form.kind.data) if form.kind.data else None,
        basis=SpendBasis(form.basis.data) if form.basis.data else None,
        campaign=form.campaign.data or None,
        voided=form.voided.data == "1",
    )


def _form_page(form: LineForm, status: int = 200, *, line: SpendLine | None = None) -> Answer:
    form.offer(campaigns_to_choose(session()), programmes(session()))
    return page("spend/form.html", status, form=form, line=line)


def _line_page(found: SpendLine, form: VoidForm, status: int = 200) -> Answer:
    rates = rates_of(session(), organisation())
    return page(
        "spend/line.html",
        status,
        line=found,
        form=form,
        successor=successor(session(), found),
        play=play_named(found),
        reporting=rates.reporting,
        rate=rates.in_force(found.currency, found.first_day),
        worth=worth_of(found, found.first_day, found.last_day, rates),
    )
