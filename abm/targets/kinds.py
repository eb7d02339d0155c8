"""The words of the target list: what an entry can be, what each side says of it, how rhythms are counted."""

from __future__ import annotations

import enum
from typing import Final

TIERS: Final = (1, 2, 3)


class Motion(enum.StrEnum):
    """What Sales wants of the account."""

    NEW = "new"
    EXPANSION = "expansion"
    WIN_BACK = "win back"

    @property
    def label(self) -> str:
        return {"new": "New business", "expansion": "Expansion", "win back": "Win back"}[self.value]


class Outcome(enum.StrEnum):
    """Whether a candidate is on the list."""

    CANDIDATE = "candidate"
    IN = "in"
    OUT = "out"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Priority(enum.StrEnum):
    """How much Sales wants an account."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Readiness(enum.StrEnum):
    """Marketing's word on whether an account can be reached."""

    READY = "ready"
    NEEDS_WORK = "needs work"
    CANNOT_ACTIVATE = "cannot activate"

    @property
    def label(self) -> str:
        """In words that do not shame."""
        return {"ready": "Ready", "needs work": "Needs more first", "cannot activate": "No route in yet"}[self.value]


class Period(enum.StrEnum):
    """What a rhythm is counted over. Months do not fit weeks, so there are none."""

    WEEK = "week"
    FOUR_WEEKS = "4 weeks"
    QUARTER = "quarter"


PERIOD_WEEKS: Final = {Period.WEEK: 1, Period.FOUR_WEEKS: 4, Period.QUARTER: 13}
