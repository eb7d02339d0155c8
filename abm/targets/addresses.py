"""The way back to the draft as it was left: its filter, its page, and the row that somebody was on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from abm.kit import clock
from abm.people.access import me
from abm.people.current import organisation
from abm.targets.forms import Filters, Narrowing
from abm.targets.models import TargetList
from abm.targets.narrowing import FILTERS, Narrowed

PLACE = (*FILTERS, "after")  # what of an address says where in the draft somebody is
ANY_ID = "0" * 16


def place_kept() -> dict[str, str]:
    """Filter and page of the address that was asked for; nothing else of it, and nothing that is empty."""
    return {name: value for name in PLACE if (value := request.args.get(name, ""))}


def back_to(target_list: TargetList, row: str = "") -> str:
    """The draft with the filter and on the page of this address, at a row."""
    anchor = f"entry-{row}" if row else None
    return url_for("targets.show", **{**target_list.address, **place_kept()}, _anchor=anchor)


def wanted_of(target_list: TargetList, form: Filters) -> Narrowed:
    """What a form narrows the draft to, for the person signed in; nothing where the form makes no sense."""
    quarter = organisation().quarter(target_list.quarter)
    begins, over = organisation().start_of(quarter.first), organisation().end_of(quarter.last)
    now = clock.now()
    at = begins if now < begins else now if now < over else organisation().start_of(quarter.last)
    return replace(form.narrowed, me=me(), at=at)


def wanted_here(target_list: TargetList) -> tuple[Narrowed, str]:
    """What the address narrows the draft to, and the row that its page begins after."""
    form = Narrowing(request.args)
    if not form.validate():
        form = Narrowing(MultiDict())
    return wanted_of(target_list, form), form.after.data or ""


def tidy_address() -> str | None:
    """This address without filters that narrow nothing; None where it has none of them."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if value]
    if len(kept) == len(list(request.args.items(multi=True))):
        return None
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


@dataclass(frozen=True)
class Links:
    """The addresses of a page's rows, each put together from one pattern."""

    entry: str
    cell: str

    @classmethod
    def of(cls, target_list: TargetList) -> Links:
        where: dict[str, Any] = {**target_list.address, **place_kept(), "public_id": ANY_ID}
        return cls(url_for("targets.entry", **where), url_for("targets.cell", cell="tier", **where))

    def to_entry(self, public_id: str) -> str:
        return self.entry.replace(ANY_ID, public_id, 1)

    def to_cell(self, public_id: str, cell: str) -> str:
        return self.cell.replace(ANY_ID, public_id, 1).replace("/cells/tier", f"/cells/{cell}", 1)

    def closed(self, public_id: str, cell: str) -> str:
        return self.cell.replace(ANY_ID, public_id, 1).replace("/cells/tier", f"/cells/{cell}/closed", 1)

    def to_voice(self, public_id: str, word: str) -> str:
        """Where a nomination or an assessment of an entry goes."""
        return self.entry.replace(ANY_ID, f"{public_id}/{word}s", 1)
