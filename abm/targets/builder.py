"""The table of the draft as pages and fragments show it: its rows, their open cells, the forms above them."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.kit.web import Answer, page, wants_fragment
from abm.people.access import May, may, me, who_may
from abm.people.current import organisation
from abm.people.saved_views import views_of
from abm.targets.addresses import Links, place_kept, tidy_address, wanted_here
from abm.targets.builder_forms import (
    AssessAllForm,
    AssessmentCellForm,
    CellForm,
    NominateAllForm,
    NominationCellForm,
    ViewForm,
)
from abm.targets.cells import Cell, standing
from abm.targets.entries import Entry
from abm.targets.forms import DecideForm
from abm.targets.grid import grid_page, grid_row
from abm.targets.loading import goes_on_with, rights_on
from abm.targets.models import TargetList
from abm.targets.narrowing import FILTERS
from abm.targets.queries import aes_to_choose
from abm.targets.words import words_owed

VIEWED = "target list"  # the page that saved views are of
VOICES = {"nomination": (NominationCellForm, May.NOMINATE), "assessment": (AssessmentCellForm, May.ASSESS)}


def grid_values(target_list: TargetList) -> dict[str, object]:
    """What the table, its filter and the forms above it show. Three queries."""
    wanted, after = wanted_here(target_list)
    rows = grid_page(session(), target_list.id, wanted, after=after)
    aes = aes_to_choose(session())
    return {
        "list": target_list,
        "rows": rows,
        "wanted": wanted,
        "filters": {name: getattr(wanted, name) for name in FILTERS if getattr(wanted, name)},
        "place": place_kept(),
        "aes": aes,
        "owes": next((side for side, _ in words_owed(me())), None),
        "views": views_of(session(), me(), VIEWED),
        "view": ViewForm(formdata=None),
        "decide": DecideForm(formdata=None, aes=aes),
        "nominate": NominateAllForm(formdata=None),
        "assess": AssessAllForm(formdata=None),
        **_of_rows(target_list),
    }


def grid_fragment(target_list: TargetList) -> Response:
    """The table alone, for a filter that changed; the browser shows an address without empty filters."""
    answer = make_response(render_template("targets/_grid.html", **grid_values(target_list)))
    tidy = tidy_address()
    if tidy is not None:
        answer.headers["HX-Push-Url"] = tidy
    return answer


def asks_for_grid() -> bool:
    """Whether htmx asks for the table alone."""
    return wants_fragment() and request.headers.get("HX-Target") == "grid"


def one_row(found: Entry, *, status: int = 200, focus: str = "", **values: object) -> Answer:
    """The row of an entry as the table shows it: with a cell open (`editing`), or focus on the cell left last."""
    row = grid_row(session(), found.id)
    return page("targets/_row.html", status, row=row, focus=focus, **_of_rows(found.target_list), **values)


def changed_row(found: Entry, cell: str, message: str) -> Answer:
    """After a write in the table: the row, and beside it the figures that the write moved."""
    target_list, row = found.target_list, grid_row(session(), found.id)
    return page(
        "targets/_row_changed.html",
        row=row,
        focus=cell,
        message=message,
        list=target_list,
        place=place_kept(),
        quarter=organisation().quarter(target_list.quarter),
        outlook=target_list.outlook(),
        my_seat=target_list.seat_of(me(), clock.now()),
        **_of_rows(target_list),
    )


def open_cell(found: Entry, cell: str) -> Answer:
    """The row with one cell open for whoever may say what it says."""
    if cell in VOICES:
        form_type, right = VOICES[cell]
        require_right(right)
        return one_row(found, editing=cell, form=form_type(formdata=None))
    require_right(May.EDIT_LIST)
    aes = aes_to_choose(session()) if cell == Cell.AE else []
    form = CellForm(formdata=None, cell=Cell(cell), aes=aes)
    form.seen.data = standing(found, Cell(cell))
    return one_row(found, editing=cell, form=form)


def require_right(right: May) -> None:
    """403, and who may, where the person signed in may not."""
    if not may(me(), right):
        raise Forbidden(f"Your role does not let you {right}.", may=who_may(right))


def _of_rows(target_list: TargetList) -> dict[str, Any]:
    """What every row needs beside its own facts, and what may be done with it. No query."""
    over = goes_on_with(target_list.quarter, clock.now())
    return {
        "over": over,
        "rights": rights_on(over),
        "links": Links.of(target_list),
        "today": organisation().today(),
        "roles_wanted": {policy.tier: policy.terms.roles_wanted for policy in target_list.policies},
    }
