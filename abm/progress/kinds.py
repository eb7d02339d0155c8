"""Accounts of a week by what figures tell apart: counted once, for whatever is added up of them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from abm.definitions.stages import CoverageWanted
from abm.progress.weekly import AccountWeek, Joint, Kind
from abm.stages.models import Stage


@dataclass(frozen=True)
class Coverage:
    """How many accounts of a tier each side, and both, touched within the tier's window, against the share wanted."""

    tier: int
    accounts: int
    marketing: int
    sales: int
    both: int
    wanted_percent: int
    window: str


Kinds = Mapping[Kind, int]  # how many accounts there are of each


def kinds_of(rows: Iterable[AccountWeek]) -> Kinds:
    """How many accounts there are of each kind: whatever is counted of them is counted from these."""
    return Counter(row.kind for row in rows)


def count(kinds: Kinds, holds: Callable[[Kind], bool]) -> int:
    """How many accounts are of such a kind."""
    return sum(number for kind, number in kinds.items() if holds(kind))


def coverage_by_tier(kinds: Kinds, wanted_by_tier: Mapping[int, CoverageWanted]) -> list[Coverage]:
    """Coverage = accounts touched by that side in the window ÷ accounts on the list (practice.md)."""
    found = []
    for tier, wanted in wanted_by_tier.items():
        members = {kind: number for kind, number in kinds.items() if kind.tier == tier}
        found.append(
            Coverage(
                tier=tier,
                accounts=sum(members.values()),
                marketing=count(members, lambda kind: kind.by_marketing),
                sales=count(members, lambda kind: kind.by_sales),
                both=count(members, lambda kind: kind.by_marketing and kind.by_sales),
                wanted_percent=wanted.percent,
                window=wanted.window,
            )
        )
    return found


def joint_counts(kinds: Kinds) -> dict[str, int]:
    """How many accounts there are of each joint activity, every key present."""
    counted = dict.fromkeys((joint.value for joint in Joint), 0)
    for kind, number in kinds.items():
        counted[kind.joint.value] += number
    return counted


def stage_matrix(kinds: Kinds) -> dict[tuple[Stage, Stage], int]:
    """How many accounts went from one stage (a week ago) to another (now)."""
    counted: Counter[tuple[Stage, Stage]] = Counter()
    for kind, number in kinds.items():
        counted[kind.stage_before, kind.stage] += number
    return counted
