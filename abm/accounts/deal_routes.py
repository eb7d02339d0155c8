"""Opportunities: their list with what imports left unmatched, and their forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, request, url_for

from abm.accounts.choosing import chosen_account
from abm.accounts.deal_figures import deal_figures
from abm.accounts.deal_listing import DEAL_STATES, DealFilter, count_of_deals, deals_matching, deals_sorted_by, worth_of
from abm.accounts.fields import Difference, take_refusal
from abm.accounts.forms import OpportunityForm
from abm.accounts.models import CrmStage, Opportunity, all_stages, create_opportunity, rates_of
from abm.accounts.paging import Cursor, page_of
from abm.accounts.queries import account_by_slug, active_people, opportunity_by_id
from abm.accounts.routes import accounts, address_of
from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import organisation


@accounts.get("/opportunities")
@needs(May.READ)
def opportunities() -> Answer:
    """All deals: open, won, lost, or not yet matched to an account and a day."""
    wanted = DealFilter(q=request.args.get("q", ""), state=request.args.get("state", "open"))
    sort = request.args.get("sort", "-created")
    query = deals_matching(wanted)
    cursor = Cursor(after=request.args.get("after", ""), before=request.args.get("before", ""))
    rows = page_of(session(), query, deals_sorted_by(sort), cursor, named=Opportunity.public_id)
    rates = rates_of(session(), organisation())
    return page(
        "accounts/opportunities.html",
        rows=rows,
        wanted=wanted,
        sort=sort,
        states=DEAL_STATES,
        counts=count_of_deals(session(), wanted),
        worth=worth_of(session(), query, rates, organisation().today()),
        figures=deal_figures(session(), rates),
        has_stages=bool(all_stages(session())),
    )


@accounts.get("/opportunities/new")
@needs(May.EDIT_ACCOUNTS)
def new_opportunity() -> Answer:
    """The form of a deal that is not there yet; `?account=` names whose it is."""
    account = account_by_slug(session(), request.args.get("account", "")[:80])
    today = organisation().today()
    shown = {"account": account.name if account else "", "currency": organisation().currency, "created_on": today}
    return _deal_page(None, OpportunityForm(formdata=None, data=shown, owner=me().public_id))


@accounts.post("/opportunities", endpoint="create_opportunity")
@needs(May.EDIT_ACCOUNTS)
@once
def create_deal() -> Answer:
    """Add a deal."""
    form = _offering(OpportunityForm())
    form.validate()
    account = chosen_account(session(), form.account)
    if form.errors:
        return _deal_page(None, form, 422)
    try:
        facts = {**_chosen(form), **form.facts()}
        deal = create_opportunity(organisation(), account=account, by=me(), at=clock.now(), **facts)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _deal_page(None, form, 409)
    location = _after(deal)
    commit(location)
    return done(location, message=f"{deal.name} is added.")


@accounts.get("/opportunities/<public:public_id>/edit")
@needs(May.EDIT_ACCOUNTS)
def edit_opportunity(public_id: str) -> Answer:
    """The form of a deal as it stands."""
    deal = _found(public_id)
    return _deal_page(deal, OpportunityForm.showing(deal))


@accounts.post("/opportunities/<public:public_id>")
@needs(May.EDIT_ACCOUNTS)
def update_opportunity(public_id: str) -> Answer:
    """Change a deal; what it was is kept."""
    deal = _found(public_id, for_change=True)
    form = _offering(OpportunityForm())
    form.validate()
    account = chosen_account(session(), form.account)
    if form.errors:
        return _deal_page(deal, form, 422)
    try:
        facts = {"account": account, **_chosen(form), **form.facts()}
        deal.change(by=me(), at=clock.now(), revision=form.revision.revision, **facts)
    except RuleBroken as refusal:
        session.rollback()
        conflicts = take_refusal(form, refusal, theirs=_offering(OpportunityForm.showing(deal)))
        return _deal_page(deal, form, 409, conflicts)
    commit()
    return done(_after(deal), message=f"{deal.name} is saved.")


def _found(public_id: str, *, for_change: bool = False) -> Opportunity:
    return opportunity_by_id(session(), public_id, for_change=for_change) or abort(404)


def _offering(form: OpportunityForm) -> OpportunityForm:
    """Offer the stages and the people there are."""
    form.stage.choices = {"": "Choose a stage"} | {str(stage.id): stage.name for stage in all_stages(session())}
    form.owner.choices = {"": "Nobody yet"} | {user.public_id: user.name for user in active_people(session())}
    return form


def _chosen(form: OpportunityForm) -> dict[str, Any]:
    """The stage and the owner that were picked from what was offered."""
    owner = next((user for user in active_people(session()) if user.public_id == form.owner.data), None)
    return {"stage": session.get_one(CrmStage, int(form.stage.data)), "owner": owner}


def _after(deal: Opportunity) -> str:
    """Where a saved deal is seen: on its account, or among the unmatched."""
    return address_of(deal.account) if deal.account else url_for("accounts.opportunities", state="unmatched")


def _deal_page(
    deal: Opportunity | None, form: OpportunityForm, status: int = 200, conflicts: Sequence[Difference] = ()
) -> Answer:
    return page("accounts/opportunity.html", status, deal=deal, form=_offering(form), conflicts=conflicts)
