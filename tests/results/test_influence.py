"""Credit for a deal: first, last and even, which each give away the whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.results.influence import Model, credit


@pytest.mark.parametrize(
    ("model", "shares"),
    [
        (Model.FIRST, {"mailing": 1000}),
        (Model.LAST, {"webinar": 1000}),
        (Model.EVEN, {"mailing": 667, "webinar": 333}),  # 334, 333 and 333: the first takes the cent that is over
    ],
)
def test_three_touches_share_ten_euros(model: Model, shares: dict[str, int]) -> None:
    assert credit(["mailing", "mailing", "webinar"], 1000, model) == shares


def test_nobody_gets_credit_for_what_nobody_responded_to() -> None:
    assert [credit([], 1000, model) for model in Model] == [{}, {}, {}]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(0, 10**12), st.sampled_from(Model))
def test_the_shares_sum_to_the_whole(touches: list[int], amount: int, model: Model) -> None:
    shares = credit(touches, amount, model)
    assert sum(shares.values()) == amount
    assert shares.keys() <= set(touches)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(0, 10**12))
def test_even_shares_of_single_touches_differ_by_a_cent_at_most(touches: list[int], amount: int) -> None:
    each = credit(list(enumerate(touches)), amount, Model.EVEN)
    assert max(each.values()) - min(each.values()) <= 1
