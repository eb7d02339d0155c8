"""A weekly review from its opening to its minutes and its sheet of paper: with script, and as plain forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from abm.jobs.worker import work_once
from abm.kit import clock
from abm.kit.db import writing
from abm.people.mail import Address, Security, set_mail_server
from abm.people.models import User
from abm.rhythm.actions import take_on
from abm.rhythm.agenda import Point
from abm.rhythm.decisions import Bet, Lever, decide
from abm.rhythm.reviews import Review
from tests.jobs.conftest import Mailbox
from tests.journeys.steps.hands import choose, follow, go, needs_me, panel, press, said, tab_to, write
from tests.journeys.visitors import Visitors

pytestmark = pytest.mark.browser

DECISION, ACTION, NOTE = "Call before we write", "Name three accounts to Tomás", "The south is quiet."
LONG = "What was said took a while, and somebody wrote all of it down. "


@pytest.fixture
def week(demonstration: Flask, monkeypatch: pytest.MonkeyPatch) -> str:
    """A week later: the demonstration's running week is over, and nobody has reviewed it."""
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(days=7))
    return str(clock.Week.of(now().date()).number)


def view_as(visitors: Visitors, name: str, *, script: bool = True) -> Page:
    page = visitors.newcomer(script=script)
    page.goto("/demo")
    press(page, f"View as {name}")
    return page


def now(page: Page) -> str:
    """What everybody's page follows."""
    return page.locator("#now").inner_text()


