"""Shares of accounts in two arms, tier by tier, and how sure their difference is. Pure.

A share's interval is Wilson's score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927); that of a difference is
Newcombe's hybrid of two of them, without continuity correction (R. G. Newcombe, Stat. Med. 17, 1998, 873-890, method
10). Over several tiers the differences are weighted by where the audience is, and their intervals are put together in
the same way (G. Y. Zou, W. Huang, X. Zhang, A note on confidence interval estimation for a linear function of binomial
proportions, Comput. Stat. Data Anal. 53, 2009, 1080-1085). All of them keep their promise for small arms and for shares
near 0 and 1, where the usual ones do not.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

Z: Final = 1.959963984540054  # 97.5 % of a normal distribution lie below it
LEAST: Final = 30  # accounts an arm, below which nothing is said (practice)


@dataclass(frozen=True)
class Interval:
    """Where the true value lies with 95 % confidence, as shares between -1 and 1."""

    low: float
    high: float


@dataclass(frozen=True)
class Share:
    """So many accounts of so many."""

    hits: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.of:
            raise ValueError(f"{self.hits} of {self.of} is no share.")

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None of nobody."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's score interval; None of nobody."""
        if not self.of:
            return None
        rate, square = self.hits / self.of, Z * Z
        middle = (rate + square / (2 * self.of)) / (1 + square / self.of)
        half = Z * sqrt(rate * (1 - rate) / self.of + square / (4 * self.of**2)) / (1 + square / self.of)
        return Interval(max(0.0, middle - half), min(1.0, middle + half))


class Verdict(enum.StrEnum):
    """What may be said of a difference."""

    TOO_EARLY = "too early to tell"
    OPEN = "no difference shown"
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True)
class Difference:
    """A share of the audience against that of the accounts left out, within one tier."""

    audience: Share
    control: Share

    @property
    def value(self) -> float | None:
        """Rate of the audience minus that of the control; None where an arm is empty."""
        ours, theirs = self.audience.rate, self.control.rate
        return None if ours is None or theirs is None else ours - theirs

    @property
    def interval(self) -> Interval | None:
        """Newcombe's interval for the difference; None where an arm is empty."""
        ours, theirs, value = self.audience.interval, self.control.interval, self.value
        if ours is None or theirs is None or value is None:
            return None
        rate, other = self.audience.rate or 0.0, self.control.rate or 0.0
        low = sqrt((rate - ours.low) ** 2 + (theirs.high - other) ** 2)
        high = sqrt((ours.high - rate) ** 2 + (other - theirs.low) ** 2)
        return Interval(max(-1.0, value - low), min(1.0, value + high))


@dataclass(frozen=True)
class Lift:
    """What the audience has more than the accounts left out: like with like, so each tier by itself, then together.

    Pooled over tiers, a campaign would seem to work where it merely works a tier that does well anyhow.
    """

    by_tier: Mapping[int, Difference]

    @property
    def tiers(self) -> dict[int, Difference]:
        """The tiers of which there are accounts in both arms, in their order: only they are compared."""
        return {tier: one for tier, one in sorted(self.by_tier.items()) if one.audience.of and one.control.of}

    @property
    def left_out(self) -> list[int]:
        """The tiers of which there are accounts in one arm alone."""
        tiers = sorted(self.by_tier)
        return [tier for tier in tiers if bool(self.by_tier[tier].audience.of) != bool(self.by_tier[tier].control.of)]

    @property
    def audience(self) -> Share:
        """Of the tiers that are compared."""
        return _sum(one.audience for one in self.tiers.values())

    @property
    def control(self) -> Share:
        """Of the tiers that are compared."""
        return _sum(one.control for one in self.tiers.values())

    @property
    def difference(self) -> float | None:
        """The tiers' differences, each weighted by its part of the audience; None where nothing is compared."""
        return self._weighted(lambda one: one.value) if self.tiers else None

    @property
    def expected(self) -> float | None:
        """The control's rate if it were spread over the tiers as the audience is; None where nothing is compared."""
        return self._weighted(lambda one: one.control.rate) if self.tiers else None

    @property
    def relative(self) -> float | None:
        """The difference as a part of the expected rate; None where that is nothing."""
        return self.difference / self.expected if self.difference is not None and self.expected else None

    @property
    def interval(self) -> Interval | None:
        """Zou's interval for the weighted difference, in one tier Newcombe's; None where nothing is compared."""
        difference, total = self.difference, self.audience.of
        if difference is None:
            return None
        low = high = 0.0
        for one in self.tiers.values():
            weight, value, own = one.audience.of / total, one.value, one.interval
            if value is not None and own is not None:  # as both arms have accounts
                low += (weight * (value - own.low)) ** 2
                high += (weight * (own.high - value)) ** 2
        return Interval(max(-1.0, difference - sqrt(low)), min(1.0, difference + sqrt(high)))

    @property
    def verdict(self) -> Verdict:
        """Nothing below thirty accounts an arm; more or less only where the interval leaves out zero."""
        interval = self.interval
        if interval is None or min(self.audience.of, self.control.of) < LEAST:
            return Verdict.TOO_EARLY
        if interval.low > 0:
            return Verdict.MORE
        return Verdict.LESS if interval.high < 0 else Verdict.OPEN

    def sentence(self, *, drawn: bool = True) -> str:
        """What may be said, in words that need no statistics. `drawn`: the others were held out by lot."""
        if not self.tiers:
            return "There is nobody to compare with."
        for arm, name in (
            (self.control, "held out" if drawn else "to compare with"),
            (self.audience, "in the audience"),
        ):
            if arm.of < LEAST:
                accounts = f"{arm.of} account{'' if arm.of == 1 else 's'} {name}"
                return f"Too early to tell: {accounts}, at least {LEAST} needed."
        difference = self.difference or 0.0
        points, way = f"{abs(100 * difference):.1f} points", "more" if difference > 0 else "less"
        if self.verdict is Verdict.OPEN:
            said = "No difference is shown"
            return f"{said}." if points == "0.0 points" else f"{said}: {points} {way} may be chance."
        others = "accounts held out, beyond chance" if drawn else "comparable accounts: more than chance, but no proof"
        return f"{points} {way} than among the {others}."

    def _weighted(self, figure: Callable[[Difference], float | None]) -> float:
        total = self.audience.of
        return sum(one.audience.of / total * (figure(one) or 0.0) for one in self.tiers.values())


def _sum(shares: Iterable[Share]) -> Share:
    told = list(shares)
    return Share(sum(one.hits for one in told), sum(one.of for one in told))
