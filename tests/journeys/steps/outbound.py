"""What was promised is worked: touches from the account's page and from Today, and the week that shows them."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.steps.accounts import open_account
from tests.journeys.steps.hands import choose, field, go, needs_me, panel, press


def accept(page: Page) -> None:
    """One's whole book in one step."""
    needs_me(page, "Look and accept")
    press(page, "Accept all that is assigned")
    expect(page.locator("#promised")).not_to_contain_text("assigned")


def log_on_account(page: Page, account: str, *, script: bool) -> None:
    """One form on the account's page; the promise moves with it, and the next touch can follow."""
    open_account(page, account)
    owed = panel(page, "What each side owes")
    expect(owed).to_contain_text("0 of 2 done")
    form = page.locator("form#log")
    choose(form, {"What happened": "Call: Connected"})
    field(form, "Note").fill("Summer lanes are open.")
    press(form, "Log it")
    expect(owed).to_contain_text("1 of 2 done")
    expect(page.locator("#timeline")).to_contain_text("Call: connected")
    expect(page.locator("#account-stage")).to_contain_text("Aware")
    if script:
        expect(field(form, "What happened")).to_be_focused()


def log_in_today(page: Page, account: str) -> None:
    """The same form from the row of Today."""
    go(page, "Home")
    page.get_by_role("link", name=f"Log a touch on {account}").click()
    field(page, "What happened").select_option("email/sent")
    press(page, "Log it")
    row = page.locator("[data-queue] > li", has_text=account)
    expect(row).to_contain_text("1 of 2 done")


def read_the_week(page: Page) -> None:
    """The touches are in this week's figures, and the figure leads to its accounts."""
    go(page, "Weekly view")
    expect(page).to_have_url(re.compile(r"/progress/\d{4}-w\d\d$"))
    coverage = page.get_by_role("table", name="Coverage by tier")
    coverage.get_by_role("row").nth(1).locator("td", has_text="2").first.locator("a").click()
    expect(page.get_by_role("table").first).to_contain_text("Halden Freight")
