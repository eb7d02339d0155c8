"""The same tables on paper: few columns, in the words of the pages, and nothing that only machines read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from abm.kit import clock
from abm.kit.spreadsheet import Cell, Sheet
from abm.targets.as_of import AsOf, Member
from abm.targets.content import Row
from abm.targets.diff import Difference
from abm.targets.grid import GridRow
from abm.targets.reasons import Reason

HEADS = ("Account", "Tier", "AE", "Motion")


def of_list(rows: Iterable[Row]) -> Sheet:
    """Accounts as they are signed."""
    return Sheet("Accounts", HEADS, ((_named(one.name, one), one.tier, one.ae_name, one.motion.label) for one in rows))


def of_members(found: AsOf, zone: str) -> Sheet:
    """Accounts that were on the list on a day."""
    rows = (
        (
            *(_named(one.name, one), one.tier, one.ae_name, one.motion.label),
            *(clock.day_of(one.since, zone), found.came_with(one)),
        )
        for one in found.rows
    )
    return Sheet("Accounts", (*HEADS, "Since", "Came with"), rows)


def of_draft(rows: Iterable[GridRow]) -> Sheet:
    """Entries of the draft, each side's last word in one cell."""

    def written(one: GridRow) -> tuple[Cell, ...]:
        sales = _said(one.priority.label, one.nominated_why, one.nominated_by) if one.priority else "Sales next"
        marketing = _said(one.readiness.label, one.assessed_why, one.assessed_by) if one.readiness else "Marketing next"
        outcome = _said(one.outcome.label, one.reason, None)
        return _named(one.account, one), one.tier, one.ae_name, one.motion.label, outcome, sales, marketing

    return Sheet("Entries", (*HEADS, "Outcome", "Nominated", "Assessed"), map(written, rows))


def of_changes(found: Difference, known: Mapping[str, Reason]) -> Sheet:
    """Accounts that differ, as the page has them."""
    nothing = Reason("", "", "", None, 0)
    rows = (
        (
            *(change.row.name, change.words, ", ".join(change.parts)),
            *((about := known.get(change.row.account, nothing)).why, about.who if about.why else None),
        )
        for change in found.changes
    )
    return Sheet("Changes", ("Account", "Change", "What", "Why", "By whom"), rows)


def _named(name: str, one: Row | Member | GridRow) -> str:
    return f"{name}, with the companies below it" if one.with_children else name


def _said(words: str, why: str | None, who: str | None) -> str:
    more = f"{why} ({who})" if why and who else why or who
    return f"{words}: {more}" if more else words
