"""The weekly view: the one page of figures that both sides trust, and the accounts behind each figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import Select
from werkzeug.wrappers import Response

from abm.kit.clock import Week
from abm.kit.db import session
from abm.kit.web import Answer, page
from abm.people.access import May, me, needs
from abm.people.current import my_seat, organisation, programme
from abm.progress.figures import Bar, figures_of
from abm.progress.forms import Narrowing
from abm.progress.moments import Moment, moment_of
from abm.progress.promises import promises_of
from abm.progress.queries import Colleague, WeekOfList, aes_shown_to, week_of_list
from abm.progress.weekly import FIGURES, AccountWeek, select_rows
from abm.stages.models import Stage

progress = Blueprint("progress", __name__)

ROWS = 50


@progress.get("/progress")
@needs(May.READ)
def current() -> Response:
    """This week."""
    return redirect(url_for("progress.week", week=organisation().current_week()))


@progress.get("/progress/<week:week>")
@needs(May.READ)
def week(week: Week) -> Answer:
    """The week of the list: joint activity first."""
    form = Narrowing(request.args)
    found = _find(week, form)
    if found.facts is None:
        return page("progress/no_list.html", moment=found.moment)
    promises = promises_of(session(), _accounts_of(found.facts, found.rows), moment=found.moment)
    figures = figures_of(found.rows, promises, found.facts.stages.says.coverage_by_tier)
    return page(
        "progress/week.html",
        moment=found.moment,
        facts=found.facts,
        figures=figures,
        tiers=[_linked(bar, found.moment) for bar in figures.tiers],
        stages=list(Stage),
        form=form,
        aes=found.aes,
        teams=found.teams,
    )


@progress.get("/progress/<week:week>/accounts")
@needs(May.READ)
def accounts(week: Week) -> Answer:
    """The accounts behind one figure of the week."""
    form = Narrowing(request.args)
    found = _find(week, form)
    figure = FIGURES[form.figure.data or "all"]
    rows = [row for row in found.rows if figure.holds(row)]
    begin = form.after.data or 0
    return page(
        "progress/accounts.html",
        moment=found.moment,
        figure=figure,
        rows=rows[begin : begin + ROWS],
        total=len(rows),
        begin=begin,
        step=ROWS,
        form=form,
        aes=found.aes,
        teams=found.teams,
    )


@dataclass(frozen=True)
class Found:
    """A week, and its rows narrowed as the address asks; no facts where no list was in force."""

    moment: Moment
    facts: WeekOfList | None
    rows: list[AccountWeek]
    aes: dict[str, Colleague]

    @property
    def teams(self) -> list[str]:
        """The teams that have accounts on the list."""
        return sorted({row.team for row in self.facts.rows if row.team}) if self.facts else []


def _find(week: Week, form: Narrowing) -> Found:
    """Load the week; 404 for a filter that names nothing, or an AE whose figures the reader may not see."""
    if not form.validate():
        abort(404)
    quarter = organisation().quarter(form.quarter.data) if form.quarter.data else None
    moment = moment_of(organisation(), week, quarter)
    if moment is None:
        abort(404)
    facts = week_of_list(session(), organisation(), moment, programme().id)
    everything = facts.rows if facts else []
    aes = aes_shown_to(session(), me(), my_seat(), everything)
    if form.ae.data and form.ae.data not in aes:
        abort(404)
    ae_id = aes[form.ae.data].user_id if form.ae.data else None
    rows = select_rows(everything, tier=form.tier.data, ae_id=ae_id, team=form.team.data or None)
    return Found(moment, facts, rows, aes)


def _accounts_of(facts: WeekOfList, rows: Sequence[AccountWeek]) -> Sequence[int] | Select[int]:
    """The accounts looked at, as a query where that is the whole list: no statement names thousands."""
    return facts.account_ids if len(rows) == len(facts.rows) else [row.account_id for row in rows]


def _linked(bar: Bar, moment: Moment) -> Bar:
    """A bar of the chart whose parts lead to the accounts behind them."""
    kept: dict[str, Any] = {name: request.args.get(name) for name in ("ae", "team", "quarter")}
    to = partial(url_for, "progress.accounts", week=moment.week, tier=bar.key, **kept)
    return replace(bar, href=to(figure="all"), hrefs={key: to(figure=key) for key in bar.counts})
