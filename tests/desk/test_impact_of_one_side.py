"""What a change of the list asks of people counts accounts that only one of its two contents has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import pytest
import time_machine
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import TeamFunction
from abm.desk.impact import Impact, impact_of
from abm.kit.clock import Quarter
from abm.targets.content import Content
from abm.targets.kinds import Outcome
from abm.targets.models import TargetList, open_list
from tests.campaigns.world import NOW, World
from tests.cast import Cast

WEEKS_LEFT = Fraction(28, 5)  # working days from 24 November to the end of the year
NEXT_QUARTER = Fraction(64, 5)  # those of the quarter after


@pytest.fixture
def plans(session: scoped_session[Session], cast: Cast) -> Iterator[World]:
    """A signed list: two accounts each of tier 1 and one of tier 2 for Tomás, one of each for Marcus."""
    with time_machine.travel(NOW, tick=False):
        yield World(session(), cast)


def impact(plans: World, target_list: TargetList, before: Content) -> Impact:
    organisation = plans.cast.organisation
    return impact_of(plans.session, target_list, before, target_list.draft(), organisation=organisation, at=NOW)


def asked(found: Impact) -> dict[str, tuple[Fraction | int | None, Fraction | int]]:
    """Touches until the quarter's end, before (None: nobody asked) and after."""
    return {one.after.name: (one.before.touches if one.before else None, one.after.touches) for one in found.people}


def name_priya(plans: World, account: str) -> None:
    plans.accounts[account].assign(
        plans.cast.priya, function=TeamFunction.MARKETER, first_day=date(2026, 10, 1), by=plans.cast.wen, at=NOW
    )


def test_whose_last_account_goes_is_asked_for_nothing_any_more(plans: World) -> None:
    name_priya(plans, "Vale Chemicals")
    plans.place(
        "Vale Chemicals", Outcome.IN, tier=2, ae=plans.cast.ines, at=NOW
    )  # a manager: no AE who is always shown
    before = plans.list.draft()
    plans.place("Vale Chemicals", Outcome.OUT, tier=2, ae=plans.cast.ines, at=NOW)
    found = impact(plans, plans.list, before)
    assert asked(found) == {
        "Priya Raman": (Fraction(2, 4) * WEEKS_LEFT, 0),  # two plays in four weeks on an account of tier 2
        "Ines Calder": (WEEKS_LEFT, 0),  # a touch a week
    }
    (gone,) = found.accounts
    assert (gone.change.kind, gone.change.row.name) == ("out", "Vale Chemicals")
    assert ("Ines Calder, tier 2", 1, 0) in [(one.words, one.before, one.after) for one in found.fillings]


def test_who_is_first_named_for_an_account_that_comes_in_was_asked_for_nothing(plans: World) -> None:
    plans.account("Aster Vaccines", plans.cast.marcus)
    name_priya(plans, "Aster Vaccines")
    before = plans.list.draft()
    plans.place("Aster Vaccines", Outcome.IN, tier=1, ae=plans.cast.ines, at=NOW)
    assert asked(impact(plans, plans.list, before)) == {
        "Priya Raman": (None, WEEKS_LEFT),  # a play a week
        "Ines Calder": (None, 3 * WEEKS_LEFT),
    }


def test_the_last_quarters_accounts_keep_their_marketers_and_their_peace_beside_a_list_without_them(
    plans: World,
) -> None:
    cast, before = plans.cast, plans.list.draft()
    name_priya(plans, "Vale Chemicals")
    plans.accounts["Tarn Dairies"].leave_alone("They asked us to", until=None, by=cast.wen, at=NOW)
    following = open_list(cast.organisation, Quarter(2027, 1), by=cast.ines, at=NOW)
    entry = following.enter(plans.accounts["Halden Freight"], by=cast.ines, at=NOW)
    entry.place(tier=1, ae=cast.tomas, outcome=Outcome.IN, by=cast.ines, at=NOW)
    assert asked(impact(plans, following, before)) == {
        "Tomás Ferreira": (6 * NEXT_QUARTER, 3 * NEXT_QUARTER),  # of tier 1 two before and one after; Tarn rests
        "Marcus Bell": (4 * NEXT_QUARTER, 0),  # one of tier 1, one of tier 2
        "Priya Raman": (Fraction(1, 2) * NEXT_QUARTER, 0),
        "Marketing where nobody is named": (3 * NEXT_QUARTER, NEXT_QUARTER),
    }
