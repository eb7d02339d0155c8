"""What the agenda shows of a frozen week: what moved, what is stuck, which money is at risk, who sees it otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from abm.kit.charts import Measure
from abm.outbound.judging import Verdict
from abm.progress.comparing import Before
from abm.progress.figures import WeekFigures
from abm.progress.pipeline import Deal, DealState
from abm.progress.weekly import AccountWeek, Joint
from abm.stages.models import Stage

ON_THE_WAY: Final = (Stage.AWARE, Stage.ENGAGED, Stage.MQA, Stage.MEETING, Stage.OPPORTUNITY)
SHOWN: Final = 8  # rows of each list: the rest is behind its figure


@dataclass(frozen=True)
class DealAtRisk:
    """An open deal of an account where something says that it may be lost, and what."""

    row: AccountWeek
    deal: Deal
    why: Sequence[str]


@dataclass(frozen=True)
class AgendaFacts:
    """The lists of an agenda. Each names the accounts that matter most first: by tier, then by worth or name."""

    moved: Sequence[AccountWeek]
    stalled: Sequence[AccountWeek]
    untouched: Sequence[AccountWeek]
    past: Sequence[AccountWeek]
    at_risk: Sequence[DealAtRisk]
    top: Sequence[AccountWeek]
    two_views: Sequence[AccountWeek]
    lack_content: Sequence[AccountWeek] | None  # None where the snapshot does not say
    in_all_lack_content: int


def agenda_facts(rows: Sequence[AccountWeek]) -> AgendaFacts:
    """What a meeting of 45 minutes can look at."""
    listed = sorted(rows, key=lambda row: (row.tier, row.name))
    lack_content = [row for row in listed if row.lacks_content]
    says = any(row.content is not None for row in listed)
    moved = sorted((row for row in listed if row.moved), key=lambda row: (row.moved > 0, row.tier, row.name))
    return AgendaFacts(
        moved=moved[:SHOWN],
        stalled=[row for row in listed if row.stalled][:SHOWN],
        untouched=[row for row in listed if row.untouched][:SHOWN],
        past=[row for row in listed if row.joint is Joint.PAST and not row.untouched][:SHOWN],
        at_risk=deals_at_risk(rows)[:SHOWN],
        top=sorted((row for row in listed if row.tier == 1), key=lambda row: -open_worth(row))[:SHOWN],
        two_views=[row for row in listed if row.two_views][:SHOWN],
        lack_content=lack_content[:SHOWN] if says else None,
        in_all_lack_content=len(lack_content),
    )


def bottleneck(figures: WeekFigures, before: Mapping[str, Before], href: Callable[[Stage], str]) -> list[Measure]:
    """The median days in each stage that accounts stand in, over the range of those medians in the weeks before."""
    found = []
    for stage in ON_THE_WAY:
        days, range_ = figures.time_in_stage.get(stage), before.get(f"days {stage}")
        if days is not None:
            low, high = (range_.low, range_.high) if range_ else (None, None)
            found.append(Measure(stage.label, days.median, low, high, days.n, href(stage)))
    return found


@dataclass(frozen=True)
class Conversion:
    """How many of the accounts that stood in a stage a week ago moved on from it since."""

    stage: Stage
    moved_on: int
    stood: int


def conversions(matrix: Mapping[tuple[Stage, Stage], int]) -> list[Conversion]:
    """Of each stage on the way that anybody stood in, in their order."""
    found = []
    for stage in ON_THE_WAY:
        stood = sum(count for (was, _), count in matrix.items() if was is stage)
        moved = sum(count for (was, now), count in matrix.items() if was is stage and now.rank > stage.rank)
        if stood:
            found.append(Conversion(stage, moved, stood))
    return found


def open_worth(row: AccountWeek) -> int:
    """What its open deals are worth, in minor units of the reporting currency."""
    return sum(deal.worth or 0 for deal in row.deals if deal.state is DealState.OPEN)


def deals_at_risk(rows: Iterable[AccountWeek]) -> list[DealAtRisk]:
    """Open deals where a fact speaks against them, the largest first."""
    found = [
        DealAtRisk(row, deal, why)
        for row in rows
        if row.deals and (why := _doubts(row))
        for deal in row.deals
        if deal.state is DealState.OPEN
    ]
    return sorted(found, key=lambda one: (-(one.deal.worth or 0), one.row.name, one.deal.public_id))


def _doubts(row: AccountWeek) -> list[str]:
    """What speaks against the deals of an account."""
    doubts = []
    for side, verdict in row.verdicts.items():
        if verdict in {Verdict.AT_RISK, Verdict.BLOCKED}:
            doubts.append(f"{side.label}: {verdict}")
    if row.untouched:
        doubts.append("touched by neither side")
    elif row.joint is Joint.PAST:
        doubts.append("past its rhythm")
    if row.moved < 0:
        doubts.append(f"went back from {row.stage_before.label}")
    return doubts
