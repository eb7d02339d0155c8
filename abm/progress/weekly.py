"""What an account's week was, judged by its tier's rhythm, and the figures that add up from it (domain §8). Pure."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from abm.people.seats import Side
from abm.progress.pipeline import Deal
from abm.stages.models import Stage

BUYING_GROUP: Final = 2  # so many people who responded make one


class Joint(enum.StrEnum):
    """Are we both working this account? Shown before any other figure."""

    BOTH = "both"
    MARKETING = "marketing"
    SALES = "sales"
    RESTING = "resting"
    PAST = "past"

    @property
    def label(self) -> str:
        return JOINT_LABELS[self]


JOINT_LABELS = {
    Joint.BOTH: "Both active",
    Joint.MARKETING: "Marketing active, Sales next",
    Joint.SALES: "Sales active, Marketing next",
    Joint.RESTING: "Resting as planned",
    Joint.PAST: "Past rhythm",
}


@dataclass(frozen=True)
class SideWeek:
    """What one side did on an account: outbound touches this week, within its rhythm, within the coverage window.

    `wanted` is what the rhythm asks for within its period; 0 asks for nothing.
    """

    this_week: int = 0
    in_rhythm: int = 0
    in_window: int = 0
    wanted: int = 0
    begun: bool = True  # whether the account has been on the list for a whole period of the rhythm

    @property
    def active(self) -> bool:
        return self.this_week > 0

    @property
    def within_rhythm(self) -> bool:
        """Whether being quiet this week is still as planned."""
        return self.wanted == 0 or self.in_rhythm > 0 or not self.begun


NOTHING = SideWeek()
side_week = lru_cache(maxsize=4096)(SideWeek)  # thousands of accounts share a few


@lru_cache(maxsize=4096)
def sides_of(*weeks: SideWeek) -> dict[Side, SideWeek]:
    """What Marketing and Sales did, in this order; shared by all accounts of which it is the same."""
    return dict(zip(Side, weeks, strict=True))


@dataclass(frozen=True)
class Promise:
    """Touches or plays that one side promised in windows that the week lies in. Promises add up.

    `wanted` in all, `done` by the last day looked at, `due` the share of the days that have passed.
    """

    wanted: int = 0
    done: int = 0
    due: Fraction = Fraction(0)

    @property
    def expected(self) -> int:
        """What is due in whole touches, rounded half to even."""
        return round(self.due)

    def __add__(self, other: Promise) -> Promise:
        return Promise(self.wanted + other.wanted, self.done + other.done, self.due + other.due)


Promises = Mapping[Side, Promise]


def together(promises: Iterable[Promises]) -> dict[Side, Promise]:
    """Those of many accounts as one, each side by itself."""
    wanted, done = Counter[Side](), Counter[Side]()
    due: dict[Side, Counter[int]] = {side: Counter() for side in Side}  # numerators by denominator: of these are few
    for each in promises:
        for side, promise in each.items():
            wanted[side] += promise.wanted
            done[side] += promise.done
            due[side][promise.due.denominator] += promise.due.numerator
    shares = {side: sum((Fraction(n, d) for d, n in due[side].items()), Fraction()) for side in Side}
    return {side: Promise(wanted[side], done[side], shares[side]) for side in Side}


class Kind(NamedTuple):
    """What figures tell accounts apart by: thousands of them are of a few hundred kinds."""

    tier: int
    team: str
    joint: Joint
    by_marketing: bool  # touched within the window that coverage is measured in
    by_sales: bool
    stage_before: Stage
    stage: Stage
    two_views: bool

    @property
    def moved(self) -> int:
        """Stages gained since a week ago; negative where it went back."""
        return self.stage.rank - self.stage_before.rank


@dataclass(frozen=True, slots=True)
class AccountWeek:
    """One account of the list in one week. It and its AE go by public id: a frozen week outlives every number.

    Rows are kept for many pages: what each of them asks of every row is worked out once, and rows share what is equal.
    """

    public_id: str
    name: str
    slug: str
    tier: int
    ae_id: str  # empty where nobody answers for it
    ae: str
    team: str
    segment: str = ""
    campaigns: tuple[str, ...] = ()  # that work it at that moment, by slug; none that holds it out
    sides: dict[Side, SideWeek] = field(default_factory=dict)
    meetings_held: int = 0
    meetings_booked: int = 0
    content: int | None = None  # sent there or opened there in four weeks; None where a snapshot does not say
    stage: Stage = Stage.TARGET
    stage_before: Stage = Stage.TARGET
    cause: str = ""
    days: int | None = None  # in its stage, where it ever changed
    stalled: bool = False  # for as long as its tier's policy says
    people: int = 0  # contacts who responded within the window of stages
    deals: tuple[Deal, ...] = ()
    verdicts: dict[Side, str] = field(default_factory=dict)  # what each side said of this week
    promises: Promises = field(default_factory=dict)  # by side, in windows that the week lies in
    joint: Joint = field(init=False, compare=False)
    untouched: bool = field(init=False, compare=False)
    kind: Kind = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "joint", self._joint())
        object.__setattr__(self, "untouched", self._untouched())
        object.__setattr__(self, "kind", self._kind())

    def side(self, side: Side) -> SideWeek:
        return self.sides.get(side, NOTHING)

    @property
    def disqualified(self) -> bool:
        """Whether it was taken out for good: nothing is asked of anybody."""
        return self.stage is Stage.DISQUALIFIED

    def _joint(self) -> Joint:
        """The joint activity of this week, as `domain.md` §8 words it."""
        marketing, sales = self.side(Side.MARKETING), self.side(Side.SALES)
        if marketing.active and sales.active:
            return Joint.BOTH
        if marketing.active:
            return Joint.MARKETING
        if sales.active:
            return Joint.SALES
        as_planned = self.disqualified or (marketing.within_rhythm and sales.within_rhythm)
        return Joint.RESTING if as_planned else Joint.PAST

    def covered_by(self, side: Side) -> bool:
        """Whether that side touched it within the window that its tier's coverage is measured in."""
        return self.side(side).in_window > 0

    @property
    def covered_by_both(self) -> bool:
        return all(self.covered_by(side) for side in Side)

    def _untouched(self) -> bool:
        """Whether neither side touched it within its tier's window; nobody misses one that is disqualified."""
        return not self.disqualified and not any(self.covered_by(side) for side in Side)

    @property
    def two_views(self) -> bool:
        """Whether the two sides see this week differently."""
        return len(set(self.verdicts.values())) > 1

    @property
    def lacks_content(self) -> bool:
        """Whether it answered and is not won, and no content was sent or opened there in four weeks."""
        return self.content == 0 and Stage.ENGAGED.rank <= self.stage.rank < Stage.CUSTOMER.rank

    @property
    def has_buying_group(self) -> bool:
        """Whether more than one person there responded."""
        return self.people >= BUYING_GROUP

    @property
    def moved(self) -> int:
        """Stages gained since a week ago; negative where it went back."""
        return self.kind.moved

    def _kind(self) -> Kind:
        """What figures tell it apart from others by."""
        by_marketing, by_sales = self.covered_by(Side.MARKETING), self.covered_by(Side.SALES)
        stages = self.stage_before, self.stage
        return _shared_kind(self.tier, self.team, self.joint, by_marketing, by_sales, *stages, self.two_views)


_shared_kind = lru_cache(maxsize=4096)(Kind)  # thousands of accounts share a few


def select_rows(
    rows: Iterable[AccountWeek],
    *,
    tier: int | None = None,
    ae: str | None = None,
    team: str | None = None,
    segment: str | None = None,
    campaign: str | None = None,
) -> list[AccountWeek]:
    """The rows of a tier, an AE (by public id), a team, a segment, a campaign (by slug); None leaves that out."""
    return [
        row
        for row in rows
        if (tier is None or row.tier == tier)
        and (ae is None or row.ae_id == ae)
        and (team is None or row.team == team)
        and (segment is None or row.segment == segment)
        and (campaign is None or campaign in row.campaigns)
    ]
