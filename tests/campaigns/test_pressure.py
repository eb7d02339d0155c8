"""How much an account can take in any seven days. No database."""

from __future__ import annotations

from datetime import date

from abm.campaigns.pressure import Pressure, pressure_of


def day(number: int) -> date:
    return date(2026, 11, number)


def done(*days: int, contact: int | None = None) -> list[tuple[date, int | None]]:
    return [(day(number), contact) for number in days]


def test_where_nothing_is_added_there_is_nothing_to_say() -> None:
    assert pressure_of(done(1, 1, 1, 1, 1, 1, 1, 1), [day(2)], []) is None


def test_the_fullest_seven_days_with_something_added_count() -> None:
    found = pressure_of(done(20, 22, 23, 24), [day(25)], [day(26), day(27)])
    # from the 20th to the 26th: four done, one planned, one added; from the 21st to the 27th: three, one, two
    assert found == Pressure(6, 2, day(21), day(27))
    assert found.over
    said = "6 outbound contacts from 21 Nov to 27 Nov, 2 of them plays that this adds, where 5 are the most."
    assert found.sentence == said


def test_five_are_not_too_many_and_what_lies_eight_days_apart_does_not_add_up() -> None:
    five = pressure_of(done(20, 21, 22, 23), [], [day(24)])
    assert five is not None
    assert (five.contacts, five.over) == (5, False)
    apart = pressure_of(done(18, 18, 18, 18, 18), [], [day(25)])
    assert apart is not None
    assert (apart.contacts, apart.over) == (1, False)


def test_one_person_who_was_asked_four_times_is_enough_too() -> None:
    found = pressure_of(done(20, 21, 22, 23, contact=7), [], [day(24)])
    assert found is not None
    assert found.over
    assert found.sentence.endswith("1 of them a play that this adds; one person alone had 4, where 3 are the most.")
    spread = pressure_of([*done(20, 21, contact=7), *done(22, 23, contact=8)], [], [day(24)])
    assert spread is not None
    assert not spread.over
