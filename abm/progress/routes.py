"""The weekly view: the one page of figures that both sides trust, and the accounts behind each figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from abm.accounts.money import written_amount
from abm.campaigns.queries import names_of
from abm.kit.clock import Week
from abm.kit.db import session
from abm.kit.spreadsheet import Cell, Sheet, csv_file
from abm.kit.web import Answer, page
from abm.people.access import May, me, needs
from abm.people.current import my_seat, organisation, programme
from abm.people.seats import Side
from abm.progress.behind import FIGURES, Figure
from abm.progress.colleagues import Colleague, aes_shown_to
from abm.progress.comparing import Before, before, group_of
from abm.progress.figures import Bar, WeekFigures
from abm.progress.forms import Narrowing
from abm.progress.lately import shown_week, standing_lately
from abm.progress.moments import Moment, moment_of
from abm.progress.movement import movement
from abm.progress.reading import ShownWeek, corrected
from abm.progress.schedule import freezes_at
from abm.progress.weekly import AccountWeek, select_rows
from abm.stages.models import Stage

progress = Blueprint("progress", __name__)

ROWS = 50
NARROWED_BY = ("tier", "ae", "team", "segment", "campaign", "quarter")  # what every address behind a figure says again
HEADS = (
    *("Account", "Tier", "AE", "Team", "Joint activity", "Marketing touches", "Sales touches", "Meetings held"),
    *("Stage", "Stage a week ago", "Cause", "People who responded", "Segment", "Campaigns"),
)


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
    figures = found.facts.figures(found.rows)
    return page(
        "progress/week.html",
        moment=found.moment,
        facts=found.facts,
        figures=figures,
        tiers=[_linked(bar, found.moment) for bar in figures.tiers],
        stages=list(Stage),
        movement=movement(figures.matrix, _to(found.moment)),
        form=form,
        choices=found.choices,
        corrected=_corrected(found, figures, form),
        before=_before(found.moment, form),
        so_far=organisation().today() <= found.moment.quarter.last,
        freezes_at=freezes_at(organisation(), found.moment.last),
    )


@progress.get("/progress/<week:week>/accounts")
@needs(May.READ)
def accounts(week: Week) -> Answer:
    """The accounts behind one figure of the week."""
    form = Narrowing(request.args)
    found = _find(week, form)
    figure, rows = _behind(found, form)
    begin = form.after.data or 0
    return page(
        "progress/accounts.html",
        moment=found.moment,
        figure=figure,
        currency=found.currency,
        rows=rows[begin : begin + ROWS],
        total=len(rows),
        begin=begin,
        step=ROWS,
        form=form,
        choices=found.choices,
    )


@progress.get("/progress/<week:week>/accounts.csv")
@needs(May.READ)
def accounts_file(week: Week) -> Answer:
    """The same accounts as a file."""
    form = Narrowing(request.args)
    found = _find(week, form)
    figure, rows = _behind(found, form)
    heads = (*HEADS, "Deals", f"Worth, {found.currency}") if figure.counts else HEADS
    sheet = Sheet(
        figure.label,
        heads,
        [(*_cells(row, found.choices.campaigns), *_deals(figure, row, found.currency)) for row in rows],
    )
    headers = {"Content-Disposition": f'attachment; filename="{found.moment.week}-{figure.key}.csv"'}
    return Response(csv_file(sheet), content_type="text/csv; charset=utf-8", headers=headers)


def _cells(row: AccountWeek, campaigns: Mapping[str, str]) -> tuple[Cell, ...]:
    done = (row.side(side).this_week for side in (Side.MARKETING, Side.SALES))
    stages = row.stage.label, row.stage_before.label, row.cause
    worked = "; ".join(campaigns[slug] for slug in row.campaigns)
    whose = (row.name, row.tier, row.ae, row.team, row.joint.label)
    return (*whose, *done, row.meetings_held, *stages, row.people, row.segment, worked)


def _deals(figure: Figure, row: AccountWeek, currency: str) -> tuple[Cell, ...]:
    """The deals that a figure counts of an account, and what they are worth as far as that is known."""
    deals = figure.deals(row)
    worth = written_amount(figure.worth(row), currency)
    return ("; ".join(deal.name for deal in deals), worth) if figure.counts else ()


@dataclass(frozen=True)
class Choices:
    """What the accounts of a week may be narrowed to: what people read by what an address carries."""

    aes: Mapping[str, str]
    teams: Mapping[str, str]
    segments: Mapping[str, str]
    campaigns: Mapping[str, str]


@dataclass(frozen=True)
class Found:
    """A week, and its rows narrowed as the address asks; no facts where no list was in force."""

    moment: Moment
    facts: ShownWeek | None
    rows: list[AccountWeek]
    choices: Choices

    @property
    def currency(self) -> str:
        """In which worths are."""
        return self.facts.currency if self.facts else organisation().currency


def _find(week: Week, form: Narrowing) -> Found:
    """Load the week; 404 for a filter that names nothing, or an AE whose figures the reader may not see."""
    if not form.validate():
        abort(404)
    quarter = organisation().quarter(form.quarter.data) if form.quarter.data else None
    moment = moment_of(organisation(), week, quarter)
    if moment is None:
        abort(404)
    facts = shown_week(session(), organisation(), moment, programme().id)
    everything = facts.rows if facts else []
    aes = aes_shown_to(session(), me(), my_seat(), everything)
    if form.ae.data and form.ae.data not in aes:
        abort(404)
    return Found(moment, facts, _narrowed(everything, form), _choices(everything, aes))


def _choices(rows: Sequence[AccountWeek], aes: Mapping[str, Colleague]) -> Choices:
    return Choices(
        aes={public_id: ae.name for public_id, ae in aes.items()},
        teams=_named(row.team for row in rows),
        segments=_named(row.segment for row in rows),
        campaigns=names_of(session(), {slug for row in rows for slug in row.campaigns}),
    )


def _named(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in sorted({*names} - {""})}


def _behind(found: Found, form: Narrowing) -> tuple[Figure, list[AccountWeek]]:
    """The figure that the address names, and the accounts that it counts."""
    figure = FIGURES[form.figure.data or "all"]
    return figure, [row for row in found.rows if figure.holds(row)]


def _before(moment: Moment, form: Narrowing) -> dict[str, Before]:
    """The headlines of the weeks before, for the same choice of accounts."""
    group = group_of(**form.chosen)
    return {} if group is None else before(session(), organisation(), moment, programme().id, group=group)


def _narrowed(rows: Sequence[AccountWeek], form: Narrowing) -> list[AccountWeek]:
    return select_rows(rows, **form.chosen)


def _corrected(found: Found, figures: WeekFigures, form: Narrowing) -> Mapping[str, int]:
    """The figures of a frozen week that stand otherwise today; none of a week that is not frozen."""
    if found.facts is None or found.facts.frozen is None:
        return {}
    standing = standing_lately(session(), organisation(), found.moment, programme().id)
    return {} if standing is None else corrected(figures, standing.figures(_narrowed(standing.rows, form)))


def _linked(bar: Bar, moment: Moment) -> Bar:
    """A bar of the chart whose parts lead to the accounts behind them."""
    to = _to(moment, tier=bar.key)
    return replace(bar, href=to("all"), hrefs={key: to(key) for key in bar.counts})


def _to(moment: Moment, **narrower: str) -> Callable[[str], str]:
    """What leads to the accounts behind a figure of this week, narrowed as the page is."""
    kept: dict[str, Any] = {name: request.args.get(name) for name in NARROWED_BY} | narrower
    return lambda figure: url_for("progress.accounts", week=moment.week, figure=figure, **kept)
