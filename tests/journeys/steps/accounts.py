"""Accounts come in by file and by hand, are found again, and get their people and deals."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.steps.hands import choose, follow, go, panel, press, refused, said, write

COLUMNS = ("Account Name", "Website", "Industry", "Employees", "Billing Country", "Account Owner")
ROWS = (
    ("Halden Freight", "halden.example", "Logistics", "1200", "Germany", "Tomás Ferreira"),
    ("Kestrel Foods", "kestrel.example", "Food", "800", "Germany", "Tomás Ferreira"),
    ("Orbis Pharma", "orbis.example", "Pharma", "plenty", "Norway", "Marcus Bell"),
    ("Tarn Dairies", "tarn.example", "Food", "300", "Norway", "Marcus Bell"),
    ("", "nameless.example", "Food", "40", "Norway", "Marcus Bell"),
)


def import_accounts(wen: Page) -> None:
    """A file in the browser: a preview with the spreadsheet's rows, then all good rows at once."""
    go(wen, "More", "Imports")
    follow(wen, "Import a file")
    lines = "\r\n".join(",".join(row) for row in (COLUMNS, *ROWS))
    wen.get_by_label("CSV file").set_input_files(
        FilePayload(name="accounts.csv", mimeType="text/csv", buffer=lines.encode())
    )
    press(wen, "Show what it would do")
    bad = wen.get_by_role("table", name="Rows of the file")
    expect(bad.get_by_role("row", name=re.compile("^6"))).to_contain_text("The row names no account")
    press(wen, "Apply 3 rows")
    expect(wen.get_by_text(re.compile("Applied on .* by Wen Zhao"))).to_be_visible()


def add_by_hand(wen: Page) -> None:
    """The one that the file got wrong, and its correction."""
    go(wen, "Accounts")
    follow(wen, "Add an account")
    press(wen, "Add account")
    refused(wen, "Write the company's name.")
    write(wen, {"Company name": "Orbis Pharma", "Industry": "Pharma", "Country": "Norway"})
    press(wen, "Add account")
    expect(wen.get_by_role("heading", name="Orbis Pharma", level=1)).to_be_visible()
    follow(wen, "Edit")
    write(wen, {"City": "Oslo"})
    press(wen, "Save account")
    expect(wen.locator(".page-head")).to_contain_text("Oslo")


def assign(ines: Page, account: str, ae: str) -> None:
    open_account(ines, account)
    follow(ines, "Assign")
    choose(ines, {"Person": f"{ae}, AE"})
    press(ines, "Assign")
    expect(panel(ines, "Team")).to_contain_text(ae)


def find_again(page: Page) -> None:
    """By a part of the name, and by what is filtered."""
    go(page, "Accounts")
    rows = page.locator("#accounts tbody tr")
    search = page.get_by_role("searchbox", name="Search by name or web domain")
    expect(rows).to_have_count(4)
    search.fill("kest")
    search.press("Enter")
    expect(rows).to_have_count(1)
    search.fill("")
    choose(page, {"Country": "Norway"})
    search.press("Enter")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Orbis Pharma")


def open_account(page: Page, name: str) -> None:
    """Through the search of every page."""
    page.get_by_role("search", name="Everything").get_by_role("searchbox").fill(name)
    page.keyboard.press("Enter")
    follow(page, name)
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def know_somebody(page: Page, account: str, name: str) -> None:
    open_account(page, account)
    follow(page, "Add a contact")
    write(page, {"Name": name, "Title": "Head of Logistics"})
    choose(page, {"Buying role": "Champion"})
    press(page, "Add contact")
    expect(panel(page, "Contacts")).to_contain_text(name)


def open_a_deal(page: Page, account: str) -> None:
    open_account(page, account)
    follow(page, "Add an opportunity")
    write(page, {"Opportunity": "Pilot lanes", "Amount": "48,000.00", "Currency": "EUR"})
    choose(page, {"Stage": "Qualification"})
    press(page, "Add opportunity")
    said(page, "Pilot lanes is added.")
    open_account(page, account)
    expect(panel(page, "Opportunities")).to_contain_text("Pilot lanes")
