"""Triggers that keep a closed review as its minutes say."""

from __future__ import annotations

from typing import Final

# By table, what never changes of it, whether its review is open or closed; and no row of it is ever deleted.
REVIEWED: Final = {
    "review": ("public_id", "programme_id", "snapshot_id", "opened_by_id", "opened_at"),
    "review_note": ("review_id", "point"),
    "decision": (
        *("public_id", "review_id", "what", "lever", "scope", "figure", "before", "expected", "days"),
        *("made_by_id", "made_at"),
    ),
    "action": ("public_id", "review_id", "programme_id", "what", "made_by_id", "made_at"),
}

_CLOSED = "EXISTS (SELECT 1 FROM review r WHERE r.id = NEW.review_id AND r.closed_at IS NOT NULL)"
_NOTHING = "nothing is added to a review that is closed"
_STAYS = "the accounts of a decision stay once its review is closed"
_DROPPED = "((OLD.dropped_at IS NULL) <> (NEW.dropped_at IS NULL) OR OLD.dropped_at <> NEW.dropped_at)"
_DECIDED = """EXISTS (
    SELECT 1 FROM decision d JOIN review r ON r.id = d.review_id
    WHERE d.id IN ({ids}) AND r.closed_at IS NOT NULL)"""


def closed_review_rules() -> dict[str, tuple[str, str, str]]:
    """By name: what they watch, when they refuse, and what they say. What both make of a decision comes later."""
    old, new = "OLD.decision_id", "NEW.decision_id"
    return {
        "review__closed_for_good": ("UPDATE", "OLD.closed_at IS NOT NULL", "a closed review stays as its minutes say"),
        "review_note__not_after_closing": ("INSERT", _CLOSED, _NOTHING),
        "review_note__stays_after_closing": ("UPDATE", _CLOSED, _NOTHING),
        "decision__not_after_closing": ("INSERT", _CLOSED, _NOTHING),
        "decision__stays_after_closing": ("UPDATE", f"{_DROPPED} AND {_CLOSED}", _NOTHING),
        "decision_account__not_after_closing": ("INSERT", _DECIDED.format(ids=new), _STAYS),
        "decision_account__stays_after_closing": ("UPDATE", _DECIDED.format(ids=f"{old}, {new}"), _STAYS),
        "decision_account__kept_after_closing": ("DELETE", _DECIDED.format(ids=old), _STAYS),
        "action__not_after_closing": ("INSERT", _CLOSED, _NOTHING),
    }
