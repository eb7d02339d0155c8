"""What a list asks of people, beside what they did: every figure here was worked out by hand. No database."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.kit.clock import Quarter, Week
from abm.people.seats import Side
from abm.targets.capacity import Accepted
from abm.targets.content import Content, Row
from abm.targets.kinds import Motion, Period
from abm.targets.policies import DEFAULT_TERMS, Terms
from abm.targets.weighing import weigh
from abm.targets.work import CampaignAsk, Person, Work, working_days
from abm.targets.workload import TOGETHER, Asked, Workload

Q4 = Quarter(2026, 4)  # Thursday 1 October to Thursday 31 December 2026: 66 working days
TODAY = date(2026, 9, 28)  # a Monday: the eight weeks are w32 to w39
LONG_AGO = date(2026, 1, 12)
AT = datetime(2026, 9, 28, 9, 0, tzinfo=UTC)


def content(*placed: tuple[int, str], policies: Mapping[int, Terms] = DEFAULT_TERMS) -> Content:
    """A list of (tier, AE), one account each: a0, a1 …"""
    rows = {
        f"a{number}": Row(f"a{number}", f"Company {number}", tier, Motion.NEW, False, ae, ae.title())
        for number, (tier, ae) in enumerate(placed)
    }
    return Content("2026-q4", policies, rows)


def person(name: str, **facts: Any) -> Person:
    return Person(name, name.title(), **{"team": "North", "sells": True, "first_touch": LONG_AGO, **facts})


def weeks(*counts: int) -> dict[Week, int]:
    """Touches of the last weeks, the oldest first."""
    return {Week(2026, 39).plus(place - len(counts) + 1): count for place, count in enumerate(counts)}


def work(*people: Person, today: date = TODAY, quarter: Quarter = Q4, **facts: Any) -> Work:
    return Work(quarter, today, {one.public_id: one for one in people}, **facts)


def asked(workload: Workload, who: str) -> Asked:
    return next(one for one in workload.asked if one.who == who)


def sales(who: str, *counts: int) -> dict[tuple[Side, str], dict[Week, int]]:
    return {(Side.SALES, who): weeks(*counts)}


def test_every_rhythm_comes_down_to_touches_a_week() -> None:
    quarterly = {**DEFAULT_TERMS, 3: replace(DEFAULT_TERMS[3], sales_touches=2, sales_period=Period.QUARTER)}
    found = weigh(content((1, "elif"), (1, "elif"), (2, "elif"), (3, "elif"), (3, "elif"), policies=quarterly), work())
    # 2 × 3 a week, 1 × 1 a week, 2 × 2 in 13 weeks
    assert asked(found, "elif").per_week == 6 + 1 + Fraction(4, 13)
    fourth = weigh(content((3, "elif"), (3, "elif"), (3, "elif")), work())
    assert asked(fourth, "elif").per_week == Fraction(3, 4)


def test_who_is_away_does_the_same_in_fewer_weeks() -> None:
    away = ((date(2026, 10, 5), date(2026, 10, 23)),)  # three whole weeks: 15 of 66 working days
    here, gone = person("elif"), person("marcus", away=away)
    found = weigh(content((1, "elif"), (1, "marcus")), work(here, gone))
    assert (asked(found, "elif").days, asked(found, "elif").present) == (66, 66)
    assert (asked(found, "marcus").days, asked(found, "marcus").present) == (66, 51)
    assert asked(found, "elif").per_week == 3
    assert asked(found, "marcus").per_week == 3 * Fraction(66, 51)
    assert asked(found, "elif").touches == asked(found, "marcus").touches == Fraction(3 * 66, 5)


def test_three_of_thirteen_weeks_away_is_thirteen_weeks_of_work_in_ten() -> None:
    quarter, monday = Quarter(2026, 3, 2), date(2025, 8, 4)  # August to October 2025, of a year that began in February
    last = date(2025, 10, 31)
    assert (quarter.first, quarter.last) == (date(2025, 8, 1), last)
    gone = person("elif", away=((monday, monday + timedelta(days=20)),), first_touch=None)
    found = asked(weigh(content((1, "elif")), work(gone, today=monday, quarter=quarter)), "elif")
    assert (found.days, found.present) == (65, 50)  # thirteen weeks from that Monday, and ten of them
    assert found.touches == 39
    assert found.per_week == Fraction(39, 10)


def test_absence_on_a_weekend_takes_nothing_away() -> None:
    weekend = ((date(2026, 10, 10), date(2026, 10, 11)),)
    found = asked(weigh(content((1, "elif")), work(person("elif", away=weekend))), "elif")
    assert found.present == 66
    assert found.per_week == 3


def test_in_the_middle_of_the_quarter_only_what_is_left_counts() -> None:
    today = date(2026, 12, 24)  # a Thursday; 24, 25, 28 to 31 December are left: six working days
    half = ((date(2026, 12, 28), date(2026, 12, 30)),)
    found = asked(weigh(content((1, "elif")), work(person("elif", away=half), today=today)), "elif")
    assert (found.days, found.present) == (6, 3)
    assert found.touches == Fraction(3 * 6, 5)
    assert found.per_week == 6


def test_who_is_away_until_the_end_leaves_a_gap_whatever_they_did() -> None:
    until = ((date(2026, 10, 1), date(2026, 12, 31)),)
    found = asked(weigh(content((3, "elif")), work(person("elif", away=until, first_touch=None))), "elif")
    assert found.over
    assert found.stops
    assert found.sentence == "asks Elif, who is away for the rest of the quarter, for 3 touches"  # 66 / 5 / 4 = 3.3


def test_a_quarter_that_is_over_asks_for_nothing() -> None:
    ask = {"a0": [CampaignAsk(10, date(2026, 12, 1), date(2027, 1, 31))]}
    found = asked(weigh(content((1, "elif")), work(person("elif"), today=date(2027, 1, 4), asks=ask)), "elif")
    assert found.touches == found.days == 0
    assert not found.over


def test_campaigns_ask_by_their_own_days_within_the_quarter() -> None:
    asks = {
        "a0": [
            CampaignAsk(6, date(2026, 9, 21), date(2026, 10, 10)),  # 10 of 20 days in the quarter: 3
            CampaignAsk(4, date(2026, 12, 22), date(2027, 1, 10)),  # 10 of 20 days: 2
            CampaignAsk(5, date(2026, 11, 2), date(2026, 11, 6)),  # all
        ],
        "elsewhere": [CampaignAsk(50, date(2026, 11, 2), date(2026, 11, 6))],
    }
    found = asked(weigh(content((1, "elif")), work(person("elif"), asks=asks)), "elif")
    assert found.campaigns == 10
    assert found.per_week == 3 + Fraction(10 * 5, 66)


def test_an_account_that_nobody_may_approach_asks_for_nothing() -> None:
    asks = {"a0": [CampaignAsk(6, date(2026, 11, 2), date(2026, 11, 6))]}
    found = weigh(content((1, "elif"), (2, "elif")), work(person("elif"), asks=asks, resting=frozenset({"a0"})))
    assert asked(found, "elif").per_week == 1
    assert asked(found, TOGETHER).per_week == Fraction(1, 2)


def test_the_median_is_that_of_eight_whole_weeks_and_a_quiet_week_counts() -> None:
    done = sales("elif", 99, 20, 22, 24, 0, 26, 28, 30, 32)  # the first is the ninth week back
    done[Side.SALES, "elif"][Week(2026, 40)] = 99  # this week is not over
    found = asked(weigh(content(), work(person("elif"), done=done)), "elif")
    assert found.done.words == "median 25 over eight weeks"
    done = sales("elif", 20, 20, 20, 20, 25, 25, 25, 25)
    found = asked(weigh(content(), work(person("elif"), done=done)), "elif")
    assert found.done.words == "median 22.5 over eight weeks"


def test_weeks_with_absence_are_left_out_and_named() -> None:
    away = ((date(2026, 8, 14), date(2026, 8, 17)), (date(2026, 9, 5), date(2026, 9, 6)))  # Fri to Mon; a weekend
    done = sales("elif", 26, 2, 4, 26, 26, 24, 28, 30)  # w33 and w34 are those with absence
    found = asked(weigh(content(*[(1, "elif")] * 13), work(person("elif", away=away), done=done)), "elif")
    assert found.done.words == "median 26 over eight weeks (two with absence left out)"
    assert found.sentence == "asks Elif for 39 touches a week; median 26 over eight weeks (two with absence left out)"


def test_with_fewer_than_four_whole_weeks_there_is_nothing_to_compare_with() -> None:
    away = ((date(2026, 8, 3), date(2026, 9, 4)),)  # five of the eight
    done = sales("elif", 0, 0, 0, 0, 0, 1, 1, 1)
    found = asked(weigh(content(*[(1, "elif")] * 9), work(person("elif", away=away), done=done)), "elif")
    assert found.done.words == "away in five of the last eight weeks, too many to compare with"
    assert not found.over
    four = ((date(2026, 8, 3), date(2026, 8, 28)),)
    assert asked(weigh(content(*[(1, "elif")] * 9), work(person("elif", away=four), done=done)), "elif").over


@pytest.mark.parametrize(
    ("first_touch", "words"),
    [
        (None, "no eight weeks yet"),
        (date(2026, 8, 10), "no eight weeks yet"),  # the Monday after the first of the eight
        (date(2026, 8, 9), "median 3 over eight weeks"),  # the Sunday of the first of the eight
    ],
)
def test_who_began_later_is_asked_and_compared_with_nothing(first_touch: date | None, words: str) -> None:
    done = sales("elif", *[3] * 8)
    found = asked(weigh(content(*[(1, "elif")] * 9), work(person("elif", first_touch=first_touch), done=done)), "elif")
    assert found.sentence == f"asks Elif for 27 touches a week; {words}"
    assert found.over == (words != "no eight weeks yet")


@pytest.mark.parametrize(
    ("done", "accounts", "over"),
    [(20, 22, False), (20, 23, True), (5, 5, False), (5, 6, True), (0, 0, False), (0, 1, True), (30, 12, False)],
)
def test_a_gap_is_more_than_a_tenth_and_a_whole_touch(done: int, accounts: int, over: bool) -> None:
    found = weigh(content(*[(2, "elif")] * accounts), work(person("elif"), done=sales("elif", *[done] * 8)))
    assert asked(found, "elif").over is over
    three_quarters = weigh(content(*[(3, "elif")] * 3), work(person("elif"), done=sales("elif", *[0] * 8)))
    assert not asked(three_quarters, "elif").over  # 0.75 a week more than nothing: no whole touch


def test_the_eight_weeks_reach_over_week_53() -> None:
    today = date(2027, 1, 20)  # in 2027-w03; 2026 has 53 weeks
    back = work(today=today, quarter=Quarter(2027, 1)).weeks_before
    assert [str(week) for week in back] == [
        "2026-w48", "2026-w49", "2026-w50", "2026-w51", "2026-w52", "2026-w53", "2027-w01", "2027-w02",
    ]  # fmt: skip
    done = {(Side.SALES, "elif"): {Week(2026, 53): 40} | dict.fromkeys(back[:4], 10)}
    done[Side.SALES, "elif"] |= dict.fromkeys([back[4], *back[6:]], 12)
    found = weigh(content(), work(person("elif"), today=today, quarter=Quarter(2027, 1), done=done))
    assert asked(found, "elif").done.median == 11  # 10 10 10 10 12 12 12 40


def test_a_week_in_which_the_clocks_change_is_a_week() -> None:
    assert len(working_days(date(2026, 10, 19), date(2026, 11, 1))) == 10  # clocks go back on 25 October
    found = weigh(content((1, "elif")), work(person("elif", away=((date(2026, 10, 26), date(2026, 10, 26)),))))
    assert asked(found, "elif").present == 65


def test_plays_are_asked_of_the_marketers_named_and_of_marketing_together() -> None:
    done = {
        (Side.MARKETING, "priya"): weeks(*[4] * 8),
        (Side.MARKETING, "jonas"): weeks(*[2] * 8),
        (Side.MARKETING, "wen"): weeks(*[1] * 8),
        (Side.SALES, "elif"): weeks(*[50] * 8),
    }
    people = [person(name, sells=False) for name in ("priya", "jonas", "wen")]
    named = {"a0": ["priya"], "a1": ["priya", "jonas"]}
    placed = content((1, "elif"), (1, "elif"), (2, "elif"), (3, "elif"))
    found = weigh(placed, work(person("elif"), *people, done=done, marketers=named))
    # tier 1: one play a week; tier 2: two in four weeks; tier 3: one in four
    assert asked(found, "priya").per_week == Fraction(3, 2)
    assert asked(found, "jonas").per_week == Fraction(1, 2)
    assert asked(found, TOGETHER).per_week == Fraction(3, 4)
    together = asked(found, TOGETHER)
    assert together.sentence == "asks Marketing where nobody is named for 1 play a week; median 1 over eight weeks"
    nobody = weigh(placed, work(person("elif"), *people, done=done))
    assert asked(nobody, TOGETHER).per_week == Fraction(11, 4)
    assert asked(nobody, TOGETHER).done.median == 7


def test_a_gap_stops_until_both_seats_have_accepted_as_much() -> None:
    found = weigh(content(*[(2, "elif")] * 20), work(person("elif"), done=sales("elif", *[10] * 8)))
    (gap,) = found.gaps
    assert (gap.what, gap.figure, gap.over, gap.stops) == ("asked:sales:elif", 20, True, True)

    def word(side: Side, figure: int = 20) -> Accepted:
        return Accepted(gap.what, figure, side, "Amara Osei", "A launch", AT)

    for words in (
        [word(Side.SALES)],
        [word(Side.MARKETING)],
        [word(Side.SALES), word(Side.SALES)],
        [word(Side.SALES), word(Side.MARKETING, 19)],
    ):
        assert found.with_words(words).stopping
    settled = found.with_words([word(Side.SALES), word(Side.MARKETING, 25)])
    assert settled.stopping == []
    assert [one.figure for one in settled.gaps[0].accepted.values()] == [25, 20]
    assert "accepted for Sales already" in settled.gaps[0].why_not(Side.SALES)
    assert "fits by now" in asked(settled, TOGETHER).why_not(Side.SALES)


def test_what_could_give_is_counted() -> None:
    marcus, hannah = person("marcus"), person("hannah", sells=False)
    done = sales("elif", *[26] * 8) | sales("marcus", *[20] * 8) | sales("hannah", *[20] * 8)
    placed = content(*[(1, "elif")] * 11, *[(2, "elif")] * 8, *[(2, "marcus")] * 14)
    found = weigh(placed, work(person("elif"), marcus, hannah, done=done))
    gap = asked(found, "elif")
    assert gap.figure == 41
    assert gap.done.median == 26
    assert gap.fewer() == (5, 1)  # 15 touches a week at 3 each
    assert [(one.who, one.room) for one in found.roomy(Side.SALES)] == [("marcus", 6)]  # hannah is no AE any more
    unlimited = weigh(content((1, "elif")), work(person("elif"), done=sales("elif", *[0] * 8)))
    assert asked(unlimited, "elif").fewer() == (1, 1)


accounts = st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["elif", "marcus", "tomas"])), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(placed=accounts, to=st.sampled_from(["elif", "marcus", "tomas"]), seed=st.integers(0, 1000))
def test_handing_an_account_over_conserves_what_is_asked_in_all(
    placed: Sequence[tuple[int, str]], to: str, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 repeatable chance
    asks = {
        f"a{number}": [CampaignAsk(chance.randrange(9), Q4.first, Q4.first + timedelta(chance.randrange(150)))]
        for number in range(0, len(placed), 2)
    }
    gone = ((date(2026, 11, 2), date(2026, 11, 2 + chance.randrange(28))),)
    facts = work(person("elif"), person("marcus", away=gone), person("tomas"), asks=asks)
    moved = chance.randrange(len(placed))
    handed = [(tier, to if number == moved else ae) for number, (tier, ae) in enumerate(placed)]
    before, after = weigh(content(*placed), facts), weigh(content(*handed), facts)

    def total(found: Workload, side: Side) -> Fraction:
        return sum((one.touches for one in found.asked if one.side is side), Fraction(0))

    for side in Side:
        assert total(before, side) == total(after, side)
    for one in after.asked:
        assert one.present == 0 or one.per_week * one.present == one.touches * 5
