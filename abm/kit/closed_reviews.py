"""Triggers that keep a closed review as its minutes say."""

from __future__ import annotations

_CLOSED = "EXISTS (SELECT 1 FROM review r WHERE r.id = NEW.review_id AND r.closed_at IS NOT NULL)"
_NOTHING = "nothing is added to a review that is closed"
_BET_CHANGED = """(NEW.what <> OLD.what OR NEW.lever <> OLD.lever OR NEW.scope <> OLD.scope OR NEW.figure <> OLD.figure
    OR NEW.before <> OLD.before OR NEW.expected <> OLD.expected OR NEW.review_id <> OLD.review_id
    OR (OLD.dropped_at IS NULL) <> (NEW.dropped_at IS NULL))"""


def closed_review_rules() -> dict[str, tuple[str, str, str]]:
    """By name: what they watch, when they refuse, and what they say. What both make of a decision comes later."""
    return {
        "review__closed_for_good": ("UPDATE", "OLD.closed_at IS NOT NULL", "a closed review stays as its minutes say"),
        "review_note__not_after_closing": ("INSERT", _CLOSED, _NOTHING),
        "review_note__stays_after_closing": ("UPDATE", _CLOSED, _NOTHING),
        "decision__not_after_closing": ("INSERT", _CLOSED, _NOTHING),
        "decision__stays_after_closing": ("UPDATE", f"{_BET_CHANGED} AND {_CLOSED}", _NOTHING),
        "action__not_after_closing": ("INSERT", _CLOSED, _NOTHING),
    }
