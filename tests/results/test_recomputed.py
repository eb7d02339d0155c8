"""Every formula of the comparison against an independent computation: roots and matrices instead of closed forms."""

from __future__ import annotations

from itertools import product
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.results.proportions import Difference, Lift, Share

Z = NormalDist().inv_cdf(0.975)
GRID = [Share(hits, of) for of in (1, 2, 7, 30, 211) for hits in sorted({0, 1, of // 3, of - 1, of})]
shares = st.integers(1, 90).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


def wilson(one: Share) -> tuple[float, float]:
    """The rates p at which (hits / n - p)^2 = z^2 p (1 - p) / n, as the roots of that polynomial."""
    rate, part = one.hits / one.of, Z * Z / one.of
    low, high = sorted(np.roots([1 + part, -(2 * rate + part), rate * rate]).real)
    return float(low), float(high)


def linear(weights: list[float], of: list[Share]) -> tuple[float, float, float]:
    """A weighted sum of rates with its limits, by equation (3) of Zou, Huang and Zhang (2009), in either direction."""
    factor, limits = np.array(weights), np.array([wilson(one) for one in of])
    parts = factor * np.array([one.hits / one.of for one in of])
    ends = factor[:, None] * limits
    low = np.linalg.norm(parts - ends.min(axis=1))
    high = np.linalg.norm(ends.max(axis=1) - parts)
    return float(parts.sum()), float(parts.sum() - low), float(parts.sum() + high)


def ends(found: Difference | Lift | Share) -> tuple[float, float]:
    assert found.interval is not None
    return found.interval.low, found.interval.high


def test_wilsons_limits_solve_his_equation() -> None:
    for one in GRID:
        assert ends(one) == pytest.approx(wilson(one), abs=1e-7)


def test_newcombes_limits_are_those_of_a_sum_of_two_rates() -> None:
    for ours, theirs in product(GRID, GRID):
        value, *limits = linear([1, -1], [ours, theirs])
        found = Difference(ours, theirs)
        assert (found.value, *ends(found)) == pytest.approx((value, *limits), abs=1e-7)


@given(st.dictionaries(st.integers(1, 3), st.tuples(shares, shares), min_size=1))
def test_tiers_are_put_together_as_a_sum_of_all_their_rates(tiers: dict[int, tuple[Share, Share]]) -> None:
    found = Lift({tier: Difference(*pair) for tier, pair in tiers.items()})
    total = sum(ours.of for ours, _ in tiers.values())
    weights = [sign * ours.of / total for ours, _ in tiers.values() for sign in (1, -1)]
    value, *limits = linear(weights, [one for pair in tiers.values() for one in pair])
    assert (found.difference, *ends(found)) == pytest.approx((value, *limits), abs=1e-6)


def binomial(of: int, rate: float) -> np.ndarray:
    """The probability of every number of hits."""
    chances = np.array([1.0])
    for _ in range(of):
        chances = np.convolve(chances, [1 - rate, rate])
    return chances


def test_the_interval_holds_the_truth_nineteen_times_in_twenty() -> None:
    """Exactly, over every outcome of two small tiers in which the campaign changes nothing, and one where it does."""
    sizes = (9, 6), (8, 12)  # audience and control
    for rates in (((0.5, 0.5), (0.05, 0.05)), ((0.6, 0.3), (0.2, 0.1))):
        truth = sum(of[0] / 17 * (rate[0] - rate[1]) for of, rate in zip(sizes, rates, strict=True))
        of, rate = [n for pair in sizes for n in pair], [p for pair in rates for p in pair]
        chances = [binomial(n, p) for n, p in zip(of, rate, strict=True)]
        holds = 0.0
        for a, b, c, d in product(*(range(n + 1) for n in of)):
            low, high = ends(Lift({1: Difference(Share(a, 9), Share(b, 6)), 2: Difference(Share(c, 8), Share(d, 12))}))
            holds += chances[0][a] * chances[1][b] * chances[2][c] * chances[3][d] * (low <= truth <= high)
        assert 0.94 < holds < 0.99
