"""What a list asks of each person a week, beside what that person did in the last eight weeks (domain §5). Pure.

`weighing` computes it; here stand the figures, when they are too far apart, and the words for them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from abm.people.seats import Side
from abm.targets.capacity import Accepted, covering
from abm.targets.work import WEEKS_BACK, WORKING_DAYS

# D: a tenth is what weeks differ by anyhow, and less than one contact a week nobody feels.
TOLERATED: Final = Fraction(1, 10)
TOLERATED_TOUCHES: Final = 1
LEAST_WEEKS: Final = 4
TOGETHER: Final = "together"  # stands for a person where no marketer is named
NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
UNITS: Final = {Side.SALES: "touch", Side.MARKETING: "play"}
UNITS_MANY: Final = {Side.SALES: "touches", Side.MARKETING: "plays"}


@dataclass(frozen=True)
class Done:
    """The median of a person's weeks, over how many, and how many were left out; None: not enough to compare with."""

    median: Fraction | None
    left_out: int = 0

    @property
    def words(self) -> str:
        """`median 26 over eight weeks (two with absence left out)`."""
        if self.median is None and self.left_out > WEEKS_BACK - LEAST_WEEKS:
            return f"away in {NUMBERS[self.left_out]} of the last eight weeks, too many to compare with"
        if self.median is None:
            return "no eight weeks yet"
        left_out = f" ({NUMBERS[self.left_out]} with absence left out)" if self.left_out else ""
        return f"median {said(self.median)} over eight weeks{left_out}"


@dataclass(frozen=True)
class Part:
    """What a tier asks of a person: so many accounts, each for so much a week."""

    accounts: Fraction = Fraction(0)
    rate: Fraction = Fraction(0)


@dataclass(frozen=True)
class Asked:
    """What is asked of one person, or of Marketing together, in the days that are left of the quarter."""

    side: Side
    who: str  # public id, or TOGETHER
    name: str
    team: str
    sells: bool
    parts: Mapping[int, Part]  # by tier
    campaigns: Fraction  # touches for campaigns in those days
    days: int  # working days that are left
    present: int  # of them, those on which the person is there
    done: Done
    accepted: Mapping[Side, Accepted] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """The name under which a seat accepts it."""
        return f"asked:{self.side}:{self.who}"

    @property
    def touches(self) -> Fraction:
        """All that is asked for until the quarter's end."""
        weekly = sum((part.accounts * part.rate for part in self.parts.values()), Fraction(0))
        return weekly * Fraction(self.days, WORKING_DAYS) + self.campaigns

    @property
    def absent(self) -> int:
        """How many of the working days that are left the person is away."""
        return self.days - self.present

    @property
    def per_week(self) -> Fraction:
        """In each week that the person is there; all of it at once for somebody who is not there any more."""
        return self.touches * Fraction(WORKING_DAYS, self.present) if self.present else self.touches

    @property
    def for_campaigns(self) -> Fraction:
        """How much of a week that is."""
        return self.campaigns / self.touches * self.per_week if self.touches else Fraction(0)

    @property
    def figure(self) -> int:
        """The figure that is shown, and accepted."""
        return whole(self.per_week)

    @property
    def most(self) -> int:
        """What the figure is held against."""
        return math.floor(self.done.median or 0)

    @property
    def over(self) -> bool:
        """Whether it asks for more than the person did of late, by more than is tolerated."""
        if self.days and not self.present:
            return self.touches > 0
        if self.done.median is None:
            return False
        excess = self.per_week - self.done.median
        return excess >= TOLERATED_TOUCHES and excess > TOLERATED * self.done.median

    @property
    def stops(self) -> bool:
        """Whether the list cannot be proposed because of this: until both seats have accepted it."""
        return self.over and bool(self.awaited)

    @property
    def awaited(self) -> list[Side]:
        """The sides that have not accepted this figure."""
        return [side for side in Side if side not in self.accepted]

    @property
    def room(self) -> int:
        """How much more a week would still be what the person did of late."""
        if self.done.median is None or not self.present:
            return 0
        return max(0, math.floor(self.done.median - self.per_week))

    @property
    def sentence(self) -> str:
        """`asks Elif Demir for 41 touches a week; median 26 over eight weeks (two with absence left out)`."""
        units = UNITS[self.side] if self.figure == 1 else UNITS_MANY[self.side]
        if self.days and not self.present:
            return f"asks {self.name}, who is away for the rest of the quarter, for {self.figure} {units}"
        return f"asks {self.name} for {self.figure} {units} a week; {self.done.words}"

    def why_not(self, side: Side) -> str:
        """Why a seat cannot accept it now; nothing where it can. Each seat speaks for itself."""
        if not self.over:
            return "This fits by now: there is nothing to accept."
        if side in self.accepted:
            return f"That it {self.sentence} is accepted for {side.label} already."
        return ""

    def fewer(self) -> tuple[int, int] | None:
        """How many accounts fewer, and of which tier, would close the gap: of the one that asks most for each."""
        if not self.present or self.done.median is None:
            return None
        for tier, part in sorted(self.parts.items(), key=lambda one: -one[1].rate):
            each = part.rate * Fraction(self.days, self.present)
            needed = math.ceil((self.per_week - self.done.median) / each) if each else 0
            if 0 < needed <= part.accounts:
                return needed, tier
        return None


@dataclass(frozen=True)
class Workload:
    """What a list asks of everybody: those of whom it asks too much first, then by name."""

    asked: Sequence[Asked]

    @property
    def gaps(self) -> list[Asked]:
        return [one for one in self.asked if one.over]

    @property
    def stopping(self) -> list[Asked]:
        return [one for one in self.asked if one.stops]

    def roomy(self, side: Side) -> list[Asked]:
        """Who has room, most first. Accounts are handed to AEs, and plays to whoever does them already."""
        able = [one for one in self.asked if one.side is side and one.room and (one.sells or side is Side.MARKETING)]
        return sorted(able, key=lambda one: (-one.room, one.name, one.who))

    def with_words(self, words: Iterable[Accepted]) -> Workload:
        """The same, with what the seats accepted."""
        known = list(words)
        accepted = (
            {side: word for side in Side if (word := covering(known, one.what, one.figure, side))} for one in self.asked
        )
        return Workload([replace(one, accepted=by_side) for one, by_side in zip(self.asked, accepted, strict=True)])


def whole(figure: Fraction) -> int:
    """The nearest whole figure, a half upwards."""
    return math.floor(figure + Fraction(1, 2))


def said(figure: Fraction) -> str:
    """A median in words of figures: whole, or with its half."""
    return str(figure.numerator) if figure.denominator == 1 else f"{float(figure):.1f}"
