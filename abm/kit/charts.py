"""Where the parts of a chart stand: figures in, percentages of a drawing out. `templates/kit/charts/` only draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite, log10

from abm.kit.clock import Week

THINNEST = 0.5  # per cent of the width, so that one of ten thousand can still be seen
INTERVALS = 5  # at most, between the ticks of an axis
WEEKS_NAMED = 5  # at most, below an axis of weeks: that many fit on a phone


@dataclass(frozen=True)
class Step:
    """What a waterfall goes through: a change, or (`total`) where it stands by then.

    `value` is a whole number, of what is counted or of the currency's minor units; a change carries its sign.
    """

    label: str
    value: int
    total: bool = False
    href: str | None = None


@dataclass(frozen=True)
class Measure:
    """A figure beside the range in which it used to lie, all three in one unit (such as days), from `n` cases.

    Without a case `value` is None; without earlier weeks `low` and `high` are. Raises ValueError for half a range, one
    that stands on its head, and figures that are not finite.
    """

    label: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    href: str | None = None

    def __post_init__(self) -> None:
        _refuse_infinite(self.value, self.low, self.high)
        if (self.low is None) != (self.high is None):
            raise ValueError(f"{self.label}: a range has both ends or none.")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"{self.label}: {self.low} to {self.high} is no range.")

    @property
    def standing(self) -> str | None:
        """`above`, `within` or `below` its range; None where there is nothing to compare."""
        if self.value is None or self.low is None or self.high is None:
            return None
        return "above" if self.value > self.high else "below" if self.value < self.low else "within"


@dataclass(frozen=True)
class Point:
    """A week's figure, in any one unit; None where there is none. Raises ValueError for one that is not finite.

    `note` says why it is not the figure of a whole week, such as `open`; empty for a whole one.
    """

    week: Week
    value: float | None
    note: str = ""

    def __post_init__(self) -> None:
        _refuse_infinite(self.value)


@dataclass(frozen=True)
class Mark:
    """From this week on the figure means something else; `words` say what, such as `Coverage, definition 3`."""

    week: Week
    words: str


def _refuse_infinite(*values: float | None) -> None:
    if not all(isfinite(value) for value in values if value is not None):
        raise ValueError("A figure that is missing is None; one that is not finite cannot be drawn.")


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high`, laid over 0 to 100 per cent; `ticks` are round values on it."""

    low: float
    high: float
    ticks: tuple[float, ...] = ()

    def at(self, value: float) -> float:
        """Per cent from the low end; the middle where the scale has no length."""
        if self.high == self.low:
            return 50
        return round(100 * (value - self.low) / (self.high - self.low), 3)

    def down(self, value: float) -> float:
        """Per cent from the top, where the high end stands."""
        return round(100 - self.at(value), 3)


def from_nought(values: Iterable[float]) -> Scale:
    """A scale over all values and nought, between round ends, in steps of 1, 2 or 5 times a power of ten.

    Where all values are whole, so are the ticks; where all are nought, it goes to 1.
    """
    known = [float(value) for value in values]
    low, high = min([0.0, *known]), max([0.0, *known])
    if low == high:
        high = 1.0
    step = _round_step((high - low) / INTERVALS)
    if all(value.is_integer() for value in known):
        step = max(step, 1)
    first, last = floor(low / step), ceil(high / step)
    return Scale(first * step, last * step, tuple(count * step for count in range(first, last + 1)))


def over_ranges(rows: Iterable[Measure]) -> Scale:
    """The scale that all rows share."""
    ends = (end for row in rows for end in (row.value, row.low, row.high))
    return from_nought(end for end in ends if end is not None)


def _round_step(least: float) -> float:
    power = 10.0 ** floor(log10(least))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= least * (1 - 1e-9))


@dataclass(frozen=True)
class Bar:
    """A step as it is drawn: from `x`, `width` wide; it comes from the level `before` and leaves at `after` (per cent).

    `stood` and `stands` are the values of these levels.
    """

    step: Step
    x: float
    width: float
    before: float
    after: float
    stood: int
    stands: int


@dataclass(frozen=True)
class Waterfall:
    """The bars from top to bottom and where nought stands, per cent."""

    bars: tuple[Bar, ...]
    nought: float


def waterfall(steps: Sequence[Step]) -> Waterfall:
    """Each change as a bar from the level before to the one after, each total as a bar from nought.

    Raises ValueError where a total after the first step is not what the steps before it add up to.
    """
    levels = _levels(steps)
    scale = Scale(min(levels), max(*levels, min(levels) + 1))
    return Waterfall(tuple(_bar(*each, scale) for each in zip(steps, levels, levels[1:], strict=False)), scale.at(0))


