"""How much is due by when, where the clock of a commitment stood still: against counting days one by one."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from abm.outbound.clocks import Clock, Span, united
from abm.outbound.pauses import Pause, PauseCause, clock_of

BEGIN = date(2026, 11, 2)  # a Monday


def day(number: int) -> date:
    return BEGIN + timedelta(days=number)


def clock(*, paused: tuple[Span, ...] = (), excused: tuple[Span, ...] = (), end: int = 9) -> Clock:
    """Ten touches in ten days."""
    return Clock(10, day(0), day(9), day(end), paused, excused)


def test_nothing_is_due_on_days_of_rest_and_what_is_owed_shrinks_by_their_share() -> None:
    away = Span(day(2), day(5))
    rested = clock(paused=(away,), excused=(away,))

    assert rested.owed == 6
    assert [rested.due_by(day(n)) for n in (0, 1, 2, 5, 6, 9)] == [1, 2, 2, 2, 3, 6]


def test_what_waits_is_owed_in_full_over_the_days_that_are_left() -> None:
    waited = clock(paused=(Span(day(0), day(4)),))

    assert waited.owed == 10
    assert [waited.due_by(day(n)) for n in (4, 5, 7, 9)] == [0, 2, 6, 10]


def test_a_rest_beyond_both_ends_leaves_nothing_to_owe() -> None:
    whole = Span(day(-30), date.max)

    assert clock(paused=(whole,), excused=(whole,)).owed == 0
    assert clock(paused=(whole,), excused=(whole,)).due_by(day(9)) == 0


def test_a_window_that_was_closed_early_owes_its_share_up_to_that_day() -> None:
    assert clock(end=4).due_by(day(9)) == 5


def wait(by: int, last: int | None = None) -> Pause:
    until = day(last) if last is not None else None
    return Pause(cause=PauseCause.WAITING, first_day=day(1), last_day=until, by_day=day(by))


def test_days_by_which_the_other_side_is_late_are_out_of_the_count() -> None:
    punctual, late = wait(by=3, last=3), wait(by=3, last=6)

    assert clock_of([punctual], day(9), 10, day(0), day(9), day(9)).owed == 10
    assert clock_of([late], day(9), 10, day(0), day(9), day(9)).owed == 7  # three days of ten


def test_a_wait_that_goes_on_lasts_until_it_was_promised_and_then_day_by_day() -> None:
    open_one = wait(by=4)

    early = clock_of([open_one], day(2), 10, day(0), day(9), day(9))
    assert early.paused == (Span(day(1), day(4)),)
    assert early.owed == 10
    assert clock_of([open_one], day(6), 10, day(0), day(9), day(9)).owed == 8


def test_a_rest_that_is_to_come_is_not_known_yet_but_an_absence_is() -> None:
    rest = Pause(cause=PauseCause.LATE_DEAL, first_day=day(5), last_day=None, by_day=None)
    away = Pause(cause=PauseCause.ABSENCE, first_day=day(5), last_day=day(9), by_day=None)

    assert clock_of([rest], day(1), 10, day(0), day(9), day(9)).owed == 10
    assert clock_of([away], day(1), 10, day(0), day(9), day(9)).owed == 5


numbers = st.integers(-5, 35)
spans = st.lists(st.tuples(numbers, numbers).map(lambda two: Span(day(min(two)), day(max(two)))), max_size=5)


@given(wanted=st.integers(1, 60), length=st.integers(1, 30), rests=spans, waits=spans, when=numbers)
def test_it_is_what_counting_days_one_by_one_gives(
    wanted: int, length: int, rests: list[Span], waits: list[Span], when: int
) -> None:
    window = [day(n) for n in range(length)]

    def lie(one: date, among: list[Span]) -> bool:
        return any(span.first <= one <= span.last for span in among)

    found = Clock(wanted, window[0], window[-1], window[-1], (*rests, *waits), tuple(rests))

    owed = round(Fraction(wanted * sum(not lie(one, rests) for one in window), length))
    running = [one for one in window if not lie(one, [*rests, *waits])]
    passed = sum(one <= day(when) for one in running)
    due = round(Fraction(owed * passed, len(running))) if running else owed * (day(when) >= window[-1])
    assert found.owed == owed
    assert found.due_by(day(when)) == due


@given(spans)
def test_united_spans_have_the_same_days_once(some: list[Span]) -> None:
    together = list(united(some))

    def days(among: list[Span]) -> list[date]:
        return [one.first + timedelta(days=n) for one in among for n in range(one.days)]

    assert sorted(set(days(some))) == days(together)
