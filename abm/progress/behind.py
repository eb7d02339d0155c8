"""The accounts behind each figure of a week. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from abm.accounts.deals import Source
from abm.people.seats import Side
from abm.progress.pipeline import Deal, DealState
from abm.progress.weekly import AccountWeek, Joint
from abm.stages.models import Stage

FURTHER: Final = frozenset(stage for stage in Stage if stage.rank >= Stage.ENGAGED.rank)


@dataclass(frozen=True)
class Figure:
    """A count of accounts out of all, and the accounts behind it by a name that an address can carry."""

    key: str
    label: str
    holds: Callable[[AccountWeek], bool]
    counts: Callable[[Deal], bool] | None = None  # which of their deals, where it is one of deals

    def deals(self, row: AccountWeek) -> list[Deal]:
        """The deals of an account that it counts."""
        return [deal for deal in row.deals if self.counts is not None and self.counts(deal)]

    def worth(self, row: AccountWeek) -> int | None:
        """What these are worth in minor units, as far as that is known; None where it is of none."""
        known = [deal.worth for deal in self.deals(row) if deal.worth is not None]
        return sum(known) if known else None


def _of_further(key: str, label: str, *, before: bool | None, now: bool | None) -> Figure:
    """Accounts that were, or are, at engaged or further; None leaves that out of account."""

    def holds(row: AccountWeek) -> bool:
        then, stands = row.stage_before in FURTHER, row.stage in FURTHER
        return before in {None, then} and now in {None, stands}

    return Figure(key, label, holds)


def _of_joint(joint: Joint) -> Figure:
    return Figure(joint.value, joint.label, lambda row: row.joint is joint)


def _of_stage(stage: Stage) -> Figure:
    return Figure(f"stage-{stage}", f"Stage now: {stage.label}", lambda row: row.stage is stage)


def _of_former_stage(stage: Stage) -> Figure:
    return Figure(f"was-{stage}", f"Stage a week ago: {stage.label}", lambda row: row.stage_before is stage)


def _of_move(before: Stage, now: Stage) -> Figure:
    said = f"From {before.label} to {now.label}" if before is not now else f"In {now.label} a week ago and now"
    return Figure(f"from-{before}-{now}", said, lambda row: (row.stage_before, row.stage) == (before, now))


def _of_deals(key: str, label: str, state: DealState | None, source: Source | None = None) -> Figure:
    """Accounts with a deal in a state, or new (None); of one source, or of any."""

    def counts(deal: Deal) -> bool:
        return (deal.new if state is None else deal.state is state) and source in {None, deal.source}

    return Figure(key, label, lambda row: any(map(counts, row.deals)), counts)


def _of_source(source: Source, state: DealState | None) -> Figure:
    said = state.value if state else "new"
    return _of_deals(f"{said}-{source}", f"With a deal from {source.label}: {said}", state, source)


_FIGURES = (
    *map(_of_joint, Joint),
    Figure("covered-marketing", "Touched by Marketing", lambda row: row.covered_by(Side.MARKETING)),
    Figure("covered-sales", "Touched by Sales", lambda row: row.covered_by(Side.SALES)),
    Figure("covered-both", "Touched by both sides", lambda row: row.covered_by_both),
    Figure("meetings-held", "Meeting held this week", lambda row: row.meetings_held > 0),
    Figure("moved-on", "Moved on since a week ago", lambda row: row.moved > 0),
    Figure("moved-back", "Moved back since a week ago", lambda row: row.moved < 0),
    _of_further("was-further", "Stood at engaged or further a week ago", before=True, now=None),
    _of_further("came-further", "Moved on to engaged or further", before=False, now=True),
    _of_further("fell-back", "Moved back from engaged or further", before=True, now=False),
    _of_further("further", "Stand at engaged or further now", before=None, now=True),
    Figure("buying-group", "Buying group: 2 or more people who responded", lambda row: row.has_buying_group),
    Figure("untouched", "Touched by neither side", lambda row: row.untouched),
    Figure("lacks-content", "Engaged or further, and no content in four weeks", lambda row: row.lacks_content),
    Figure("stalled", "Stalled", lambda row: row.stalled),
    _of_deals("open-deals", "With an open deal", DealState.OPEN),
    _of_deals("new-deals", "With a new deal", None),
    _of_deals("won-deals", "With a deal won this week", DealState.WON),
    _of_deals("lost-deals", "With a deal lost this week", DealState.LOST),
    *(_of_source(source, state) for source in Source for state in (*DealState, None)),
    *(_of_move(before, now) for before in Stage for now in Stage),
    Figure("two-views", "Seen differently by the two sides", lambda row: row.two_views),
    *map(_of_stage, Stage),
    *map(_of_former_stage, Stage),
    Figure("all", "On the list", lambda _row: True),
)
FIGURES = {figure.key: figure for figure in _FIGURES}
