"""A campaign: planned section by section, reviewed by Sales, launched by Marketing."""

from __future__ import annotations

from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.journeys.steps.hands import choose, field, follow, go, needs_me, panel, press, refused, said, write

NAME = "Cold chain, on time"
ADDRESS = "/campaigns/cold-chain-on-time"
CHANGE = "Name a customer whom our people can call."
TEXTS = {
    "Message": "You know where every pallet is, and how warm.",
    "Offer and proof": "Eight weeks on two lanes; Nordfisk saved a tenth.",
    "Measure": "Four meetings, one deal.",
}


def begin_plan(priya: Page, today: date) -> None:
    """Its name and days; the end before the beginning is refused."""
    go(priya, "Campaigns")
    follow(priya, "Plan a campaign")
    days = {"First day": today.isoformat(), "Last day": (today - timedelta(1)).isoformat()}
    write(priya, {"Name": NAME, **days})
    press(priya, "Begin the draft")
    refused(priya, "Last day")
    write(priya, {"Last day": (today + timedelta(20)).isoformat()})
    press(priya, "Begin the draft")
    expect(priya.get_by_role("heading", name=NAME, level=1)).to_be_visible()


def fill_sections(priya: Page, today: date) -> None:
    """Each section is saved by itself; the audience comes out of the list in force."""
    section(priya, "Objective and days", {"Objective": "A first pilot with each of them."})
    for title, text in TEXTS.items():
        section(priya, title, {title: text})
    section(priya, "Budget", {"Budget": "12,000.00"})
    ask = {"Touches per account": "2", "By": (today + timedelta(14)).isoformat(), "Talk track": "Ask about summer."}
    section(priya, "Sales ask", ask)
    open_section(priya, "Audience")
    priya.get_by_role("group", name="Tiers").get_by_label("Tier 1").check()
    press(priya, "Save audience")
    expect(panel(priya, "Audience")).to_contain_text("2 accounts of the target list")
    add_play(priya, today)


def open_section(page: Page, title: str) -> None:
    page.goto(ADDRESS)
    panel(page, "Sections of the plan").get_by_role("link", name=title).click()


def section(page: Page, title: str, words: dict[str, str]) -> None:
    open_section(page, title)
    write(page, words)
    press(page, f"Save {title.lower()}")


def add_play(priya: Page, today: date) -> None:
    open_section(priya, "Plays")
    part = panel(priya, "Add a play")
    write(part, {"Day": (today + timedelta(7)).isoformat(), "What": "Invitation to the cold-chain dinner"})
    choose(part, {"Channel": "Event"})
    press(part, "Add the play")
    expect(priya.get_by_role("table", name="Plays")).to_contain_text("cold-chain dinner")


def submit(priya: Page, number: int) -> None:
    priya.goto(ADDRESS)
    press(priya, f"Submit to Sales as version {number}")
    said(priya, f"Version {number} is with Sales for review.")


def say(page: Page, part: str, words: str, button: str) -> None:
    """A reviewer's word beside a section."""
    beside = page.locator(".split", has=page.get_by_role("heading", name=part, exact=True))
    beside.locator("summary", has_text="Say something about").click()
    beside.get_by_label("What you say").fill(words)
    press(beside, button)
    expect(page.get_by_role("article").filter(has_text=words)).to_contain_text("not published")


def ask_for_a_change(ines: Page) -> None:
    """A comment, a change that is asked for; while it is open nobody approves."""
    needs_me(ines, NAME)
    say(ines, "Message", "Plain words: good.", "Comment")
    say(ines, "Offer and proof", CHANGE, "Ask for a change")
    press(ines, "Finish with comments")
    refused(ines, "Verdict")
    press(ines, "Request changes")
    said(ines, "Finished: you asked for changes.")
    expect(panel(ines, "Verdict")).to_contain_text("Nobody approves before this change is settled")
    expect(ines.get_by_role("button", name="Approve version 1")).to_have_count(0)


def meet_the_change(priya: Page) -> None:
    """Marketing answers, mends the offer and submits again; it never approves."""
    needs_me(priya, NAME)
    asked = priya.get_by_role("article").filter(has_text=CHANGE)
    field(asked, "How it was met, or why not").fill("Nordfisk agreed to take calls.")
    press(asked, "Answer")
    expect(asked).to_contain_text("Priya Raman answered")
    never_approves(priya, version=1)
    section(priya, "Offer and proof", {"Offer and proof": "Eight weeks on two lanes; call Nordfisk."})
    submit(priya, 2)


def never_approves(priya: Page, version: int) -> None:
    """A marketer finds no button, and the address behind it refuses her."""
    expect(priya.get_by_role("button", name="Approve")).to_have_count(0)
    token = priya.locator("input[name=csrf_token]").first.get_attribute("value") or ""
    address = f"{ADDRESS}/plan/versions/{version}/approvals"
    answer = priya.request.post(address, form={"csrf_token": token, "digest": "0" * 64})
    assert answer.status == 403


def approve(ines: Page, password: str) -> None:
    needs_me(ines, NAME)
    press(ines, "Settle this change")
    field(ines, "Your password").fill(password)
    press(ines, "Approve version 2")
    expect(panel(ines, "Verdict")).to_contain_text("Ines Calder approved version 2")
    expect(ines.get_by_role("main")).not_to_contain_text("to look again")


def launch(priya: Page, sales: int, marketing: int) -> None:
    priya.goto(ADDRESS)
    press(priya, "Launch version 2")
    said(priya, f"{NAME} is live: {sales} commitments of Sales, {marketing} of Marketing.")
