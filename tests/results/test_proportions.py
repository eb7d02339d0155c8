"""Intervals against published worked examples, and what is said of a difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.results.proportions import LEAST, Difference, Lift, Share, Verdict

# R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven methods,
# Statistics in Medicine 17 (1998), 873-890, table II, method 10.
NEWCOMBE = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0000),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]
# R. G. Newcombe, Two-sided confidence intervals for the single proportion: comparison of seven methods, Statistics in
# Medicine 17 (1998), 857-872, table I, method 3.
WILSON = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("ours", "theirs", "low", "high"), NEWCOMBE)
def test_a_difference_has_the_interval_that_newcombe_published(
    ours: tuple[int, int], theirs: tuple[int, int], low: float, high: float
) -> None:
    interval = Difference(Share(*ours), Share(*theirs)).interval
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(("hits", "of", "low", "high"), WILSON)
def test_a_share_has_the_interval_that_newcombe_published_for_wilsons(
    hits: int, of: int, low: float, high: float
) -> None:
    interval = Share(hits, of).interval
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


shares = st.integers(1, 400).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


@given(shares, shares)
def test_the_difference_lies_in_its_interval_and_turned_round_it_is_mirrored(ours: Share, theirs: Share) -> None:
    lift, turned = Difference(ours, theirs), Difference(theirs, ours)
    assert lift.interval is not None
    assert turned.interval is not None
    assert lift.value is not None
    assert lift.interval.low - 1e-12 <= lift.value <= lift.interval.high + 1e-12
    assert turned.interval.low == pytest.approx(-lift.interval.high)
    assert turned.interval.high == pytest.approx(-lift.interval.low)


def lift(audience: Share, control: Share) -> Lift:
    """Of a single tier."""
    return Lift({2: Difference(audience, control)})


@pytest.mark.parametrize(
    ("found", "verdict", "sentence"),
    [
        (
            lift(Share(20, 100), Share(3, 12)),
            Verdict.TOO_EARLY,
            "Too early to tell: 12 accounts held out, at least 30 needed.",
        ),
        (
            lift(Share(1, 1), Share(3, 40)),
            Verdict.TOO_EARLY,
            "Too early to tell: 1 account in the audience, at least 30 needed.",
        ),
        (
            lift(Share(10, 100), Share(3, 40)),
            Verdict.OPEN,
            "No difference is shown: 2.5 points more may be chance.",
        ),
        (
            lift(Share(60, 100), Share(8, 40)),
            Verdict.MORE,
            "40.0 points more than among the accounts held out, beyond chance.",
        ),
        (
            lift(Share(10, 100), Share(20, 40)),
            Verdict.LESS,
            "40.0 points less than among the accounts held out, beyond chance.",
        ),
        (lift(Share(25, 100), Share(10, 40)), Verdict.OPEN, "No difference is shown."),
    ],
)
def test_what_is_said_of_a_difference(found: Lift, verdict: Verdict, sentence: str) -> None:
    assert (found.verdict, found.sentence()) == (verdict, sentence)


def test_a_comparison_says_that_it_is_no_proof() -> None:
    assert lift(Share(60, 100), Share(8, 40)).sentence(drawn=False) == (
        "40.0 points more than among the comparable accounts: more than chance, but no proof."
    )
    few = lift(Share(60, 100), Share(1, 1)).sentence(drawn=False)
    assert few == "Too early to tell: 1 account to compare with, at least 30 needed."
    assert lift(Share(60, 100), Share(0, 0)).sentence() == "There is nobody to compare with."


def test_relative_lift_is_of_the_controls_rate() -> None:
    assert lift(Share(30, 100), Share(8, 40)).relative == pytest.approx(0.5)
    assert lift(Share(30, 100), Share(0, 40)).relative is None


def test_nobody_has_no_share_and_more_than_all_is_none() -> None:
    assert (Share(0, 0).rate, Share(0, 0).interval, lift(Share(0, 0), Share(1, 2)).interval) == (None, None, None)
    assert lift(Share(0, 0), Share(1, LEAST)).verdict is Verdict.TOO_EARLY
    with pytest.raises(ValueError, match="3 of 2 is no share"):
        Share(3, 2)


def test_a_tier_that_does_well_anyhow_is_no_success_of_the_campaign() -> None:
    """Half of tier 1 responds and a twentieth of tier 3, whoever works them; the campaign worked mostly tier 1."""
    found = Lift({1: Difference(Share(20, 40), Share(10, 20)), 3: Difference(Share(1, 20), Share(8, 160))})
    assert Lift({0: Difference(found.audience, found.control)}).verdict is Verdict.MORE  # 35 % against 10 %, pooled
    assert (found.difference, found.verdict, found.sentence()) == (0.0, Verdict.OPEN, "No difference is shown.")
    assert found.expected == pytest.approx(0.35)


def test_tiers_of_one_arm_alone_are_left_out() -> None:
    of_both = Difference(Share(60, 100), Share(8, 40))
    found = Lift({1: Difference(Share(9, 10), Share(0, 0)), 2: of_both, 3: Difference(Share(0, 0), Share(0, 50))})
    assert (list(found.tiers), found.left_out) == ([2], [1, 3])
    assert (found.audience, found.control) == (of_both.audience, of_both.control)
    assert found.interval == of_both.interval
