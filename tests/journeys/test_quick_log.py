"""The quick log in a browser: q from anywhere, shown as it is typed, asked, logged with Enter; without script too."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from abm.kit.db import session
from abm.touches.models import Touch
from tests.browsers import barriers, sideways
from tests.journeys.visitors import Visitors

pytestmark = pytest.mark.browser
WIDE, PHONE = (1280, 800), (360, 740)


def kept(demonstration: Flask) -> tuple[str, str, str]:
    """The touch that was logged last: on which account, what, and its note."""
    with demonstration.test_request_context():
        touch = session.scalars(select(Touch).order_by(Touch.id.desc()).limit(1)).one()
        said = touch.account.name, touch.sentence, touch.note
        session.rollback()
    return said


def look(page: Page) -> list[str]:
    """What stands in anybody's way, wide and on a phone."""
    found = []
    for width, height in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": height})
        found += [*barriers(page), *(["scrolls sideways"] if sideways(page) else [])]
    return found


def test_q_a_line_and_enter_log_a_touch_and_the_next_can_follow(visitors: Visitors, demonstration: Flask) -> None:
    page = visitors.page_of("Tomás")
    page.goto("/accounts")
    page.get_by_role("heading", level=1).click()

    page.keyboard.press("q")
    line = page.get_by_label("What happened")
    expect(line).to_be_focused()
    page.keyboard.type("kestrel foods call vm pricing")
    status = page.locator("#understood").get_by_role("status")
    expect(status).to_contain_text("Enter logs it: Call: Voicemail on Kestrel Foods")
    expect(line).to_be_focused()
    assert look(page) == []
    page.keyboard.press("Enter")

    expect(page.locator("#messages")).to_contain_text("Logged on Kestrel Foods: Call: Voicemail.")
    expect(line).to_be_focused()
    expect(line).to_have_value("")
    assert kept(demonstration) == ("Kestrel Foods", "Call: voicemail", "pricing")
    assert visitors.complaints == []


def test_what_is_open_is_asked_beside_the_line_and_answered_by_keyboard(
    visitors: Visitors, demonstration: Flask
) -> None:
    page = visitors.page_of("Tomás")
    page.goto("/log")
    page.keyboard.type("called kestrel foods")
    expect(page.get_by_role("group", name="What happened?")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # from the first to the second
    expect(page.locator("#understood").get_by_role("status")).to_contain_text("Enter logs it")
    expect(page.get_by_role("radio", name="Call: Voicemail")).to_be_focused()
    assert look(page) == []
    page.keyboard.press("Enter")

    expect(page.locator("#messages")).to_contain_text("Logged on Kestrel Foods: Call: Voicemail.")
    assert visitors.complaints == []


def test_q_in_a_field_is_a_letter_and_switched_off_it_does_nothing(visitors: Visitors) -> None:
    page = visitors.page_of("Tomás")
    page.goto("/accounts")
    page.locator("#search").focus()
    page.keyboard.press("q")
    expect(page).to_have_url(re.compile("/accounts$"))
    expect(page.locator("#search")).to_have_value("q")

    page.evaluate("localStorage.setItem('single-keys', 'off')")
    page.goto("/today")
    page.keyboard.press("q")
    expect(page).to_have_url(re.compile("/today$"))
    page.evaluate("localStorage.removeItem('single-keys')")
    page.keyboard.press("q")
    expect(page.get_by_label("What happened")).to_be_focused()


def test_on_a_phone_log_in_the_bar_leads_to_the_line(visitors: Visitors) -> None:
    page = visitors.page_of("Tomás")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto("/today")
    page.get_by_role("navigation", name="Main, on a phone").get_by_role("link", name="Log").click()
    expect(page.get_by_label("What happened")).to_be_focused()
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def test_without_script_the_line_is_looked_at_and_logged_all_the_same(visitors: Visitors, demonstration: Flask) -> None:
    page = visitors.newcomer(script=False)
    page.goto("/demo")
    page.get_by_role("button", name="View as Tomás", exact=True).click()
    page.goto("/log")
    page.get_by_label("What happened").fill("met kestrel foods")
    page.get_by_role("button", name="Show first").click()
    expect(page.locator("#understood")).to_contain_text("Meeting: Held on Kestrel Foods")
    page.get_by_label("What happened").fill("called kestrel foods about lanes")
    page.get_by_role("button", name="Log it").click()
    page.get_by_role("radio", name="Call: No answer").check()
    page.get_by_role("button", name="Log it").click()

    expect(page.locator("#messages")).to_contain_text("Logged on Kestrel Foods: Call: No answer.")
    assert kept(demonstration) == ("Kestrel Foods", "Call: no answer", "about lanes")


def test_a_line_that_was_typed_on_a_bad_connection_is_not_lost(visitors: Visitors) -> None:
    page = visitors.page_of("Tomás")
    page.goto("/accounts")
    page.keyboard.press("q")
    page.get_by_label("What happened").wait_for()
    page.keyboard.type("kestrel foods call vm lanes")
    expect(page.locator("#understood").get_by_role("status")).to_contain_text("Enter logs it")
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Log it").click()
    page.context.set_offline(False)

    page.goto("/accounts")
    page.keyboard.press("q")

    line = page.get_by_label("What happened")
    expect(line).to_have_value("kestrel foods call vm lanes")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator("#messages")).to_contain_text("Logged on Kestrel Foods")
    expect(line).to_have_value("")
    visitors.complaints.clear()  # the browser writes the lost connection to its console


@pytest.mark.parametrize(
    ("address", "note"),
    [
        ("/log", "pallets"),
        ("/accounts/kestrel-foods/touches/new", "pallets in summer"),
        ("/accounts/kestrel-foods", "pallets in winter"),
    ],
)
def test_what_was_logged_although_no_answer_came_is_logged_once(
    visitors: Visitors, demonstration: Flask, address: str, note: str
) -> None:
    page = visitors.page_of("Tomás")

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.goto(address)
    if address == "/log":
        page.get_by_label("What happened").fill(f"kestrel foods call vm {note}")
        expect(page.locator("#understood").get_by_role("status")).to_contain_text("Enter logs it")
    else:
        page.locator("#what").select_option("call/voicemail")
        page.get_by_label("Note").fill(note)
    page.route("**/*", lambda route: lose(route) if route.request.method == "POST" else route.fallback())
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Log it").click()
    page.unroute_all()

    page.goto(address)
    expect(page.get_by_text("It may have been saved already; sending it again saves it once.")).to_be_visible()
    page.get_by_role("button", name="Log it").click()
    expect(page.locator("#messages")).to_contain_text("Logged on Kestrel Foods")
    with demonstration.test_request_context():
        assert len(session.scalars(select(Touch).where(Touch.note == note)).all()) == 1
        session.rollback()
