"""Every page of the demonstration in a browser: no barrier, no sideways scroll, no complaint, in each theme and width.

All rules of axe-core run in light where it is wide and in dark where it is narrow; those that look at colours once more
for each page in dark where it is wide: no other rule can tell the themes apart.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize

from tests.browsers import barriers, sideways
from tests.journeys.addresses import NO_PAGE, PAGES, REFUSED, things_of
from tests.journeys.visitors import Visitors

pytestmark = pytest.mark.browser

WIDE, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)
COLOURS = ("color-contrast", "link-in-text-block")
ROWS = 4  # of a table speak for the others: one loop wrote them


@pytest.fixture(scope="module")
def things(demonstration: Flask) -> Mapping[str, str]:
    return things_of(demonstration)


def test_every_route_that_shows_a_page_is_visited(demonstration: Flask) -> None:
    shown = {rule.endpoint for rule in demonstration.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert shown == PAGES.keys() | NO_PAGE.keys()


@pytest.mark.parametrize("endpoint", PAGES)
def test_everyone_can_use_it(visitors: Visitors, things: Mapping[str, str], endpoint: str) -> None:
    for number, (person, address) in enumerate(PAGES[endpoint]):
        page = visitors.page_of(person)
        _look(page, address.format(**things), 200, colours=number == 0)
    assert visitors.complaints == []


@pytest.mark.parametrize(("person", "address", "status"), REFUSED)
def test_a_refusal_is_a_page_that_everyone_can_use(
    visitors: Visitors, things: Mapping[str, str], person: str, address: str, status: int
) -> None:
    _look(visitors.page_of(person), address.format(**things), status)
    others = [one for one in visitors.complaints if f"status of {status}" not in one]
    visitors.complaints.clear()  # the browser writes every refusal to its console
    assert others == []


def _look(page: Page, address: str, status: int, *, colours: bool = True) -> None:
    """Everything in light where it is wide and in dark where it is narrow; `colours`: wide and dark as well."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status, address
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    found = [*_outline(page), *barriers(page, rows=ROWS), *_aside(page, WIDE)]
    page.emulate_media(color_scheme="dark")
    found += barriers(page, rules=COLOURS, rows=ROWS) if colours else []
    page.set_viewport_size(PHONE)
    found += [*barriers(page, rows=ROWS), *_aside(page, PHONE)]
    assert found == [], address


def _aside(page: Page, size: ViewportSize) -> list[str]:
    aside = sideways(page)
    return [f"scrolls sideways by {aside} px at {size['width']}"] if aside else []


def _outline(page: Page) -> list[str]:
    """What a page lacks of a title, one heading, and its landmarks."""
    wanted = {"h1": 1, "main": 1, "html[lang]": 1}
    found = {selector: page.locator(selector).count() for selector in wanted}
    lacking = [f"{count} × {selector}" for selector, count in found.items() if count != wanted[selector]]
    return lacking if page.title().strip() else [*lacking, "no title"]
