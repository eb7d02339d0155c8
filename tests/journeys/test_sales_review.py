"""A plan with a hold-out goes through its review: kept remarks, a wording, a change, a lost approval, the launch.

And an account that leaves the list leaves the campaign that works it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.steps.hands import field, panel, press, refused, said, tab_to, write
from tests.journeys.visitors import Visitors

pytestmark = pytest.mark.browser

NAME, ADDRESS = "What a late alarm costs", "/campaigns/what-a-late-alarm-costs"
CHANGE = "Where does the one in sixty come from?"
WORDING = "One load in sixty is lost to an alarm that came too late. What does yours cost?"


def view_as(visitors: Visitors, name: str, *, script: bool) -> Page:
    page = visitors.newcomer(script=script)
    page.goto("/demo")
    press(page, f"View as {name}")
    return page


def beside(page: Page, part: str) -> Locator:
    """What stands beside a section of the plan in its review."""
    return page.locator(".split", has=page.get_by_role("heading", name=part, exact=True))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_plan_with_a_hold_out_is_reviewed_changed_approved_and_launched(visitors: Visitors, script: bool) -> None:
    priya, ines = (view_as(visitors, name, script=script) for name in ("Priya", "Ines"))
    press(priya, "Reset")
    priya, ines = (view_as(visitors, name, script=script) for name in ("Priya", "Ines"))
    _choose_whom(priya, script=script)
    priya.goto(ADDRESS)
    press(priya, "Submit to Sales as version 1")
    expect(panel(priya, "Measure")).to_contain_text("30 drawn at random")

    _review(ines)
    _answer(priya)
    ines.goto(f"{ADDRESS}/review")
    press(ines, "Settle this change")
    said(ines, "Settled.")
    _approve(ines, 2, script=script)

    _lose_the_approval(priya)
    ines.goto(f"{ADDRESS}/review")
    expect(ines.get_by_text("Since version 2, approved by Ines Calder")).to_be_visible()
    expect(panel(ines, "Offer and proof").locator("ins")).to_have_text("two pages.")
    press(ines, "Approve version 3 again")
    said(ines, "Approved by all who are asked: Marketing can launch.")

    priya.goto(ADDRESS)
    press(priya, "Launch version 3")
    said(priya, f"{NAME} is live")
    expect(panel(priya, "At work")).to_contain_text("30 held out")
    assert [one for one in visitors.complaints if "status of 4" not in one] == []


def _choose_whom(priya: Page, *, script: bool) -> None:
    """Names at once, before anything is saved; a mark leaves all who bear it out."""
    priya.goto(f"{ADDRESS}/sections/audience")
    shown = panel(priya, "Audience")
    expect(shown).to_contain_text("138 accounts of the target list")
    priya.get_by_role("group", name="Leave out all that are marked").get_by_label("do not approach").check()
    if not script:  # else the tick alone shows them
        press(priya, "Show the accounts")
    expect(panel(priya, "Audience")).to_contain_text("137 accounts of the target list")
    press(priya, "Save audience")
    said(priya, "Audience saved.")
    expect(panel(priya, "Audience")).to_contain_text("30 of 137 accounts are held out at random")


def _review(ines: Page) -> None:
    """A comment, a wording and a change that is asked for; nobody sees them before they are finished."""
    ines.goto(f"{ADDRESS}/review")
    _say(ines, "Measure", "Good that there is a control.", "Comment")
    message = beside(ines, "Message")
    message.locator("summary", has_text="Say something about").click()
    message.locator("summary", has_text="Suggest a wording").click()
    message.get_by_label("How the message should read").fill(WORDING)
    press(message, "Suggest this wording")
    expect(beside(ines, "Message").get_by_role("article")).to_contain_text("not published")
    _say(ines, "Offer and proof", CHANGE, "Ask for a change")
    expect(ines.get_by_text("3 remarks of yours nobody else has seen")).to_be_visible()
    press(ines, "Approve version 1")
    refused(ines, "You ask for a change of the offer and proof")
    write(ines, {"In general": "Nearly there."})
    press(ines, "Request changes")
    said(ines, "Finished: you asked for changes.")


def _say(page: Page, part: str, words: str, button: str) -> None:
    stands = beside(page, part)
    stands.locator("summary", has_text="Say something about").click()
    stands.get_by_label("What you say").fill(words)
    press(stands, button)
    expect(beside(page, part).get_by_role("article").filter(has_text=words)).to_contain_text("not published")


def _answer(priya: Page) -> None:
    """The checklist is answered, the wording taken up with one click, and the plan submitted again."""
    priya.goto(f"{ADDRESS}/review")
    expect(panel(priya, "Requested changes")).to_contain_text("to answer")
    field(beside(priya, "Offer and proof"), "How it was met, or why not").fill(
        "From the insurers' yearbook; named now."
    )
    press(beside(priya, "Offer and proof"), "Answer")
    said(priya, "Answered. Ines Calder settles it.")
    press(beside(priya, "Message"), "Apply this wording")
    said(priya, "The draft's message reads so now.")
    priya.goto(ADDRESS)
    expect(panel(priya, "Message")).to_contain_text(WORDING)
    press(priya, "Submit to Sales as version 2")


def _approve(ines: Page, number: int, *, script: bool) -> None:
    """With the keyboard alone."""
    ines.goto(f"{ADDRESS}/review")
    if script:
        tab_to(ines, ines.get_by_role("button", name=f"Approve version {number}"))
        ines.keyboard.press("Enter")
    else:
        press(ines, f"Approve version {number}")
    said(ines, "Approved by all who are asked: Marketing can launch.")


def _lose_the_approval(priya: Page) -> None:
    """What an edit costs is said before it is saved."""
    priya.goto(f"{ADDRESS}/sections/offer")
    expect(priya.get_by_text("Ines Calder approved version 2")).to_be_visible()
    write(priya, {"Offer and proof": "Their own loss figure, from public claims data, on two pages."})
    press(priya, "Save offer and proof")
    expect(priya.get_by_text("Ines Calder to look again: the offer and proof changed").first).to_be_visible()
    press(priya, "Submit to Sales as version 3")


def test_an_account_that_leaves_the_list_leaves_the_campaign(visitors: Visitors) -> None:
    amara = view_as(visitors, "Amara", script=True)
    press(amara, "Reset")
    amara, jonas = (view_as(visitors, name, script=True) for name in ("Amara", "Jonas"))
    jonas.goto("/campaigns/cold-chain-on-time")
    expect(panel(jonas, "At work")).to_contain_text("12 accounts worked")
    amara.goto("/")
    amara.get_by_role("link", name="Review and sign").first.click()
    amara.get_by_role("button", name="Sign version").first.click()
    jonas.goto("/campaigns/cold-chain-on-time")
    at_work = panel(jonas, "At work")
    expect(at_work).to_contain_text("11 accounts worked")
    expect(at_work).to_contain_text("Halden Freight left the target list")


def test_the_keyboard_alone_reviews_answers_and_applies(visitors: Visitors) -> None:
    press(view_as(visitors, "Ines", script=True), "Reset")
    ines, jonas = (view_as(visitors, name, script=True) for name in ("Ines", "Jonas"))
    review = "/campaigns/winter-service-levels/review"
    ines.goto(review)
    _type(ines, "Objective and days", "Which three?", "Comment")
    _type(ines, "Plays", "Not on a Sunday.", "Ask for a change")
    offer = beside(ines, "Offer and proof")
    _enter(ines, offer.locator("summary", has_text="Say something about"))
    _enter(ines, offer.locator("summary", has_text="Suggest a wording"))
    tab_to(ines, offer.get_by_label("How the offer and proof should read"))
    ines.keyboard.press("Control+A")
    ines.keyboard.type("A clause that our data backs.")
    _enter(ines, offer.get_by_role("button", name="Suggest this wording"))
    said(ines, "Kept.")
    _enter(ines, ines.get_by_role("button", name="Request changes"))
    said(ines, "Finished: you asked for changes.")

    jonas.goto(review)
    plays = beside(jonas, "Plays")
    tab_to(jonas, plays.get_by_label("How it was met, or why not"))
    jonas.keyboard.type("Monday, then.")
    _enter(jonas, plays.get_by_role("button", name="Answer"))
    said(jonas, "Answered.")
    _enter(jonas, beside(jonas, "Offer and proof").get_by_role("button", name="Apply this wording"))
    said(jonas, "The draft's offer and proof reads so now.")


def _enter(page: Page, place: Locator) -> None:
    tab_to(page, place)
    page.keyboard.press("Enter")


def _type(page: Page, part: str, words: str, button: str) -> None:
    """A remark beside a section, without the mouse."""
    stands = beside(page, part)
    _enter(page, stands.locator("summary", has_text="Say something about"))
    tab_to(page, stands.get_by_label("What you say"))
    page.keyboard.type(words)
    _enter(page, stands.get_by_role("button", name=button, exact=True))
    said(page, "Kept.")
