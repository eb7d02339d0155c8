"""What to scale and what to retire: campaigns in the order of what they brought beyond what would have come anyway.

Never by clicks, leads or forms: what counts is meetings held and deals, against the accounts left out. Pure.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from abm.results.proportions import Lift, Verdict

COUNTED: Final = ("won", "opened", "met")  # the furthest first; a response alone is no result


class Standing(enum.StrEnum):
    """What the figures of a campaign speak for, in the order in which a page shows it."""

    SCALE = "scale"
    LOOK_AGAIN = "look again"
    TOO_EARLY = "too early"
    RETIRE = "retire"

    @property
    def label(self) -> str:
        return _SAID[self][0]

    @property
    def why(self) -> str:
        return _SAID[self][1]


_SAID: Final = {
    Standing.SCALE: ("Scale", "Brought more meetings or deals than would have come anyway, beyond chance."),
    Standing.LOOK_AGAIN: (
        "Look again",
        "No difference is shown, or meetings and deals contradict each other.",
    ),
    Standing.TOO_EARLY: ("Too early to tell", "Fewer than 30 accounts on one side, or nobody to compare with."),
    Standing.RETIRE: ("Retire", "Brought fewer meetings or deals than would have come anyway, beyond chance."),
}


def standing_of(lifts: Mapping[str, Lift]) -> Standing:
    """What the lifts of a campaign's measures, by their keys, speak for."""
    verdicts = {lifts[key].verdict for key in COUNTED if key in lifts}
    if verdicts <= {Verdict.TOO_EARLY}:
        return Standing.TOO_EARLY
    if Verdict.MORE in verdicts and Verdict.LESS not in verdicts:
        return Standing.SCALE
    if Verdict.LESS in verdicts and Verdict.MORE not in verdicts:
        return Standing.RETIRE
    return Standing.LOOK_AGAIN


@dataclass(frozen=True)
class Ranked:
    """A campaign's place: what its figures speak for, and by how much it led in what counts."""

    name: str
    slug: str
    standing: Standing
    lifts: Mapping[str, Lift]

    @property
    def lead(self) -> tuple[float, ...]:
        """The lower ends of its intervals in what counts, the furthest first; -1 where nothing can be said."""
        return tuple(self._low(key) for key in COUNTED)

    def _low(self, key: str) -> float:
        lift = self.lifts.get(key)
        if lift is None or lift.verdict is Verdict.TOO_EARLY or lift.interval is None:
            return -1.0
        return lift.interval.low


def in_order(campaigns: Iterable[Ranked]) -> Sequence[Ranked]:
    """What to scale first and what to retire last; within that by what is sure of the lead, then by name."""
    order = list(Standing)
    return sorted(
        campaigns, key=lambda one: (order.index(one.standing), tuple(-low for low in one.lead), one.name.casefold())
    )
