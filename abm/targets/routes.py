"""The target list: its draft, how full it is, what stops its proposal, and the history of its versions."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.clock import Quarter
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import both_seats, my_seat, organisation, programme
from abm.targets.addresses import tidy_address
from abm.targets.awaiting import awaited
from abm.targets.builder import asks_for_grid, grid_fragment, grid_values
from abm.targets.forms import PolicyForm, WaiverForm
from abm.targets.kinds import TIERS
from abm.targets.loading import carried_into, goes_on_with, list_or_404, quarter_or_404, rights_on, seat_or_403
from abm.targets.models import TargetList, open_list
from abm.targets.pages import versions_of
from abm.targets.policies import hold_policies
from abm.targets.queries import list_of

targets = Blueprint("targets", __name__)


@targets.get("/list")
@needs(May.READ)
def current() -> Response:
    """The list of the quarter that we are in."""
    return redirect(url_for("targets.show", quarter=organisation().current_quarter()))


@targets.get("/quarters/<quarter:quarter>/list")
@needs(May.READ)
def show(quarter: str) -> Answer:
    """The draft with both voices, and what is in force."""
    found = list_of(session(), quarter_or_404(quarter), programme().id)
    near = organisation().quarter(quarter)
    if found is None:
        return none_page(near)
    if asks_for_grid():
        return grid_fragment(found)
    tidy = tidy_address()
    return redirect(tidy) if tidy is not None else draft_page(found)


def none_page(quarter: Quarter) -> Answer:
    """A quarter whose list was not started: what carries over, what it can start from."""
    return page(
        "targets/none.html",
        quarter=quarter,
        carried=carried_into(quarter, programme().id),
        before=list_of(session(), str(quarter.plus(-1)), programme().id),
        over=goes_on_with(quarter, clock.now()),
    )


def draft_page(target_list: TargetList, status: int = 200, **forms: object) -> Answer:
    """The draft as it stands, with whatever form did not pass."""
    versions = versions_of(session(), target_list, clock.now())
    over = goes_on_with(target_list.quarter, versions.at)
    values: dict[str, object] = {
        **grid_values(target_list),
        "quarter": organisation().quarter(target_list.quarter),
        "outlook": target_list.outlook(both_seats()),
        "versions": versions,
        "awaited": awaited(session(), target_list, versions.open, versions.at),
        "carried": None if versions.in_force else carried_into(target_list.quarter, target_list.programme_id),
        "my_seat": None if over else my_seat(),
        "waiver": WaiverForm(formdata=None),
    }
    return page("targets/draft.html", status, **{**values, **forms})


@targets.post("/quarters/<quarter:quarter>/list")
@needs(May.EDIT_LIST)
@once
def start(quarter: str) -> Answer:
    """Start the draft of a quarter's list."""
    wanted = organisation().quarter(quarter_or_404(quarter))
    open_list(organisation(), wanted, by=me(), at=clock.now(), programme=programme())
    location = url_for("targets.show", quarter=quarter)
    commit(location)
    return done(location, message=f"The list of {quarter} is started. Next: add candidates.")


@targets.get("/quarters/<quarter:quarter>/list/policy")
@needs(May.READ)
def policy(quarter: str) -> Answer:
    """What each tier means this quarter."""
    target_list = list_or_404(quarter)
    return policy_page(target_list, PolicyForm.showing(target_list.policies))


def policy_page(target_list: TargetList, form: PolicyForm, status: int = 200) -> Answer:
    """The terms of the tiers; only to read once the quarter is over."""
    over = goes_on_with(target_list.quarter, clock.now())
    values = {"list": target_list, "form": form, "tiers": TIERS, "over": over, "rights": rights_on(over)}
    return page("targets/policy.html", status, **values)


@targets.post("/quarters/<quarter:quarter>/list/policy")
@needs(May.EDIT_LIST)
def change_policy(quarter: str) -> Answer:
    """Change the terms of the tiers in the draft."""
    target_list = list_or_404(quarter)
    form = PolicyForm()
    if not form.validate_on_submit():
        return policy_page(target_list, form, 422)
    at, policies = clock.now(), hold_policies(target_list)
    if form.overtaken(policies) and form.errors:
        session.rollback()
        return policy_page(list_or_404(quarter), form, 409)
    for tier_policy in policies:
        tier_policy.change(by=me(), at=at, **form.terms_of(tier_policy.tier))
    commit()
    message = "The tier policy of the draft is saved. It holds once both seats have signed it."
    return done(url_for("targets.show", quarter=quarter), message=message)


@targets.post("/quarters/<quarter:quarter>/list/waivers")
@needs(May.READ)
def waive(quarter: str) -> Answer:
    """A seat accepts that a capacity is exceeded."""
    target_list = list_or_404(quarter)
    form, seat = WaiverForm(), seat_or_403(target_list)
    if not form.validate_on_submit():
        return draft_page(target_list, 422, waiver=form)
    try:
        target_list.waive(
            form.what.data or "",
            seat=seat,
            reason=form.reason.data or "",
            by=me(),
            at=clock.now(),
            organisation=organisation(),
        )
    except RuleBroken as refusal:
        if refusal.field != "reason":
            raise
        show_refusal(form, refusal)
        return draft_page(target_list, 422, waiver=form)
    commit()
    return done(url_for("targets.show", quarter=quarter), message="Accepted, with your reason. The other seat sees it.")