def sheets(page: Page, size: str) -> int:
    """On how many sheets a page is printed."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=size)))


@pytest.fixture
def mailbox(demonstration: Flask, week: str) -> Iterator[Mailbox]:
    """A mail server on this machine, which the demonstration sends by."""
    box = Mailbox()
    address = Address(host="127.0.0.1", port=box.port, security=Security.NONE, username="", sender="abm@fathom.example")
    with demonstration.app_context(), writing() as session:
        wen = session.scalars(select(User).where(User.name == "Wen Zhao")).one()
        set_mail_server(session(), address, password=None, by=wen, at=clock.now())
        session.commit()
    yield box
    box.go_away()


def test_two_hold_a_review_and_its_minutes_arrive(
    visitors: Visitors, demonstration: Flask, week: str, mailbox: Mailbox
) -> None:
    amara, ines = view_as(visitors, "Amara"), view_as(visitors, "Ines")
    needs_me(amara, f"Open: Review week {week}")
    press(amara, "Open the review")
    _one_opens_what_only_two_are_to_see(amara)
    go(ines, "Weekly review")
    follow(ines, f"Review week {week}")
    expect(ines.locator("#now-title")).to_have_text("Point 1: What moved")
    ines.evaluate("window.loaded = 'once'")

    _take_up_the_next(amara, ines)
    note(amara)
    expect(ines.locator("#now")).to_contain_text(NOTE)
    _decide_by_keyboard(amara)
    expect(ines.locator("#now")).to_contain_text(ACTION)
    assert DECISION in now(ines)
    close(amara)
    expect(ines.locator("#now-title")).to_contain_text("Closed on")
    assert ines.evaluate("window.loaded") == "once"

    with demonstration.app_context(), writing() as session:
        work_once(session)
    _minutes_are_in(mailbox)
    assert visitors.complaints == []


def _one_opens_what_only_two_are_to_see(page: Page) -> None:
    """By the keyboard, on that page alone and until it is loaded again; never on paper."""
    fold, words = page.get_by_text("Only for you two"), page.get_by_text("People are not on this agenda")
    expect(words).to_be_hidden()
    fold.focus()
    page.keyboard.press("Enter")
    expect(words).to_be_visible()
    page.emulate_media(media="print")
    expect(words).to_be_hidden()
    expect(fold).to_be_hidden()
    page.emulate_media(media="screen")
    page.reload()
    expect(fold).to_be_visible()
    expect(words).to_be_hidden()


def note(page: Page) -> None:
    """Write down what was said on the second point."""
    stuck = page.locator("#point-stuck")
    stuck.get_by_text("Write down what was said").click()
    write(stuck, {"Note on “What is stuck”": NOTE})
    press(stuck, "Note it")
    said(page, "Noted.")


def close(page: Page) -> None:
    page.get_by_text("Close the review", exact=True).click()
    press(page, "Close it, and send the minutes")
    said(page, "The review is closed")


def _take_up_the_next(runner: Page, other: Page) -> None:
    """The focus stays at the button; the other page goes along by itself."""
    press(runner, "Next: What is stuck")
    expect(runner.get_by_role("button", name="Next: Pipeline")).to_be_focused()
    expect(other.locator("#now-title")).to_have_text("Point 2: What is stuck")
    expect(other.locator("#point-stuck")).to_have_attribute("aria-current", "step")
    expect(other.locator("#point-stuck")).to_be_in_viewport()


def _minutes_are_in(mailbox: Mailbox) -> None:
    """With both seats and Ines, who took something on: as text and as a page."""
    letters = {str(one["To"]): one for one in mailbox.letters if "Minutes" in str(one["Subject"])}
    assert len(letters) == 3
    for letter in letters.values():
        for kind in ("plain", "html"):
            body = letter.get_body((kind,))
            assert body is not None
            assert all(words in body.get_content() for words in (DECISION, ACTION, NOTE))


def _decide_by_keyboard(page: Page) -> None:
    """From the note on, with the keyboard alone: N takes up the next point, and Tab goes on in it."""
    for point in (Point.PIPELINE, Point.CAMPAIGNS, Point.DECIDE):
        page.keyboard.press("n")
        expect(page.locator("#now-title")).to_contain_text(point.label)
    expect(page.locator("#point-decide")).to_be_focused()
    tab_to(page, page.get_by_role("textbox", name="What we decide", exact=True))
    page.keyboard.type(DECISION)
    tab_to(page, page.get_by_label("We expect it to become"))
    page.keyboard.type("140000")
    page.keyboard.press("Enter")
    said(page, "Decided.")
    tab_to(page, page.get_by_role("textbox", name="What", exact=True))
    page.keyboard.type(ACTION)
    tab_to(page, page.get_by_label("Who", exact=True))
    page.keyboard.type("Ines")
    tab_to(page, page.get_by_role("button", name="Take it on"))
    page.keyboard.press("Enter")
    said(page, "Taken on.")


def test_plain_forms_hold_a_review_and_a_busy_one_takes_one_sheet(
    visitors: Visitors, demonstration: Flask, week: str
) -> None:
    press(view_as(visitors, "Renata"), "Reset")
    renata = view_as(visitors, "Renata", script=False)
    go(renata, "Weekly review")
    follow(renata, f"Review week {week}")
    press(renata, "Open the review")
    press(renata, "Next: What is stuck")
    expect(renata.locator("#now-title")).to_have_text("Point 2: What is stuck")
    note(renata)
    decide_ = panel(renata, "5 What we decide")
    write(decide_, {"What we decide": DECISION, "We expect it to become": "140000"})
    press(decide_, "Decide")
    said(renata, "Decided.")
    write(decide_, {"What": ACTION})
    choose(decide_, {"Who": "Ines Calder"})
    press(decide_, "Take it on")
    said(renata, "Taken on.")
    assert all(words in now(renata) for words in (NOTE, DECISION, ACTION))
    _much_more(demonstration)

    close(renata)
    follow(renata, "To print")
    expect(renata.locator("main")).to_contain_text(DECISION)
    assert {size: sheets(renata, size) for size in ("A4", "Letter")} == {"A4": 1, "Letter": 1}


def _much_more(demonstration: Flask) -> None:
    """A long note on every other point, a second decision, nine more actions."""
    with demonstration.app_context(), writing() as session:
        review = session.scalars(select(Review).order_by(Review.id.desc()).limit(1)).one()
        people, at = session.scalars(select(User).order_by(User.id)).all(), clock.now()
        by, today = people[0], at.date()
        for point in set(Point) - {Point.STUCK}:
            review.note(point, LONG * 50, seen=0, by=by, at=at)
        bet = Bet(LONG * 2, Lever.OFFER, "meetings held", 140, today + timedelta(days=30))
        decide(review, bet, before=1, today=today, by=by, at=at)
        for number in range(9):
            take_on(review, f"{number} {LONG}", people[number % 5], today, today=today, by=by, at=at)
        session.commit()
