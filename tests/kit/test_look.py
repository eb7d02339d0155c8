"""Every part of the interface in a real browser: for everyone, in both themes, on every width, on paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import barriers, chromium, serving, sideways
from tests.kit.gallery import gallery_app

pytestmark = pytest.mark.browser

ADDRESSES = ("/", "/form", "/plain", "/problem/403", "/problem/404", "/problem/503")
WIDTHS = (1280, 360)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serving(gallery_app()) as address:
        yield address


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    page = browser.new_page(base_url=site)
    yield page
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_free_of_barriers_and_does_not_scroll_sideways(page: Page, theme: str, width: int) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    for address in ADDRESSES:
        page.goto(address)
        assert barriers(page) == [], address
        assert sideways(page) == 0, address


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_open_menus_details_and_errors_are_free_of_barriers(page: Page, theme: str, width: int) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    for menu in page.locator("details:visible").all():
        menu.evaluate("menu => { menu.open = true }")
        assert barriers(page) == []
        assert sideways(page) == 0
        menu.evaluate("menu => { menu.open = false }")
    page.goto("/form")
    page.get_by_role("button", name="Save account").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert barriers(page) == []
    assert sideways(page) == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_text_at_twice_its_size_still_fits(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for address in ("/", "/form"):
        page.goto(address)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert sideways(page) == 0, address


def test_the_security_policy_sees_no_violation(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for address in ("/", "/form", "/plain"):
        page.goto(address)
    assert complaints == []


def test_paper_is_light_and_shows_the_figures_and_the_address(page: Page, site: str) -> None:
    page.goto("/")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for hidden in ("Main", "Parts of the list"):
        expect(page.get_by_role("navigation", name=hidden, exact=True)).to_be_hidden()
    expect(page.get_by_text(site)).to_be_visible()
    for chart in ("joint-activity", "accounts-moved", "time-in-stage", "both-sides"):
        expect(page.locator(f"#{chart} table")).to_be_visible()
