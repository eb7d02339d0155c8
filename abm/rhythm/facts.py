"""What the agenda shows of a frozen week: what moved, what is stuck, which money is at risk, who sees it otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from abm.kit.charts import Step
from abm.outbound.judging import Verdict
from abm.progress.pipeline import Deal, DealState
from abm.progress.weekly import AccountWeek, Joint
from abm.stages.models import Stage

SHOWN: Final = 8  # rows of each list: the rest is behind its figure
LATE: Final = Stage.ENGAGED  # from here on an account counts as under way


@dataclass(frozen=True)
class DealAtRisk:
    """An open deal of an account where something says that it may be lost, and what."""

    row: AccountWeek
    deal: Deal
    why: Sequence[str]


@dataclass(frozen=True)
class AgendaFacts:
    """The lists of an agenda. Each names the accounts that matter most first: by tier, then by worth or name."""

    steps: Sequence[Step]
    moved: Sequence[AccountWeek]
    untouched: Sequence[AccountWeek]
    past: Sequence[AccountWeek]
    at_risk: Sequence[DealAtRisk]
    top: Sequence[AccountWeek]
    two_views: Sequence[AccountWeek]


def agenda_facts(rows: Sequence[AccountWeek]) -> AgendaFacts:
    """What a meeting of 45 minutes can look at."""
    listed = sorted(rows, key=lambda row: (row.tier, row.name))
    moved = sorted((row for row in listed if row.moved), key=lambda row: (row.moved > 0, row.tier, row.name))
    return AgendaFacts(
        steps=steps_of(rows),
        moved=moved[:SHOWN],
        untouched=[row for row in listed if row.untouched][:SHOWN],
        past=[row for row in listed if row.joint is Joint.PAST and not row.untouched][:SHOWN],
        at_risk=deals_at_risk(rows)[:SHOWN],
        top=sorted((row for row in listed if row.tier == 1), key=lambda row: -open_worth(row))[:SHOWN],
        two_views=[row for row in listed if row.two_views][:SHOWN],
    )


def steps_of(rows: Iterable[AccountWeek]) -> list[Step]:
    """Accounts under way (engaged or further): a week ago, those that came to it and fell back from it, now."""
    listed = list(rows)
    before = sum(_under_way(row.stage_before) for row in listed)
    came = sum(_under_way(row.stage) and not _under_way(row.stage_before) for row in listed)
    fell = sum(_under_way(row.stage_before) and not _under_way(row.stage) for row in listed)
    return [
        Step("A week ago", before, total=True),
        Step("Came under way", came),
        Step("Fell back", -fell),
        Step("Now", before + came - fell, total=True),
    ]


def _under_way(stage: Stage) -> bool:
    return stage.rank >= LATE.rank


def open_worth(row: AccountWeek) -> int:
    """What its open deals are worth, in minor units of the reporting currency."""
    return sum(deal.worth or 0 for deal in row.deals if deal.state is DealState.OPEN)


def deals_at_risk(rows: Iterable[AccountWeek]) -> list[DealAtRisk]:
    """Open deals where a fact speaks against them, the largest first."""
    found = [
        DealAtRisk(row, deal, why)
        for row in rows
        if (why := _doubts(row))
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
