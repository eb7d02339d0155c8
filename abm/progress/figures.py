"""The figures of a week, added up from its rows for the page (practice.md has the formulas). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from abm.definitions.stages import CoverageWanted
from abm.people.seats import Side
from abm.progress.kinds import Coverage, Kinds, count, coverage_by_tier, joint_counts, kinds_of, stage_matrix
from abm.progress.pipeline import DealState, Pipeline, SourceLine, added_up, by_source
from abm.progress.weekly import AccountWeek, Joint, Promise
from abm.stages.models import Stage


@dataclass(frozen=True)
class Bar:
    """One row of the joint-activity chart: a tier or a team, and its accounts by joint activity.

    `href` leads to the row's accounts, `hrefs` to those of each part.
    """

    label: str
    key: str
    counts: dict[str, int]
    href: str | None = None
    hrefs: dict[str, str] | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class TimeInStage:
    """For how many days the accounts of a stage are in it: their median, and of how many accounts."""

    median: float
    n: int


@dataclass(frozen=True)
class WeekFigures:
    """Everything that the weekly page shows."""

    accounts: int
    joint: dict[str, int]
    takeaway: str
    tiers: list[Bar]
    teams: list[Bar]
    coverage: list[Coverage]
    covered_both: int
    meetings_held: int
    meetings_booked: int
    moved_on: int
    moved_back: int
    matrix: dict[tuple[Stage, Stage], int]
    promises: dict[Side, Promise]
    buying_groups: int
    untouched: int
    stalled: int
    time_in_stage: Mapping[Stage, TimeInStage]
    two_views: int
    sources: list[SourceLine]
    pipeline: Pipeline  # open at the end of the last day
    new_pipeline: Pipeline  # created in the week
    won: Pipeline  # in the week
    lost: Pipeline

    def stood(self, stage: Stage) -> int:
        """How many accounts were in a stage a week ago."""
        return sum(count for (before, _), count in self.matrix.items() if before is stage)

    def stand(self, stage: Stage) -> int:
        """How many accounts are in a stage now."""
        return sum(count for (_, now), count in self.matrix.items() if now is stage)


def figures_of(
    rows: Sequence[AccountWeek], promises: dict[Side, Promise], coverage: Mapping[int, CoverageWanted]
) -> WeekFigures:
    """Add the rows up. `coverage` is what is wanted of each tier."""
    kinds = kinds_of(rows)
    joint = joint_counts(kinds)
    deals = [deal for row in rows for deal in row.deals]
    return WeekFigures(
        accounts=len(rows),
        joint=joint,
        takeaway=takeaway(joint, len(rows)),
        tiers=[_bar(f"Tier {tier}", str(tier), _where(kinds, tier=tier)) for tier in (1, 2, 3)],
        teams=[
            _bar(team or "No team", team, _where(kinds, team=team)) for team in sorted({kind.team for kind in kinds})
        ],
        coverage=coverage_by_tier(kinds, coverage),
        covered_both=count(kinds, lambda kind: kind.by_marketing and kind.by_sales),
        meetings_held=sum(row.meetings_held for row in rows),
        meetings_booked=sum(row.meetings_booked for row in rows),
        moved_on=count(kinds, lambda kind: kind.moved > 0),
        moved_back=count(kinds, lambda kind: kind.moved < 0),
        matrix=stage_matrix(kinds),
        promises=promises,
        buying_groups=sum(row.has_buying_group for row in rows),
        stalled=sum(row.stalled for row in rows),
        time_in_stage=times_in_stages(rows),
        untouched=count(kinds, lambda kind: not (kind.by_marketing or kind.by_sales)),
        two_views=count(kinds, lambda kind: kind.two_views),
        sources=by_source(deals),
        pipeline=added_up(deal for deal in deals if deal.state is DealState.OPEN),
        new_pipeline=added_up(deal for deal in deals if deal.new),
        won=added_up(deal for deal in deals if deal.state is DealState.WON),
        lost=added_up(deal for deal in deals if deal.state is DealState.LOST),
    )


def headlines(figures: WeekFigures) -> dict[str, int]:
    """The figures of a week that are compared with other weeks, by a name that stays. Worth is in minor units."""
    return {
        "accounts": figures.accounts,
        **{f"joint {joint}": count for joint, count in figures.joint.items()},
        "covered both": figures.covered_both,
        "meetings held": figures.meetings_held,
        "meetings booked": figures.meetings_booked,
        "moved on": figures.moved_on,
        "moved back": figures.moved_back,
        "buying groups": figures.buying_groups,
        "untouched": figures.untouched,
        "stalled": figures.stalled,
        "two views": figures.two_views,
        "open deals": figures.pipeline.deals,
        "open worth": figures.pipeline.worth,
        "new deals": figures.new_pipeline.deals,
        "new worth": figures.new_pipeline.worth,
        **{f"promised {side}": promise.wanted for side, promise in figures.promises.items()},
        **{f"kept {side}": promise.done for side, promise in figures.promises.items()},
        **{f"due {side}": promise.expected for side, promise in figures.promises.items()},
        **{f"stage {stage}": figures.stand(stage) for stage in Stage},
        **{f"days {stage}": round(days.median) for stage, days in figures.time_in_stage.items()},
    }


def times_in_stages(rows: Iterable[AccountWeek]) -> dict[Stage, TimeInStage]:
    """Of each stage that accounts stand in which once came to it."""
    days: dict[Stage, list[int]] = defaultdict(list)
    for row in rows:
        if row.days is not None:
            days[row.stage].append(row.days)
    return {stage: TimeInStage(median(found), len(found)) for stage, found in days.items()}


def takeaway(joint: dict[str, int], accounts: int) -> str:
    """The chart's answer to "are we both working the list?", in one sentence."""
    if not accounts:
        return "No account is on this part of the list."
    both, past = joint[Joint.BOTH], joint[Joint.PAST]
    planned = joint[Joint.RESTING]
    return (
        f"Both sides worked {both} of {accounts} accounts this week; {planned} rested as planned "
        f"and {past} {'is' if past == 1 else 'are'} past their rhythm."
    )


def _where(kinds: Kinds, **chosen: object) -> Kinds:
    """Those of a tier, or of a team."""
    return {
        kind: number
        for kind, number in kinds.items()
        if all(getattr(kind, name) == value for name, value in chosen.items())
    }


def _bar(label: str, key: str, kinds: Kinds) -> Bar:
    return Bar(label, key, joint_counts(kinds))
