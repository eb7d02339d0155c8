"""Charts of steps, ranges and weeks: everything stands where the figures say, and no figures break a drawing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask, render_template_string

from abm.kit.charts import Mark, Measure, Point, Scale, Step, from_nought, over_ranges, sparkline, trend, waterfall
from abm.kit.clock import Week
from abm.kit.filters import brief
from tests.kit.gallery import gallery_app

W40 = Week(2026, 40)
LONG = "Waiting for an answer of everybody in the buying group, " * 4


@pytest.fixture(scope="module")
def gallery() -> Flask:
    return gallery_app()


@pytest.fixture(autouse=True)
def request_for_a_page(gallery: Flask) -> Iterator[None]:
    with gallery.test_request_context("/"):
        yield


def weeks(*values: float | None) -> list[Point]:
    return [Point(W40.plus(count), value) for count, value in enumerate(values)]


def draw(library: str, call: str, **values: object) -> str:
    source = f'{{% import "kit/charts/{library}.html" as kit %}}{{{{ kit.{call} }}}}'
    return " ".join(render_template_string(source, **values).split())


def cells(html: str) -> list[list[str]]:
    """The rows of the table of figures, as text."""
    rows = re.findall(r"<tr>(.*?)</tr>", html.partition("<tbody>")[2])
    return [[re.sub("<.*?>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


# A waterfall.


def test_a_waterfall_goes_through_its_steps() -> None:
    """40 of at most 50 are four fifths of the width; ten more reach its end; 25 fewer come back to the middle."""
    drawn = waterfall([Step("Stood", 40, total=True), Step("In", 10), Step("Out", -25), Step("Stand", 25, total=True)])
    assert [(bar.x, bar.width) for bar in drawn.bars] == [(0, 80), (80, 20), (50, 50), (0, 50)]
    assert [(bar.before, bar.after) for bar in drawn.bars] == [(0, 80), (80, 100), (100, 50), (50, 50)]
    assert [(bar.stood, bar.stands) for bar in drawn.bars] == [(0, 40), (40, 50), (50, 25), (25, 25)]
    assert drawn.nought == 0


def test_a_waterfall_that_falls_below_nought_shows_where_that_is() -> None:
    """From 10 to -20 is 30 long, so nought stands at two thirds of it."""
    drawn = waterfall([Step("Stood", 10, total=True), Step("Lost", -30), Step("Stand", -20, total=True)])
    assert drawn.nought == pytest.approx(200 / 3, abs=0.001)
    assert [bar.x for bar in drawn.bars] == pytest.approx([200 / 3, 0, 0], abs=0.001)
    assert [bar.width for bar in drawn.bars] == pytest.approx([100 / 3, 100, 200 / 3], abs=0.001)


def test_one_of_ten_thousand_can_still_be_seen() -> None:
    drawn = waterfall([Step("Stood", 10_000, total=True), Step("In", 1), Step("Nobody", 0)])
    assert [(bar.x, bar.width) for bar in drawn.bars[1:]] == [(99.5, 0.5), (100, 0)]


@pytest.mark.parametrize("stood", [40, 0])
def test_a_waterfall_that_does_not_add_up_is_refused(stood: int) -> None:
    with pytest.raises(ValueError, match=f"Stand: the steps add up to {stood + 3}, not to {stood + 5}"):
        waterfall([Step("Stood", stood, total=True), Step("In", 3), Step("Stand", stood + 5, total=True)])


def test_a_waterfall_says_its_signs_and_tells_ups_from_downs_without_colour() -> None:
    steps = [Step("Stood", 40, total=True), Step("In", 3, href="/in"), Step("Out", -2), Step("Stand", 41, total=True)]
    html = draw("rows", "waterfall('One more', steps, id='w')", steps=steps)
    assert re.findall(r'chart-value">(.*?)<', html) == ["40", "+3", "−2", "41"]
    assert html.count('fill="url(#w-fewer)"') == 1
    assert 'aria-label="from 43 to 41"' in html
    assert '<a href="/in">In</a>' in html
    assert cells(html) == [["Stood", "", "40"], ["In", "+3", "43"], ["Out", "−2", "41"], ["Stand", "", "41"]]


def test_a_waterfall_of_money_is_written_in_whole_units() -> None:
    steps = [Step("Stood", 125_000_000, total=True), Step("Lost", -2_680_000)]
    html = draw("rows", "waterfall('Less', steps, currency='EUR')", steps=steps)
    assert cells(html) == [["Stood", "", "€1,250,000"], ["Lost", "−€26,800", "€1,223,200"]]


# A dot over its range.


def test_all_rows_share_a_scale_from_nought() -> None:
    scale = over_ranges([Measure("Aware", 12, 9, 18, 41), Measure("Engaged", 31, None, None, 2)])
    assert (scale.low, scale.high) == (0, 40)
    assert [scale.at(value) for value in (9, 12, 18, 31)] == [22.5, 30, 45, 77.5]


@pytest.mark.parametrize(
    ("value", "low", "high", "standing"),
    [(8.9, 9, 18, "below"), (9, 9, 18, "within"), (18, 9, 18, "within"), (18.1, 9, 18, "above"), (5, None, None, None)],
)
def test_a_figure_stands_below_within_or_above_its_range(
    value: float, low: float | None, high: float | None, standing: str | None
) -> None:
    assert Measure("Aware", value, low, high, 5).standing == standing


@pytest.mark.parametrize(
    ("value", "low", "high"), [(1, 3, 2), (1, 3, None), (1, None, 3), (float("nan"), 1, 2), (1, 0, float("inf"))]
)
def test_what_is_no_range_is_refused(value: float, low: float | None, high: float | None) -> None:
    with pytest.raises(ValueError, match=r"range|missing"):
        Measure("Aware", value, low, high, 5)


def test_a_range_is_told_in_words_and_figures_too() -> None:
    rows = [Measure("Engaged", 31, 14, 22.5, 18), Measure("New", 1, None, None, 4), Measure("None", None, 3, 6, 0)]
    html = draw("rows", "against_range('Longer', rows)", rows=rows)
    said = ["above the range of 14 to 22.5", "no range yet", "nothing now; the range was 3 to 6"]
    assert re.findall(r'role="img" aria-label="(.*?)"', html) == said
    assert re.findall(r'chart-value">([^<]+)<', html) == ["31 days", "1 day", "–"]
    assert cells(html) == [["Engaged", "31", "14 to 22.5", "18"], ["New", "1", "–", "4"], ["None", "–", "3 to 6", "0"]]


# Weeks.


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([], [0, 1]),
        ([0, 0], [0, 1]),
        ([1], [0, 1]),
        ([18, 12], [0, 5, 10, 15, 20]),
        ([20], [0, 5, 10, 15, 20]),
        ([0.3], [0, 0.1, 0.2, 0.3]),
        ([-4, 6], [-4, -2, 0, 2, 4, 6]),
        ([-7], [-8, -6, -4, -2, 0]),
        ([1_250_000_000], [0, 500_000_000, 1_000_000_000, 1_500_000_000]),
    ],
)
def test_an_axis_has_nought_and_round_ticks(values: list[float], ticks: list[float]) -> None:
    assert from_nought(values).ticks == pytest.approx(ticks)


def test_a_scale_without_length_has_its_middle_alone() -> None:
    assert Scale(7, 7).at(7) == Scale(7, 7).down(7) == 50


def test_a_trend_stands_over_nought_and_breaks_where_a_week_has_no_figure() -> None:
    """20 is the top of the axis, so 10 stands in the middle and 5 a quarter from below."""
    drawn = trend(weeks(0, 10, None, 5, 20), [Mark(W40.plus(3), "Definition 2")])
    assert [(dot.x, dot.y) for dot in drawn.line.dots] == [(0, 100), (25, 50), (75, 75), (100, 0)]
    assert [(one.value, other.value) for one, other in drawn.line.joins] == [(0, 10), (5, 20)]
    assert drawn.line.missing == 1
    assert [(change.letter, change.x) for change in drawn.changes] == [("A", 62.5)]


def test_weeks_left_out_are_gaps_also_over_new_year() -> None:
    """2026 has 53 weeks."""
    line = trend([Point(Week(2027, 2), 4), Point(Week(2026, 52), 3)]).line
    assert [point.week for point in line.points] == [Week(2026, 52), Week(2026, 53), Week(2027, 1), Week(2027, 2)]
    assert ([dot.x for dot in line.dots], line.joins, line.missing) == ([0, 100], (), 2)


def test_the_latest_week_is_always_named_and_there_is_room_for_the_others() -> None:
    """Every third of twelve weeks, from the last one back: the third is two of eleven steps from the left."""
    named = trend(weeks(*range(12))).named
    assert [week.number for week, _ in named] == [42, 45, 48, 51]
    assert [x for _, x in named] == pytest.approx([200 / 11, 500 / 11, 800 / 11, 100], abs=0.001)


def test_changes_of_one_week_share_a_mark_and_those_outside_have_none() -> None:
    marks = [Mark(W40, "b"), Mark(W40, "c"), Mark(W40.plus(-1), "before"), Mark(W40.plus(2), "after")]
    assert [(change.x, change.words) for change in trend(weeks(1, 2), marks).changes] == [(0, ("b", "c"))]


def test_a_week_that_is_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="A week has one figure"):
        trend([Point(W40, 1), Point(W40, 2)])


def test_a_trend_tells_its_weeks_and_changes_in_words_too() -> None:
    marks = [Mark(W40.plus(2), "Definition 2")]
    html = draw("weeks", "trend('More', points, marks)", points=weeks(12, None, 18), marks=marks)
    assert 'aria-label="3 weeks, 1 without a figure, from 12 to 18; the definition changed in W42"' in html
    assert "From W42: Definition 2" in html
    assert cells(html) == [["W40 2026", "12", ""], ["W41 2026", "no figure", ""], ["W42 2026", "18", "Definition 2"]]


def test_a_week_that_is_no_whole_one_is_told_as_such_and_drawn_hollow() -> None:
    html = draw("weeks", "trend('More', points)", points=[Point(W40, 12, "4 days"), Point(W40.plus(1), 18, "open")])
    assert "Not a whole week: W40 (4 days), W41 (open)" in html
    assert cells(html) == [["W40 2026, 4 days", "12"], ["W41 2026, open", "18"]]
    assert html.count("course-dot is-part") == 2
    assert "is-part" not in draw("weeks", "trend('More', points)", points=weeks(12, 18))


def test_a_sparkline_lies_between_its_own_lowest_and_highest() -> None:
    assert [(dot.x, dot.y) for dot in sparkline(weeks(12, 18, 15)).dots] == [(0, 100), (50, 0), (100, 50)]
    assert {dot.y for dot in sparkline(weeks(7, 7, 7)).dots} == {50}


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (weeks(12, *range(11), 18), 'aria-label="13 weeks, from 12 to 18"'),
        (weeks(12), 'aria-label="1 week, 12"'),
        (weeks(None, 3), 'aria-label="2 weeks, 1 without a figure, 3"'),
        (weeks(None), ">no figure yet<"),
        ([], ">no figure yet<"),
    ],
)
def test_a_sparkline_is_told_in_words(points: list[Point], words: str) -> None:
    assert words in draw("weeks", "sparkline(points)", points=points)


@pytest.mark.parametrize(
    ("value", "currency", "words"),
    [
        (0, None, "0"),
        (0.1 + 0.2, None, "0.3"),
        (9_500, None, "9,500"),
        (12_500, None, "12.5K"),
        (-2_000_000, None, "−2M"),
        (950_000, "EUR", "€9,500"),
        (50, "EUR", "€0.5"),
        (51_358_024_692, "EUR", "€513.6M"),
        (50_000, "JPY", "JP¥50K"),
    ],
)
def test_an_axis_writes_large_figures_short(value: float, currency: str | None, words: str) -> None:
    assert brief(value, currency) == words


def test_a_figure_too_long_for_its_place_is_short_there_and_whole_in_the_table() -> None:
    html = draw("weeks", "trend('More', points, currency='EUR')", points=weeks(100_00, 51_358_024_692))
    assert ">€513.6M</text>" in html
    assert cells(html) == [["W40 2026", "€100"], ["W41 2026", "€513,580,247"]]


# Whatever the figures.

SERIES = [
    (),
    (0,),
    (5,),
    (7, 7, 7),
    (0, 0),
    (-3, 4),
    (-5, -2),
    (10**15, 1),
    (None, None),
    (None, 2, None),
    (0.001, 0.002),
]


@pytest.mark.parametrize("values", SERIES)
def test_everything_stays_within_its_drawing(values: tuple[float | None, ...]) -> None:
    known = [value for value in values if value is not None]
    steps = [Step(LONG, 5, total=True), *(Step(LONG, int(value)) for value in known)] if known else []
    measures = [Measure(LONG, value, 0, abs(value or 0), 1) for value in values]
    data = {"points": weeks(*values), "marks": [Mark(W40, LONG)], "steps": steps, "measures": measures}
    calls = [("rows", "waterfall('c', steps)"), ("rows", "against_range('c', measures)")]
    calls += [("weeks", "trend('c', points, marks)"), ("weeks", "sparkline(points)")]
    html = "".join(draw(library, call, **data) for library, call in calls)
    places = [float(place) for place in re.findall(r'="([^"]+)%"', html)]
    assert all(0 <= place <= 100 for place in places)
    assert bool(places) == bool(values)
