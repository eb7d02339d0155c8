"""How a quarter is added up, worked out by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from abm.accounts.models import Sum
from abm.people.seats import Side
from abm.progress.closing import AccountQuarter, Pace, Stay, Window, asked, quarter_figures
from abm.targets.policies import DEFAULT_TERMS

NOTHING = Sum(0, "EUR")


def stay(tier: int, first: tuple[int, int], last: tuple[int, int]) -> Stay:
    """Days of 2026 on the list under the usual terms of a tier."""
    return Stay(date(2026, *first), date(2026, *last), DEFAULT_TERMS[tier])


def account(number: int, **known: Any) -> AccountQuarter:
    usual: dict[str, Any] = {"tier": 1, "team": "North", "left": False}
    worth = dict.fromkeys(("opened_worth", "won_worth", "open_worth"), NOTHING)
    return AccountQuarter(account_id=number, **{**usual, **worth, **known})


def test_an_account_asks_for_the_rhythm_of_its_tier_on_the_days_that_it_was_on_the_list() -> None:
    whole = [stay(1, (10, 1), (12, 31))]  # 92 days, 3 touches and 1 play a week
    assert asked(whole, Side.SALES) == Fraction(92 * 3, 7)
    assert asked(whole, Side.MARKETING) == Fraction(92, 7)
    assert asked([stay(3, (10, 5), (11, 1))], Side.SALES) == 1  # 28 days, 1 in 4 weeks


def test_who_moved_tier_owes_each_tier_its_days_and_who_left_owes_none_after() -> None:
    moved = [stay(2, (10, 1), (10, 14)), stay(1, (10, 15), (10, 28))]
    assert asked(moved, Side.SALES) == 2 * 1 + 2 * 3
    assert asked([stay(1, (10, 1), (10, 7))], Side.SALES) == 3
    assert asked([stay(1, (10, 8), (10, 7))], Side.SALES) == 0, "it came and went on one day"
    assert asked([], Side.SALES) == 0


@pytest.mark.parametrize(
    ("end", "first", "last", "share"),
    [
        ((10, 20), (10, 1), (12, 31), 10),
        ((10, 20), (10, 1), (10, 15), 5),
        ((10, 20), (10, 16), (12, 31), 5),
        ((10, 15), (10, 1), (12, 31), 5),  # closed half way
        ((10, 20), (7, 1), (9, 30), 0),
        ((10, 20), (10, 21), (12, 31), 0),
    ],
)
def test_a_commitment_asks_for_its_even_share_of_the_days(
    end: tuple[int, int], first: tuple[int, int], last: tuple[int, int], share: int
) -> None:
    window = Window(10, date(2026, 10, 11), date(2026, 10, 20), date(2026, *end))
    assert window.within(date(2026, *first), date(2026, *last)) == share


def test_more_on_one_account_does_not_make_up_for_another() -> None:
    rows = [
        account(1, asked={Side.SALES: Fraction(4)}, done={Side.SALES: 9, Side.MARKETING: 1}, meetings=2),
        account(2, asked={Side.SALES: Fraction(4)}, done={Side.SALES: 3}, left=True),
        account(3, asked={Side.SALES: Fraction(19, 4)}, done={Side.SALES: 4}, tier=3, team=""),
    ]
    found = quarter_figures(rows, NOTHING)
    sales = found.all.sides[Side.SALES]
    assert (sales.asked, sales.done, sales.kept, sales.touched) == (13, 16, 2, 3)
    assert (found.all.accounts, found.all.left, found.all.touched_by_both) == (3, 1, 1)
    assert (found.all.meetings, found.all.met) == (2, 1)
    assert [(line.label, line.accounts) for line in found.tiers] == [("Tier 1", 2), ("Tier 2", 0), ("Tier 3", 1)]
    assert [(line.label, line.accounts) for line in found.teams] == [("North", 2), ("No team", 1)]


def test_tiers_and_teams_add_up_to_all() -> None:
    rows = [
        account(n, tier=n % 3 + 1, team=f"T{n % 2}", opened=n, opened_worth=Sum(100 * n, "EUR"),
                promised={Side.MARKETING: Pace(n, 1)})
        for n in range(7)
    ]  # fmt: skip
    found = quarter_figures(rows, NOTHING)
    assert (found.all.opened, found.all.opened_worth.minor) == (21, 2100)
    assert found.all.sides[Side.MARKETING].promised == Pace(21, 7)
    for lines in (found.tiers, found.teams):
        assert sum(line.opened_worth.minor for line in lines) == 2100
        assert sum(line.sides[Side.MARKETING].promised.wanted for line in lines) == 21


def test_an_empty_list_adds_up_to_nothing() -> None:
    found = quarter_figures([], NOTHING)
    assert (found.all.accounts, found.all.sides[Side.SALES].asked, found.teams) == (0, 0, [])
