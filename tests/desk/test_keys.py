"""Today by keyboard: three keys log a touch, its bar moves, the next account has focus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.kit import clock
from abm.touches.models import Touch
from tests.browsers import barriers, chromium, serving, sideways
from tests.cast import Cast
from tests.outbound.world import World

# What a browser does is the same on either engine.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)]
PLACES = (
    "/log",
    "/log?line=kestrel called",
    "/search?q=hal",
    "/commitments",
    "/accounts/halden-freight",
    "/accounts/halden-freight/touches/new",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def world(session: scoped_session[Session], cast: Cast) -> World:
    """Two accounts with a promise each; on the real clock, since a browser has no other."""
    world, today = World(session(), cast), cast.organisation.today()
    for name in ("Halden Freight", "Kestrel Foods"):
        world.promise(world.account(name), first_day=today, last_day=today + timedelta(days=3), made_at=clock.now())
    return world


@pytest.fixture
def page(app: Flask, world: World, browser: Browser) -> Iterator[Page]:
    """Tomás in front of Today."""
    client = world.enter(app.test_client(), world.cast.tomas)
    with client.session_transaction() as cookie:
        value = app.session_interface.get_signing_serializer(app).dumps(dict(cookie))  # type: ignore[attr-defined]
    with serving(app) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": str(app.config["SESSION_COOKIE_NAME"]), "value": value, "url": address}])
        found = context.new_page()
        found.goto(f"{address}/today")
        yield found
        context.close()


def row(page: Page, name: str) -> Locator:
    return page.locator("[data-queue] > li", has_text=name)


def test_three_keys_log_a_touch_and_the_next_account_has_focus(page: Page, world: World) -> None:
    page.get_by_role("link", name="Halden Freight", exact=True).focus()

    for key in ("c", "v", "Enter"):
        page.keyboard.press(key)

    expect(row(page, "Halden Freight")).to_contain_text("1 of 3 done")
    expect(page.get_by_role("link", name="Kestrel Foods", exact=True)).to_be_focused()
    expect(page.locator("#messages")).to_contain_text("Logged on Halden Freight.")
    assert [touch.sentence for touch in world.session.scalars(select(Touch))] == ["Call: voicemail"]


def test_escape_leaves_the_row_as_it_was(page: Page) -> None:
    link = page.get_by_role("link", name="Kestrel Foods", exact=True)
    link.focus()
    page.keyboard.press("m")
    expect(page.get_by_role("radio", name="Meeting booked")).to_be_checked()

    page.keyboard.press("Escape")

    expect(page.locator(".quick-log")).to_have_count(0)
    expect(link).to_be_focused()


def test_the_whole_form_opens_in_the_row_and_says_what_to_mend(page: Page) -> None:
    page.get_by_role("link", name="Log a touch on Kestrel Foods").click()
    form = page.get_by_role("form", name="Log a touch on Kestrel Foods")
    form.get_by_role("button", name="Log it").click()

    expect(page.locator(".error-summary")).to_be_focused()
    form.get_by_label("What happened").select_option("E-mail: Sent")
    form.get_by_role("button", name="Log it").click()
    expect(row(page, "Kestrel Foods")).to_contain_text("1 of 3 done")


def test_two_taps_log_a_touch_on_a_phone(page: Page, world: World) -> None:
    page.set_viewport_size({"width": 360, "height": 740})

    page.get_by_role("link", name="Log a touch on Halden Freight").click()
    page.get_by_role("button", name="Call: voicemail").click()

    expect(row(page, "Halden Freight")).to_contain_text("1 of 3 done")
    expect(page.get_by_role("link", name="Kestrel Foods", exact=True)).to_be_focused()
    assert [touch.sentence for touch in world.session.scalars(select(Touch))] == ["Call: voicemail"]


def test_x_chooses_rows_for_one_log(page: Page, world: World) -> None:
    for name in ("Halden Freight", "Kestrel Foods"):
        page.get_by_role("link", name=name, exact=True).focus()
        page.keyboard.press("x")

    page.get_by_role("button", name="Log on the chosen ones").click()
    page.get_by_label("What happened").select_option("E-mail: Sent")
    page.get_by_role("button", name="Log on all of them").click()

    expect(page.locator("#messages")).to_contain_text("Logged on 2 accounts.")
    assert len(world.session.scalars(select(Touch)).all()) == 2


def test_a_question_mark_lists_the_keys_and_gives_the_focus_back(page: Page) -> None:
    link = page.get_by_role("link", name="Halden Freight", exact=True)
    link.focus()

    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(link).to_be_focused()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(page: Page, theme: Literal["light", "dark"], width: int) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("link", name="Halden Freight", exact=True).focus()
    page.keyboard.press("e")
    today = page.url
    assert (barriers(page), sideways(page)) == ([], 0)

    for path in PLACES:
        page.goto(today.replace("/today", path))
        assert (path, barriers(page), sideways(page)) == (path, [], 0)
