"""What script adds: focus that stays, drafts that survive, menus and keys; all of it has its plain way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import chromium, serving
from tests.kit.gallery import gallery_app

pytestmark = pytest.mark.browser


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


def test_the_error_summary_takes_focus_and_leads_to_the_field(page: Page) -> None:
    page.goto("/form")
    page.get_by_role("button", name="Save account").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Name: write the company's name").click()
    field = page.get_by_label("Name")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("write the company's name")


def test_focus_never_falls_to_the_body_after_a_swap(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Loaded.")).to_be_visible()
    expect(page.get_by_role("button", name="Load anew")).not_to_be_focused()
    assert page.evaluate("document.activeElement.id") == "swapped"
    page.get_by_role("button", name="Load anew").click()
    expect(page.get_by_role("button", name="Load anew")).to_be_focused()


def test_what_was_typed_comes_back_and_is_forgotten_once_saved(page: Page) -> None:
    page.goto("/form")
    page.get_by_label("Website").fill("halden.example")
    page.get_by_label("Password").fill("never kept anywhere")
    page.get_by_label("Needs work").check()
    page.goto("/plain")  # the session ended: sign-in stands here
    page.goto("/form")
    expect(page.get_by_text("What you typed before is back")).to_be_visible()
    expect(page.get_by_label("Website")).to_have_value("halden.example")
    expect(page.get_by_label("Needs work")).to_be_checked()
    expect(page.get_by_label("Password")).to_have_value("")
    assert "never kept" not in page.evaluate("JSON.stringify(sessionStorage)")
    page.get_by_label("Name").fill("Halden")
    page.get_by_label("Reason").fill("New plant")
    page.get_by_label("Employees").fill("40")
    page.get_by_label("Closes on").fill("2026-12-01")
    page.get_by_label("Password").fill("a password of mine")
    page.get_by_role("button", name="Save account").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Website")).to_have_value("")
    page.goto("/form")
    expect(page.get_by_label("Website")).to_have_value("")


def test_a_draft_can_be_dropped(page: Page) -> None:
    page.goto("/form")
    page.get_by_label("Website").fill("halden.example")
    page.reload()
    page.get_by_role("button", name="Start afresh").click()
    expect(page.get_by_label("Website")).to_have_value("")
    page.reload()
    expect(page.get_by_text("What you typed before is back")).to_have_count(0)


def test_a_draft_that_may_have_been_saved_keeps_its_key(page: Page) -> None:
    page.goto("/form")
    key = page.locator("[name=idempotency_key]")
    first = key.input_value()
    page.get_by_label("Website").fill("halden.example")
    assert "csrf_token" not in page.evaluate("JSON.stringify(sessionStorage)")
    page.reload()
    expect(page.get_by_text("It may have been saved already; sending it again saves it once.")).to_be_visible()
    expect(key).to_have_value(first)
    page.get_by_role("button", name="Start afresh").click()
    expect(key).not_to_have_value(first)


def test_a_draft_brings_back_what_was_changed_and_what_was_seen(page: Page) -> None:
    page.goto("/edit?revision=1&phone=1")
    page.get_by_label("Title").fill("Head")
    page.goto("/edit?revision=2&phone=2&out=email")  # what somebody else saved meanwhile
    expect(page.get_by_text("What you typed before is back, not saved yet.")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Head")
    expect(page.get_by_role("textbox", name="Phone")).to_have_value("2")
    expect(page.get_by_label("Opted out")).to_be_checked()
    expect(page.locator("[name=revision]")).to_have_value("1")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Open it as it stands").click()
    expect(page.get_by_label("Title")).to_have_value("Head")
    expect(page.locator("[name=revision]")).to_have_value("2")  # both values were shown: what is sent now decides


def test_a_fault_says_that_the_text_is_still_here(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Note").fill("Halden asked for a call")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved. Your text is still here.")
    expect(page.get_by_label("Note")).to_have_value("Halden asked for a call")


def test_a_form_on_its_way_is_not_sent_twice(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto("/")
    page.evaluate("""() => {
      const form = document.querySelector('form[action="/broken"]');
      for (let times = 0; times < 5; times += 1) form.requestSubmit();
    }""")
    expect(page.get_by_role("alert")).to_be_visible()
    assert len(sent) == 1


def test_a_menu_closes_on_escape_and_on_a_click_elsewhere(page: Page) -> None:
    page.goto("/")
    summary = page.get_by_label("Your menu, Amara Osei")
    summary.click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()


def test_keys_walk_through_rows_and_can_be_switched_off(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search accounts, people, campaigns")).to_be_focused()
    page.get_by_role("link", name="Halden Freight", exact=True).focus()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Kestrel Foods", exact=True)).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Halden Freight", exact=True)).to_be_focused()
    page.get_by_label("Your menu, Amara Osei").click()
    page.get_by_role("button", name="Single-key shortcuts: on").click()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_label("Your menu, Amara Osei")).to_be_focused()


def test_a_list_follows_what_is_typed_and_can_be_shared(page: Page) -> None:
    page.goto("/?sort=-name")
    search = page.get_by_role("searchbox", name="Search accounts", exact=True)
    with page.expect_response(lambda answer: "q=halden" in answer.url):
        search.press_sequentially("halden", delay=20)
    expect(page).to_have_url("/?q=halden&sort=-name&tier=1&ae=")
    expect(search).to_be_focused()
    expect(page.locator("#accounts")).to_have_count(1)


def test_a_password_can_be_looked_at(page: Page) -> None:
    page.goto("/plain")
    page.get_by_label("Password").fill("a password of mine")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("Password")).to_have_attribute("type", "text")


def test_without_script_nothing_that_needs_it_is_offered(browser: Browser, site: str) -> None:
    page = browser.new_page(base_url=site, java_script_enabled=False)
    page.goto("/form")
    expect(page.get_by_role("button", name="Show", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Save account").click()
    expect(page.get_by_role("alert")).to_contain_text("Name: write the company's name")
    page.goto("/")
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_visible()
    page.close()
