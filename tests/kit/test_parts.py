"""The parts of a page as markup: text stays text, addresses keep their view, nothing depends on colour."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, render_template_string

from abm.kit.clock import Week
from tests.kit.gallery import gallery_app

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture(scope="module")
def gallery() -> Flask:
    return gallery_app()


@pytest.fixture
def address() -> str:
    return "/"


@pytest.fixture(autouse=True)
def request_for_a_page(gallery: Flask, address: str) -> Iterator[None]:
    with gallery.test_request_context(address):
        yield


def render(library: str, call: str, **values: object) -> str:
    return render_template_string(f'{{% import "kit/{library}.html" as kit %}}{{{{ kit.{call} }}}}', **values).strip()


@pytest.mark.parametrize(
    ("library", "call"),
    [
        ("page", "page_head(text, lead=text)"),
        ("page", "breadcrumb([(text, text)])"),
        ("page", "tabs([(text, text, True, text)], label=text)"),
        ("page", "empty_state(text, text, (text, text))"),
        ("page", "messages([(text, text)])"),
        ("page", "stat(text, text, href=text, change=text, hint=text)"),
        ("page", "facts([(text, text)])"),
        ("page", "bullet(1, 2, text)"),
        ("page", "timeline([{'who': text, 'text': text, 'when': text, 'body': text, 'href': text}])"),
        ("page", "diff_list([{'kind': 'in', 'text': text, 'why': text, 'href': text}])"),
        ("page", "task_list([{'text': text, 'href': text, 'done': False, 'state': text, 'hint': text}])"),
        ("page", "copyable(text, text)"),
        ("marks", "badge(text)"),
        ("marks", "side('sales', text)"),
        ("marks", "status('blocked', text)"),
        ("forms", "button(text, name=text, value=text)"),
        ("forms", "post(text, text, fields={text: text})"),
        ("forms", "filter_select(text, text, [(text, text)], text)"),
        ("tables", "td(text, text, href=text)"),
        ("tables", "row_head(text, text, text)"),
        ("charts", "stacked_bars('x', text, [('both', text)], [{'label': text, 'counts': {'both': 1}}], text, text)"),
        ("charts/rows", "waterfall(text, [geometry.Step(text, 1, True, text)], unit=text)"),
        ("charts/rows", "against_range(text, [geometry.Measure(text, 1, 0, 2, 3, text)], unit=text, rows_name=text)"),
        ("charts/weeks", "trend(text, [geometry.Point(week, 1)], [geometry.Mark(week, text)], unit=text)"),
    ],
)
def test_text_from_people_and_files_stays_text(library: str, call: str) -> None:
    html = render(library, call, text=HOSTILE, week=Week(2026, 47))
    assert "<img" not in html
    assert "&lt;img" in html


@pytest.mark.parametrize("address", ["/accounts/?tier=1&tier=2&sort=name&after=k9&_scheme=javascript"])
def test_an_address_keeps_the_view_that_it_changes() -> None:
    href = render("tables", 'here(sort="-name", after=None)').replace("&amp;", "&")
    assert href == "/accounts/?tier=1&tier=2&_scheme=javascript&sort=-name"


@pytest.mark.parametrize(
    ("current", "order", "leads_to"),
    [("name", 'aria-sort="ascending"', "-name"), ("-name", 'aria-sort="descending"', "name"), ("tier", "", "name")],
)
def test_a_head_says_its_order_and_turns_it_round(current: str, order: str, leads_to: str) -> None:
    html = render("tables", 'th("Account", key="name", current=current)', current=current)
    assert f'href="/?sort={leads_to}"' in html
    assert order in html
    assert ("aria-sort" in html) == bool(order)


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_cell_says_none_aloud(value: str | None) -> None:
    assert '<span class="visually-hidden">none</span>' in render("tables", 'td("Tier", value)', value=value)


def test_nothing_counted_is_a_nought_and_no_dash() -> None:
    assert render("tables", 'td("Touches", 0, numeric=True)') == '<td data-label="Touches" class="num">0</td>'


@pytest.mark.parametrize(("tier", "filled", "words"), [(1, 3, "Tier 1"), (2, 2, "Tier 2"), (3, 1, "Tier 3")])
def test_a_tier_reads_as_words_and_as_bars(tier: int, filled: int, words: str) -> None:
    html = render("marks", f"tier({tier})")
    assert html.count("is-filled") == filled
    assert words in html


def test_an_account_without_a_tier_says_so() -> None:
    html = render("marks", "tier(None)")
    assert "No tier yet" in html
    assert "is-filled" not in html


@pytest.mark.parametrize(
    ("call", "done", "over", "tick"),
    [
        ("bullet(5, 10, 'x', expected=8)", "50.0%", None, "80.0%"),
        ("bullet(13, 12, 'x')", "100.0%", "7.69%", None),
        ("bullet(0, 0, 'x')", "0.0%", None, None),
    ],
)
def test_a_bullet_bar_is_drawn_to_scale(call: str, done: str, over: str | None, tick: str | None) -> None:
    html = render("page", call)
    assert f'class="bullet-value" x="0" y="3" width="{done}"' in html
    assert ("bullet-over" in html) == (over is not None)
    assert over is None or f'width="{over}"' in html
    assert ("bullet-tick" in html) == (tick is not None)
    assert tick is None or f'x="{tick}"' in html


def test_a_chart_gives_its_figures_as_a_table_too() -> None:
    rows = [{"label": "Tier 1", "counts": {"both": 3, "sales": 1}, "hrefs": {"both": "/there"}}]
    html = render(
        "charts", "stacked_bars('x', 'Three of four', parts, rows)", parts=[("both", "Both"), ("sales", "S")], rows=rows
    )
    assert 'width="75.0%"' in html
    assert 'width="25.0%"' in html
    assert '<td class="num"><a href="/there">3</a></td>' in html
    assert 'aria-label="Tier 1: Both 3, S 1"' in html


def test_a_row_without_anything_is_drawn_empty() -> None:
    html = render("charts", "stacked_bars('x', 'None', [('both', 'Both')], [{'label': 'Tier 1', 'counts': {}}])")
    assert "part-none" in html