def _levels(steps: Sequence[Step]) -> list[int]:
    """Nought, then where it stands after each step."""
    levels = [0]
    for place, step in enumerate(steps):
        if step.total and place and step.value != levels[-1]:
            raise ValueError(f"{step.label}: the steps add up to {levels[-1]}, not to {step.value}.")
        levels.append(step.value if step.total else levels[-1] + step.value)
    return levels


def _bar(step: Step, stood: int, stands: int, scale: Scale) -> Bar:
    left, right = sorted((scale.at(0 if step.total else stood), scale.at(stands)))
    width = max(right - left, THINNEST if step.value else 0)
    x = min(left, 100 - width)
    return Bar(step, round(x, 3), round(width, 3), scale.at(stood), scale.at(stands), stood, stands)


@dataclass(frozen=True)
class Line:
    """A line of weeks: every week from first to last, the dots, and which two dots are joined."""

    points: tuple[Point, ...]
    dots: tuple[Dot, ...]
    joins: tuple[tuple[Dot, Dot], ...]

    @property
    def missing(self) -> int:
        """Weeks without a figure."""
        return len(self.points) - len(self.dots)


@dataclass(frozen=True)
class Dot:
    """A figure as it is drawn: per cent from the left and from the top."""

    week: Week
    value: float
    x: float
    y: float
    note: str = ""


@dataclass(frozen=True)
class Change:
    """A line where a figure began to mean something else, per cent from the left; `letter` leads to its words."""

    letter: str
    x: float
    week: Week
    words: tuple[str, ...]


@dataclass(frozen=True)
class Trend:
    """A line over an axis from nought: `named` are the weeks below it with their place, per cent from the left."""

    line: Line
    scale: Scale
    changes: tuple[Change, ...]
    named: tuple[tuple[Week, float], ...]


def sparkline(points: Iterable[Point]) -> Line:
    """A line between its own lowest and highest figure: it shows the shape; how much it is stands beside it."""
    every = _every_week(points)
    known = [point.value for point in every if point.value is not None]
    return _line(every, Scale(min(known, default=0), max(known, default=0)))


def trend(points: Iterable[Point], marks: Iterable[Mark] = ()) -> Trend:
    """A line over an axis from nought. A mark stands between its week and the one before; others are left out.

    A week that `points` leave out counts as one without a figure. Raises ValueError for a week that is given twice.
    """
    every = _every_week(points)
    scale = from_nought(point.value for point in every if point.value is not None)
    return Trend(_line(every, scale), scale, _changes(every, marks), _named(every))


def _every_week(points: Iterable[Point]) -> tuple[Point, ...]:
    given = sorted(points, key=lambda point: point.week)
    if any(one.week == other.week for one, other in pairwise(given)):
        raise ValueError("A week has one figure.")
    if not given:
        return ()
    known = {point.week: point for point in given}
    weeks = (given[0].week.plus(count) for count in range(_between(given[0].week, given[-1].week) + 1))
    return tuple(known.get(week, Point(week, None)) for week in weeks)


def _between(first: Week, last: Week) -> int:
    return (last.monday - first.monday).days // 7


def _line(every: Sequence[Point], scale: Scale) -> Line:
    across = _across(every)
    drawn = [
        _dot(point, point.value, across.at(place), scale) if point.value is not None else None
        for place, point in enumerate(every)
    ]
    joins = tuple((one, other) for one, other in pairwise(drawn) if one and other)
    return Line(tuple(every), tuple(dot for dot in drawn if dot), joins)


def _dot(point: Point, value: float, x: float, scale: Scale) -> Dot:
    return Dot(point.week, value, x, scale.down(value), point.note)


def _across(every: Sequence[Point]) -> Scale:
    return Scale(0, max(len(every) - 1, 0))


def _changes(every: Sequence[Point], marks: Iterable[Mark]) -> tuple[Change, ...]:
    words: dict[Week, list[str]] = {}
    for mark in sorted(marks, key=lambda mark: mark.week):
        words.setdefault(mark.week, []).append(mark.words)
    across = _across(every)
    places = {point.week: max(across.at(place - 0.5), 0) for place, point in enumerate(every)}
    shown = [week for week in words if week in places]
    return tuple(Change(_letter(rank), places[week], week, tuple(words[week])) for rank, week in enumerate(shown))


def _letter(rank: int) -> str:
    return chr(ord("A") + rank % 26) * (rank // 26 + 1)


def _named(every: Sequence[Point]) -> tuple[tuple[Week, float], ...]:
    apart = max(ceil((len(every) - 1) / (WEEKS_NAMED - 1)), 1)
    across = _across(every)
    return tuple((every[place].week, across.at(place)) for place in range(len(every) - 1, -1, -apart))[::-1]
