"""How much of a commitment is due by a day, when its clock stood still for some of them (domain §7). Pure.

* On days of rest (absence, a late-stage deal, opt-outs, "do not approach") nothing is due: they are out of the count,
  and what is owed shrinks by their share of the window.
* While it waits on the other side the clock stands still too, but what is owed stays: it is due over the days that are
  left. Only the days by which the other side is later than it had said are out of the count.
* What is due by a day is the even share of the days on which the clock ran. A window that was closed early owes its
  share up to that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Days from the first to the last, both among them."""

    first: date
    last: date

    def within(self, first: date, last: date) -> Span | None:
        """What of it lies between two days; None where nothing does."""
        begins, ends = max(self.first, first), min(self.last, last)
        return Span(begins, ends) if begins <= ends else None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Clock:
    """A commitment's window, and the days of it on which the clock stood still.

    `paused` are all of them, `excused` those that are out of the count; spans may overlap.
    """

    wanted: int
    first_day: date
    last_day: date
    end: date  # the last day that counts: that of the window unless it was closed early
    paused: tuple[Span, ...] = ()
    excused: tuple[Span, ...] = ()

    @property
    def owed(self) -> int:
        """What is left of what was promised once the excused days are out, rounded half to even."""
        days = Span(self.first_day, self.last_day).days
        return round(self.wanted * (days - self._covered(self.excused, self.last_day)) / days)

    def due_by(self, day: date) -> int:
        """How much was planned to be done at the end of a day, rounded half to even; after its end, what is owed."""
        return round(self.share_by(day))

    def share_by(self, day: date) -> Fraction:
        """The same before rounding: shares of many commitments add up to the share of all of them."""
        upto = min(day, self.end)
        if upto < self.first_day:
            return Fraction(0)
        running = Span(self.first_day, self.last_day).days - self._covered(self.paused, self.last_day)
        if not running:
            return Fraction(self.owed if upto >= self.last_day else 0)
        passed = Span(self.first_day, upto).days - self._covered(self.paused, upto)
        return Fraction(self.owed * passed, running)

    def stands_still_on(self, day: date) -> bool:
        return any(span.first <= day <= span.last for span in self.paused)

    def _covered(self, spans: Iterable[Span], upto: date) -> int:
        """How many days from the first to `upto` lie in one span at least."""
        inside = (span.within(self.first_day, upto) for span in spans)
        return sum(span.days for span in united(span for span in inside if span is not None))


def united(spans: Iterable[Span]) -> Iterator[Span]:
    """The same days in spans that neither overlap nor touch, the first of them first."""
    open_one: Span | None = None
    for span in sorted(spans, key=lambda one: (one.first, one.last)):
        if open_one is None or span.first > open_one.last + DAY:
            if open_one is not None:
                yield open_one
            open_one = span
        else:
            open_one = Span(open_one.first, max(open_one.last, span.last))
    if open_one is not None:
        yield open_one


def planned(wanted: int, first: date, last: date, day: date) -> int:
    """An even share of `wanted` over the days from first to last, as it stands at the end of a day, rounded."""
    return Clock(wanted, first, last, last).due_by(day)
