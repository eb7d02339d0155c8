"""How a quarter went: what the list and its campaigns promised, what was done, and what came of it. Pure.

An account counts while it was on the list: each day for what held at its end, and under the tier and the team that it
had last. What the tier policy asks for is per week (`weighing.rate`), so that a share of a week asks for its share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final

from abm.accounts.models import Sum
from abm.outbound.clocks import planned
from abm.people.seats import Side
from abm.targets.kinds import TIERS
from abm.targets.policies import Terms
from abm.targets.weighing import rate
from abm.targets.workload import whole

NO_TEAM: Final = "No team"


@dataclass(frozen=True)
class Stay:
    """Days that an account was on the list, and the terms of its tier on them."""

    first: date
    last: date
    terms: Terms

    @property
    def days(self) -> int:
        return max(0, (self.last - self.first).days + 1)


@dataclass(frozen=True)
class Pace:
    """What was promised for campaigns, and how much of it is done."""

    wanted: int = 0
    done: int = 0

    def __add__(self, other: Pace) -> Pace:
        return Pace(self.wanted + other.wanted, self.done + other.done)


@dataclass(frozen=True)
class Window:
    """A commitment: so much from one day to another, or until it was closed."""

    wanted: int
    first: date
    last: date
    end: date

    def within(self, first: date, last: date) -> int:
        """Its even share of these days."""
        upto = planned(self.wanted, self.first, self.last, min(last, self.end))
        before = date.fromordinal(first.toordinal() - 1)
        return max(0, upto - planned(self.wanted, self.first, self.last, min(before, self.end)))


@dataclass(frozen=True)
class AccountQuarter:
    """One account of the list, over the days that it was on it."""

    account_id: int
    tier: int
    team: str
    left: bool  # before the last day that is looked at
    opened_worth: Sum
    won_worth: Sum
    open_worth: Sum
    asked: Mapping[Side, Fraction] = field(default_factory=dict)
    done: Mapping[Side, int] = field(default_factory=dict)
    promised: Mapping[Side, Pace] = field(default_factory=dict)
    meetings: int = 0
    opened: int = 0
    won: int = 0

    def kept(self, side: Side) -> bool:
        """Whether a side did all that was due in whole touches."""
        return self.done.get(side, 0) >= math.floor(self.asked.get(side, Fraction(0)))

    def touched(self, side: Side) -> bool:
        return self.done.get(side, 0) > 0


@dataclass(frozen=True)
class SideLine:
    """One side's part: touches or plays asked for and done, on how many accounts all that was due, and campaigns'."""

    asked: int
    done: int
    kept: int
    touched: int
    promised: Pace


@dataclass(frozen=True)
class Line:
    """A tier, a team or everything, added up."""

    label: str
    accounts: int
    left: int
    sides: Mapping[Side, SideLine]
    touched_by_both: int
    meetings: int
    met: int  # accounts with a meeting held
    opened: int
    opened_worth: Sum
    won: int
    won_worth: Sum
    open_worth: Sum


@dataclass(frozen=True)
class QuarterFigures:
    """Everything that the page of a quarter shows."""

    all: Line
    tiers: Sequence[Line]
    teams: Sequence[Line]

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """`By tier` and `By team`, each with what its table shows."""
        return [("By tier", [*self.tiers, self.all]), ("By team", [*self.teams])]


def asked(stays: Sequence[Stay], side: Side) -> Fraction:
    """What the tier policy asks of a side for an account over its stays."""
    return sum((rate(stay.terms, side) * Fraction(stay.days, 7) for stay in stays), Fraction(0))


def quarter_figures(rows: Sequence[AccountQuarter], nothing: Sum) -> QuarterFigures:
    """Add the accounts up; `nothing` is no money in the reporting currency."""
    teams = sorted({row.team for row in rows}, key=lambda name: (not name, name))
    return QuarterFigures(
        all=_line("All", rows, nothing),
        tiers=[_line(f"Tier {tier}", [row for row in rows if row.tier == tier], nothing) for tier in TIERS],
        teams=[_line(team or NO_TEAM, [row for row in rows if row.team == team], nothing) for team in teams],
    )


def _line(label: str, rows: Sequence[AccountQuarter], nothing: Sum) -> Line:
    return Line(
        label=label,
        accounts=len(rows),
        left=sum(row.left for row in rows),
        sides={side: _side(rows, side) for side in Side},
        touched_by_both=sum(all(row.touched(side) for side in Side) for row in rows),
        meetings=sum(row.meetings for row in rows),
        met=sum(row.meetings > 0 for row in rows),
        opened=sum(row.opened for row in rows),
        opened_worth=sum((row.opened_worth for row in rows), nothing),
        won=sum(row.won for row in rows),
        won_worth=sum((row.won_worth for row in rows), nothing),
        open_worth=sum((row.open_worth for row in rows), nothing),
    )


def _side(rows: Sequence[AccountQuarter], side: Side) -> SideLine:
    return SideLine(
        asked=whole(sum((row.asked.get(side, Fraction(0)) for row in rows), Fraction(0))),
        done=sum(row.done.get(side, 0) for row in rows),
        kept=sum(row.kept(side) for row in rows),
        touched=sum(row.touched(side) for row in rows),
        promised=sum((row.promised.get(side, Pace()) for row in rows), Pace()),
    )
