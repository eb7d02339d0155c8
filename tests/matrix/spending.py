"""The expected answers of the ledger of marketing spend."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from abm.kit import clock
from abm.spend.models import SpendBasis, SpendFacts, SpendKind, enter_spend
from tests.cast import Cast
from tests.matrix.expectations import CMO, EVERYONE, MARKETER, REVOPS, Case, case

KEEPING = frozenset({CMO, MARKETER, REVOPS})
LINE: Any = {"public_id": "spend line"}

SPENDING: dict[str, list[Case]] = {
    "spend.index": [case(EVERYONE)],
    "spend.export": [case(EVERYONE)],
    "spend.new": [case(KEEPING)],
    "spend.enter": [case(KEEPING, 422)],
    "spend.of_campaign": [case(EVERYONE, slug="campaign")],
    "results.index": [case(EVERYONE)],
    "results.of_campaign": [case(EVERYONE, slug="campaign")],
    "results.accounts_file": [case(EVERYONE, 404, slug="campaign")],  # it has not begun
    "spend.line": [case(EVERYONE, **LINE)],
    "spend.edit": [case(KEEPING, **LINE)],
    "spend.correct": [case(KEEPING, 422, **LINE)],
    "spend.void": [case(KEEPING, 422, **LINE), case(KEEPING, 303, sent={"reason": "Twice"}, **LINE)],
    "spend.new_file": [case(KEEPING)],
    "spend.bring_file": [case(KEEPING, 422)],
}


def spent_on(session: Session, cast: Cast) -> dict[str, str]:
    """One line of the ledger."""
    today = clock.now().date()
    facts = SpendFacts(SpendKind.TOOL, SpendBasis.ACTUAL, "Intent data", today, today, 120_000, "EUR")
    return {"spend line": enter_spend(session, facts, by=cast.priya, at=clock.now()).public_id}
