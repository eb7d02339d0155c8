"""What the page of a roll-over says of all of it: how much is suggested, decided, and how full the tiers would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from abm.targets.kinds import TIERS, Outcome
from abm.targets.rollover import Kind
from abm.targets.rollover_facts import Candidate


@dataclass(frozen=True)
class Filling:
    """How many accounts of the list before a tier would hold, of how many at most."""

    tier: int
    accounts: int
    most: int

    @property
    def over(self) -> int:
        return max(0, self.accounts - self.most)


@dataclass(frozen=True)
class Summary:
    """Over every account of the list before."""

    accounts: int
    suggested: Mapping[Kind, int]
    decided: int
    tiers: Sequence[Filling]

    @property
    def open(self) -> int:
        return self.accounts - self.decided


def summary_of(rows: Sequence[Candidate], most: Mapping[int, int]) -> Summary:
    """`tiers`: with what was decided, and the suggestion where nobody has."""
    suggested = Counter(row.suggestion.kind for row in rows)
    filled = Counter(_tier(row) for row in rows)
    return Summary(
        accounts=len(rows),
        suggested={kind: suggested[kind] for kind in Kind},
        decided=sum(row.decided is not None for row in rows),
        tiers=[Filling(tier, filled[tier], most[tier]) for tier in TIERS],
    )


def _tier(row: Candidate) -> int | None:
    if row.decided is None:
        return row.suggestion.tier
    return row.decided.tier if row.decided.outcome is Outcome.IN else None
