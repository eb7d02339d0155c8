"""The actions of a review as its sheet of paper says them: of a closed one as they stood when it was closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from abm.rhythm.actions import Action
from abm.rhythm.minutes import Minutes


@dataclass(frozen=True)
class Line:
    """Who does what by when, and in a word how that stands."""

    what: str
    who: str
    due: date
    standing: str


def lines_of(
    minutes: Minutes | None,
    own: Sequence[Action],
    back: Sequence[Action],
    *,
    today: date,
    closed_at: datetime | None,
) -> list[Line]:
    """What was taken on, as the minutes have it once there are any; then what came back from earlier reviews.

    What happened to an action after its review was closed is not on it: a sheet taken later says the same.
    """
    taken = [(one.what, one.owner.name, one.due_on) for one in own] if minutes is None else minutes.actions
    lines = [
        Line(what, who, due, _standing(action, due, today, closed_at))
        for (what, who, due), action in zip(taken, own, strict=True)
    ]
    return lines + [
        Line(one.what, one.owner.name, one.due_on, _standing(one, one.due_on, today, closed_at)) for one in back
    ]


def _standing(action: Action, due: date, today: date, closed_at: datetime | None) -> str:
    if action.done_at is not None and (closed_at is None or action.done_at <= closed_at):
        return "dropped" if action.dropped else "done"
    return "late" if due < today else ""
