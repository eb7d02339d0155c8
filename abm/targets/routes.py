"""The target list: its draft, how full it is, what stops its proposal, and the history of its versions."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.receipts import once
from abm.kit.rules import RuleBroken
from abm.kit.web import Answer, commit, done, page
from abm.people.access import May, me, needs
from abm.people.current import both_seats, my_seat, organisation, programme
from abm.targets.awaiting import awaited
from abm.targets.forms import DecideForm, Narrowing, PolicyForm, WaiverForm
from abm.targets.grid import grid_page
from abm.targets.kinds import TIERS
from abm.targets.loading import carried_into, list_or_404, quarter_or_404, seat_or_403
from abm.targets.models import TargetList, open_list
from abm.targets.pages import versions_of
from abm.targets.queries import aes_to_choose, list_of

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
        return page("targets/none.html", quarter=near, carried=carried_into(near, programme().id))
    return draft_page(found)


def draft_page(target_list: TargetList, status: int = 200, **forms: object) -> Answer:
    """The draft as it stands, with whatever form did not pass."""
    narrowing = Narrowing(request.args)
    wanted = narrowing.narrowed if narrowing.validate() else Narrowing(None).narrowed
    aes = aes_to_choose(session())
    versions = versions_of(session(), target_list, clock.now())
    values: dict[str, object] = {
        "list": target_list,
        "quarter": organisation().quarter(target_list.quarter),
        "rows": grid_page(session(), target_list.id, wanted, after=narrowing.after.data or ""),
        "wanted": wanted,
        "aes": aes,
        "outlook": target_list.outlook(both_seats()),
        "versions": versions,
        "awaited": awaited(session(), target_list, versions.open, versions.at),
        "carried": None if versions.in_force else carried_into(target_list.quarter, target_list.programme_id),
        "my_seat": my_seat(),
        "decide": DecideForm(formdata=None, aes=aes),
        "waiver": WaiverForm(formdata=None),
    }
    return page("targets/draft.html", status, **{**values, **forms})


@targets.post("/quarters/<quarter:quarter>/list")
@needs(May.EDIT_LIST)
@once
def start(quarter: str) -> Answer:
    """Start the draft of a quarter's list."""
    open_list(organisation(), organisation().quarter(quarter), by=me(), at=clock.now(), programme=programme())
    location = url_for("targets.show", quarter=quarter)
    commit(location)
    return done(location, message=f"The list of {quarter} is started. Next: add candidates.")


@targets.get("/quarters/<quarter:quarter>/list/policy")
@needs(May.READ)
def policy(quarter: str) -> Answer:
    """What each tier means this quarter."""
    target_list = list_or_404(quarter)
    return page("targets/policy.html", list=target_list, form=PolicyForm.showing(target_list.policies), tiers=TIERS)


@targets.post("/quarters/<quarter:quarter>/list/policy")
@needs(May.EDIT_LIST)
def change_policy(quarter: str) -> Answer:
    """Change the terms of the tiers in the draft."""
    target_list = list_or_404(quarter)
    form = PolicyForm()
    if not form.validate_on_submit():
        return page("targets/policy.html", 422, list=target_list, form=form, tiers=TIERS)
    at = clock.now()
    for tier_policy in target_list.policies:
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
