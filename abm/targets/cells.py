"""One cell of the draft: tier, AE or outcome, decided where it stands. Two who change the same cell get a conflict."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from abm.kit.rules import Conflict
from abm.kit.text import paragraphs
from abm.people.models import User
from abm.targets.entries import Entry
from abm.targets.kinds import Outcome


class Cell(enum.StrEnum):
    """What of an entry is decided in the table."""

    TIER = "tier"
    AE = "ae"
    OUTCOME = "outcome"


@dataclass(frozen=True)
class Wanted:
    """What somebody decides in one cell; only what the cell is about counts."""

    tier: int | None = None
    ae: User | None = None
    outcome: Outcome = Outcome.CANDIDATE
    reason: str = ""


def standing(entry: Entry, cell: Cell) -> str:
    """What a cell says, as a form carries it: tells whether this very cell was changed since it was shown."""
    return _said(cell, Wanted(entry.tier, entry.ae, entry.outcome, entry.reason))


def decide_cell(entry: Entry, cell: Cell, wanted: Wanted, *, seen: str, by: User, at: datetime) -> None:
    """Decide one cell; the others stay as they stand by now, whoever changed them.

    `seen` is what the cell said on the page. Raises Conflict where somebody else has changed it to something else
    since; that somebody changed another cell is none.
    """
    stands, said = standing(entry, cell), _said(cell, wanted)
    if stands not in (seen, said):
        message = f"Someone else changed this while you were deciding. {entry.account.name} is as they left it."
        raise Conflict(message, theirs=stands, yours=said)
    decides = cell is Cell.OUTCOME
    entry.place(
        tier=wanted.tier if cell is Cell.TIER else entry.tier,
        ae=wanted.ae if cell is Cell.AE else entry.ae,
        outcome=wanted.outcome if decides else entry.outcome,
        reason=_reason(entry, wanted) if decides else entry.reason,
        by=by,
        at=at,
    )


def _reason(entry: Entry, wanted: Wanted) -> str:
    """Why an entry is out; what comes in again no longer says why it was out."""
    if wanted.outcome is Outcome.OUT:
        return wanted.reason
    return "" if entry.outcome is Outcome.OUT else entry.reason


def _said(cell: Cell, wanted: Wanted) -> str:
    if cell is Cell.TIER:
        return str(wanted.tier or "")
    if cell is Cell.AE:
        return wanted.ae.public_id if wanted.ae else ""
    out = wanted.outcome is Outcome.OUT
    return f"{wanted.outcome}: {paragraphs(wanted.reason)}" if out else str(wanted.outcome)
