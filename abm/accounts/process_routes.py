"""The company's own sales process as its administrators keep it: deal stages and exchange rates."""

from __future__ import annotations

from typing import Any

from flask import abort, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from abm.accounts.forms import RateForm, StageForm
from abm.accounts.models import CrmStage, ExchangeRate, StageCategory, add_stage, all_stages, set_rate
from abm.accounts.queries import deals_per_stage
from abm.accounts.routes import accounts
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation
from abm.people.models import User


@accounts.get("/admin/stages")
@needs(May.CONFIGURE)
def stages() -> Answer:
    """Every stage in its order, with how many deals stand in it."""
    return _stages_page(StageForm(formdata=None))


@accounts.post("/admin/stages", endpoint="add_stage")
@needs(May.CONFIGURE)
@once
def add_one_stage() -> Answer:
    """Add a stage, by default at the end of the order."""
    form = StageForm()
    if not form.validate():
        return _stages_page(form, 422)
    try:
        stage = add_stage(organisation(), by=me(), at=clock.now(), **_facts(form))
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _stages_page(form, 409)
    commit(url_for("accounts.stages"))
    return done(url_for("accounts.stages"), message=f"{stage.name} is added.")


@accounts.get("/admin/stages/<number:stage_id>/edit")
@needs(May.CONFIGURE)
def edit_stage(stage_id: int) -> Answer:
    """The form of a stage as it stands."""
    stage = _stage(stage_id)
    shown = {"name": stage.name, "position": stage.position, "category": stage.category.value}
    form = StageForm(formdata=None, data={**shown, "qualified": stage.qualified})
    return page("accounts/stage.html", stage=stage, form=form)


@accounts.post("/admin/stages/<number:stage_id>")
@needs(May.CONFIGURE)
def change_stage(stage_id: int) -> Answer:
    """Change what a stage is called or comes down to."""
    stage = _stage(stage_id)
    form = StageForm()
    if not form.validate():
        return page("accounts/stage.html", 422, stage=stage, form=form)
    try:
        facts = _facts(form)
        stage.change(by=me(), at=clock.now(), **{**facts, "position": facts["position"] or stage.position})
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return page("accounts/stage.html", 409, stage=stage, form=form)
    commit()
    return done(url_for("accounts.stages"), message=f"{stage.name} is saved.")


@accounts.get("/admin/rates")
@needs(May.CONFIGURE)
def rates() -> Answer:
    """Every rate, the latest first."""
    return _rates_page(RateForm(formdata=None, day=organisation().today()))


@accounts.post("/admin/rates")
@needs(May.CONFIGURE)
def enter_rate() -> Answer:
    """Say what a currency is worth from a day on; the same day again replaces its rate."""
    form = RateForm()
    if not form.validate():
        return _rates_page(form, 422)
    try:
        set_rate(organisation(), rate=form.exact, by=me(), at=clock.now(), **_place(form))
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _rates_page(form, 409)
    commit()
    return done(url_for("accounts.rates"), message=f"The rate of {form.currency.data} is saved.")


def _stage(stage_id: int) -> CrmStage:
    return session.get(CrmStage, stage_id) or abort(404)


def _facts(form: StageForm) -> dict[str, Any]:
    return {
        "name": form.name.data,
        "position": form.position.data,
        "category": StageCategory(form.category.data),
        "qualified": form.qualified.data,
    }


def _place(form: RateForm) -> dict[str, Any]:
    return {"currency": form.currency.data, "day": form.day.data}


def _stages_page(form: StageForm, status: int = 200) -> Answer:
    return page(
        "accounts/stages.html", status, stages=all_stages(session()), deals=deals_per_stage(session()), form=form
    )


def _rates_page(form: RateForm, status: int = 200) -> Answer:
    entered = select(ExchangeRate).options(joinedload(ExchangeRate.entered_by).lazyload(User.grants))
    rows = session.scalars(entered.order_by(ExchangeRate.day.desc(), ExchangeRate.currency).limit(500)).all()
    return page("accounts/rates.html", status, rates=rows, form=form)
