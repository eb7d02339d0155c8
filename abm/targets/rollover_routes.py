"""The roll-over: next quarter's draft out of this quarter's list, one suggestion at a time or many at once."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from abm.kit import clock
from abm.kit.db import session
from abm.kit.forms import show_refusal
from abm.kit.rules import Conflict, RuleBroken, refuse
from abm.kit.web import Answer, commit, done, keep_query, page
from abm.people.access import May, me, needs
from abm.people.current import organisation, programme
from abm.targets.loading import goes_on_with, quarter_or_404
from abm.targets.models import TargetList
from abm.targets.rolling_over import begin_from, take_over
from abm.targets.rollover import Kind
from abm.targets.rollover_facts import Candidate, Origin, candidates, origin_of
from abm.targets.rollover_forms import CHOICES, RollOverFilters, RollOverForm
from abm.targets.rollover_pages import Summary, summary_of
from abm.targets.routes import targets

ADDRESS = "/quarters/<quarter:quarter>/list/roll-over"
ROWS = 150


@targets.get(ADDRESS)
@needs(May.READ)
def roll_over(quarter: str) -> Answer:
    """A suggestion for each account of the quarter before."""
    return _page(quarter_or_404(quarter), RollOverForm(formdata=None))


@targets.post(ADDRESS)
@needs(May.EDIT_LIST)
def accept_roll_over(quarter: str) -> Answer:
    """Accept suggestions, or another choice; starts the list where nobody has."""
    form, at = RollOverForm(), clock.now()
    origin, _ = _lists(quarter_or_404(quarter))
    if origin is None:
        refuse("The quarter before had no list: there is nothing to start from.")
    if not form.validate_on_submit():
        return _page(quarter, form, 422)
    target_list = begin_from(origin, programme(), organisation=organisation(), by=me(), at=at)
    rows = candidates(session(), organisation(), origin, target_list, at)
    try:
        taken = take_over(target_list, form.choices(rows, _filters()), by=me(), at=at)
    except RuleBroken as refusal:
        session.rollback()
        show_refusal(form, refusal)
        return _page(quarter, form, 409 if isinstance(refusal, Conflict) else 422)
    commit()
    return done(url_for("targets.roll_over", quarter=quarter, **_kept()), message=taken.sentence)


def _lists(quarter: str) -> tuple[Origin | None, TargetList | None]:
    return origin_of(session(), organisation(), quarter, programme().id)


def _filters() -> RollOverFilters:
    form = RollOverFilters(request.args)
    form.validate()
    return form


def _kept() -> dict[str, Any]:
    """The view that somebody accepts in stays theirs."""
    return {name: value for name, value in keep_query().items() if name != "quarter"}


def _page(quarter: str, form: RollOverForm, status: int = 200) -> Answer:
    (origin, target_list), filters, at = _lists(quarter), _filters(), clock.now()
    everything = candidates(session(), organisation(), origin, target_list, at) if origin else []
    rows = [one for one in everything if filters.shows(one)]
    number = min(filters.page_number, max(1, -(-len(rows) // ROWS)))
    terms = target_list.policies if target_list else []
    return page(
        "targets/rollover.html",
        status,
        list=target_list,
        quarter=organisation().quarter(quarter),
        over=goes_on_with(quarter, at),
        origin=origin,
        summary=_summary(everything, origin, {one.tier: one.max_accounts for one in terms}),
        rows=rows[(number - 1) * ROWS : number * ROWS],
        found=len(rows),
        undecided=sum(one.decided is None for one in rows),
        number=number,
        step=ROWS,
        kinds=list(Kind),
        choices=CHOICES,
        form=form,
        filters=filters,
    )


def _summary(rows: list[Candidate], origin: Origin | None, most: dict[int, int]) -> Summary | None:
    if origin is None:
        return None
    return summary_of(rows, most or {tier: terms.max_accounts for tier, terms in origin.content.policies.items()})
