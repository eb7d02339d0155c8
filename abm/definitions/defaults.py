"""What figures mean until both seats have signed a definition: the defaults of practice, labelled as such.

Sources are named beside each figure; D marks this product's own judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NOT_YET_AGREED: Final = "default, not yet agreed"


@dataclass(frozen=True)
class StageDefinition:
    """When an account counts as aware, engaged or marketing-qualified (Demandbase, RollWorks, Engagio)."""

    window_days: int = 90
    aware_engagements: int = 1
    engaged_minutes: int = 10
    mqa_minutes: int = 100
    mqa_people: int = 2


@dataclass(frozen=True)
class CoverageWanted:
    """The share of a tier, in percent, that each side touches within so many weeks (D)."""

    percent: int
    weeks: int

    @property
    def window(self) -> str:
        return "this week" if self.weeks == 1 else f"in {self.weeks} weeks"


STAGES: Final = StageDefinition()
COVERAGE: Final = {1: CoverageWanted(100, 1), 2: CoverageWanted(90, 4), 3: CoverageWanted(80, 13)}
