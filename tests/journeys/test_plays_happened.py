"""A play that was due is recorded for some accounts, with who responded, and taken back; by keyboard alone, too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps.hands import choose, follow, needs_me, panel, press, refused, said, tab_to, tick, write
from tests.journeys.visitors import Visitors

pytestmark = pytest.mark.browser

MICROSITE = "Microsite with each account's own lanes"


def jonas(visitors: Visitors, *, script: bool) -> Page:
    page = visitors.newcomer(script=script)
    page.goto("/demo")
    press(page, "View as Jonas")
    needs_me(page, f"Record it: Record “{MICROSITE}”")
    return page


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_jonas_records_a_play_for_some_and_takes_it_back(visitors: Visitors, script: bool) -> None:
    page = jonas(visitors, script=script)
    tick(page, "Only those ticked below")
    page.locator("summary", has_text="Tick accounts by name").click()
    write(page, {"Find accounts": "halden"})
    press(page, "Find")
    page.get_by_label("Halden Freight").check()
    write(page, {"Find accounts": "kestrel"})
    press(page, "Find")
    expect(page.get_by_label("Halden Freight")).to_be_checked()  # what is ticked stays
    page.get_by_label("Kestrel Foods").check()
    first = page.get_by_role("group", name="Response 1")
    write(first, {"Account": "Oakhurst Pharma"})
    choose(first, {"What they did": "Content: downloaded"})
    press(page, "Record the play")
    refused(page, "The play is not recorded for Oakhurst Pharma")
    write(first, {"Account": "Kestrel Foods"})
    press(page, "Record the play")
    said(page, "is recorded: 2 accounts and 1 response.")
    expect(panel(page, "Who responded")).to_contain_text("Kestrel Foods Content: downloaded")
    expect(panel(page, "Accounts").get_by_role("rowheader")).to_have_text(["Halden Freight", "Kestrel Foods"])

    follow(page, "Kestrel Foods")
    lanes = page.locator(".lanes")
    expect(lanes.get_by_role("link", name=f"Content: sent to them — {MICROSITE}").first).to_be_visible()
    expect(lanes.get_by_role("link", name="Content: downloaded — To “Microsite").first).to_be_visible()
    page.go_back()

    press(page, "Void this record")
    refused(page, "Say why this record does not count.")
    write(page, {"Why it does not count": "It is not on line yet."})
    press(page, "Void this record")
    said(page, "Voided.")
    follow(page, "Plays that happened")
    expect(page.get_by_role("row").filter(has_text=MICROSITE)).to_contain_text("Not recorded")
    others = [one for one in visitors.complaints if "status of 4" not in one]
    assert others == []


def test_the_keyboard_alone_records_a_play(visitors: Visitors) -> None:
    page = jonas(visitors, script=True)
    tab_to(page, page.get_by_label("All of them"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Record the play"))
    page.keyboard.press("Enter")
    said(page, "is recorded: 12 accounts.")
    tab_to(page, page.get_by_label("Why it does not count"))
    page.keyboard.type("It is not on line yet.")
    tab_to(page, page.get_by_role("button", name="Void this record"))
    page.keyboard.press("Enter")
    said(page, "Voided.")


def test_priya_brings_a_file_and_takes_a_token(visitors: Visitors) -> None:
    page = visitors.newcomer(script=False)
    page.goto("/demo")
    press(page, "View as Priya")
    page.goto("/campaigns/cold-chain-on-time/records")
    follow(page, "Bring in a file")
    text = (
        f"Play;Account;Day\n{MICROSITE};Kestrel Foods;2020-01-01\nRound table for quality directors;Halden Freight;\n"
    )
    page.get_by_label("CSV file").set_input_files({"name": "odd.csv", "mimeType": "text/csv", "buffer": text.encode()})
    press(page, "Show what it would do")
    expect(page.get_by_role("row").filter(has_text="2020-01-01")).to_contain_text("not in the audience")
    expect(page.get_by_text("No line can be recorded yet")).to_be_visible()
    press(page, "Discard")
    said(page, "nothing of it was recorded")

    page.goto("/account/tokens")
    write(page, {"Name": "Journey"})
    tick(page, "Read, and record plays")
    press(page, "Make the token")
    expect(page.get_by_text("abm_")).to_be_visible()
    page.reload()
    expect(page.get_by_text("abm_")).to_have_count(0)
    press(page, "Revoke Journey")
    said(page, "is revoked")
