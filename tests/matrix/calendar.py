"""The expected answers of the calendar and of the feeds that are read from it."""

from __future__ import annotations

from tests.matrix.expectations import ANYBODY, CMO, EVERYONE, MARKETER, Case, case

PLANNERS = frozenset({CMO, MARKETER})

CALENDAR: dict[str, list[Case]] = {
    "desk.calendar": [
        case(EVERYONE),
        case(EVERYONE, sent={"view": "agenda", "tier": "1"}),
        case(EVERYONE, 404, sent={"week": "2026-w54"}),
        case(EVERYONE, 404, sent={"campaign": "never-heard-of"}),
    ],
    "desk.calendar_cell": [
        case(EVERYONE, shown="week", slug="account"),
        case(EVERYONE, shown="week", slug="archived account"),
    ],
    "desk.moving_play": [case(PLANNERS, public_id="play")],
    "desk.move": [case(PLANNERS, 422, public_id="play")],
    "desk.feeds": [case(EVERYONE)],
    "desk.make_feed": [case(EVERYONE, 303, kind="feed kind")],
    "desk.end_feed": [case(EVERYONE, 303, kind="feed kind")],
    "desk.feed": [case(ANYBODY, token="feed")],
}
