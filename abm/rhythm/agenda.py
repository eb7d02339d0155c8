"""The points of a weekly review, in their order, and how long each is meant to take. Pure."""

from __future__ import annotations

import enum
from typing import Final


class Point(enum.StrEnum):
    """One point of the agenda. It ends with decisions and actions, or it was no meeting."""

    MOVED = "moved"
    STUCK = "stuck"
    PIPELINE = "pipeline"
    CAMPAIGNS = "campaigns"
    DECIDE = "decide"
    ACTIONS = "actions"

    @property
    def label(self) -> str:
        return _SAID[self][0]

    @property
    def minutes(self) -> int:
        """How long it is meant to take."""
        return _SAID[self][1]

    @property
    def number(self) -> int:
        """Its place on the agenda, from 1."""
        return list(Point).index(self) + 1

    @property
    def next(self) -> Point | None:
        """The point after it; None after the last."""
        points = list(Point)
        return points[self.number] if self.number < len(points) else None


_SAID: Final = {
    Point.MOVED: ("What moved", 5),
    Point.STUCK: ("What is stuck", 8),
    Point.PIPELINE: ("Pipeline, and where we see it differently", 10),
    Point.CAMPAIGNS: ("Campaigns in flight, and what we wait for", 7),
    Point.DECIDE: ("What we decide", 10),
    Point.ACTIONS: ("Last week's actions", 5),
}
WHOLE: Final = sum(point.minutes for point in Point)
