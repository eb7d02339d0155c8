"""A newcomer's first minute: a change of the list is read and signed as Amara, then Tomás logs with three keys.

The clicks and keys are counted here by being written down; how long they take is no matter of a test run.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from abm.kit import clock
from abm.kit.db import session
from abm.people.current import organisation
from abm.targets.models import TargetList
from abm.targets.pages import versions_of
from abm.touches.models import Touch
from tests.journeys.steps.hands import tab_to
from tests.journeys.visitors import Visitors

pytestmark = pytest.mark.browser

DONE = re.compile(r"(\d+) of (\d+) done")


def test_a_newcomer_signs_as_amara_with_two_clicks_and_logs_as_tomas_with_three_keys(
    visitors: Visitors, demonstration: Flask
) -> None:
    page = visitors.newcomer()
    page.goto("/")
    page.get_by_role("link", name="look around as one of its people").click()
    page.get_by_role("button", name="View as Amara", exact=True).click()
    sign_in_two_clicks(page)
    view_as_tomas(page)
    log_with_three_keys(page)

    assert visitors.complaints == []
    in_force, logged = what_is_kept(demonstration)
    assert in_force == 2
    assert logged == "Call: voicemail"


def test_the_same_goes_by_keyboard_alone_after_a_reset(visitors: Visitors, demonstration: Flask) -> None:
    page = visitors.newcomer()
    page.goto("/demo")
    enter(page, page.get_by_role("button", name="View as Amara", exact=True))
    enter(page, page.get_by_role("button", name="Reset", exact=True))
    expect(page.locator("#messages")).to_contain_text("The demonstration is as it was at the beginning.")
    assert what_is_kept(demonstration)[0] == 1

    enter(page, page.get_by_role("link", name="Review and sign: Sign the list"))
    enter(page, page.get_by_role("button", name="Sign version 2"))
    expect(page.locator("#messages")).to_contain_text("Version 2 is signed by both.")
    tab_to(page, page.get_by_role("combobox", name="View as …"))
    page.keyboard.type("Tom")
    enter(page, page.get_by_role("button", name="Change", exact=True))
    tab_to(page, page.locator("[data-queue] > li .queue-text a").first)
    log_with_three_keys(page)
    assert visitors.complaints == []
    assert what_is_kept(demonstration) == (2, "Call: voicemail")


def enter(page: Page, place: Locator) -> None:
    """Tab to it, then Enter."""
    tab_to(page, place)
    page.keyboard.press("Enter")


def sign_in_two_clicks(page: Page) -> None:
    """From home: one click to the change with what it does, one to sign it."""
    page.get_by_role("link", name="Review and sign: Sign the list").click()
    change = page.get_by_role("region", name="What changes against version 1")
    expect(change).to_contain_text("1 in, 1 out, 149 kept")
    expect(change.get_by_role("row", name="Halden Freight")).to_contain_text("Out")
    expect(change.get_by_role("row", name="Orbis Pharma")).to_contain_text("In")
    expect(change).to_contain_text("Halden Freight leaves")
    expect(change).to_contain_text("stops working it from that moment")
    assert page.evaluate("document.activeElement === document.body"), "what a page fetches by itself takes no focus"
    page.get_by_role("button", name="Sign version 2").click()
    expect(page.locator("#messages")).to_contain_text("Version 2 is signed by both.")
    expect(page.locator(".page-head")).to_contain_text("In force")


def view_as_tomas(page: Page) -> None:
    page.get_by_role("combobox", name="View as …").select_option("Tomás Ferreira")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def log_with_three_keys(page: Page) -> None:
    """With focus on the first row c, v and Enter log a call: its bar moves, and the next row has focus."""
    rows = page.locator("[data-queue] > li")
    name, following = (rows.nth(place).get_attribute("data-name") or "" for place in (0, 1))
    row = page.locator(f'[data-queue] > li[data-name="{name}"]')
    before = row.locator(".queue-bars").inner_text()
    row.get_by_role("link", name=name, exact=True).focus()
    for key in ("c", "v", "Enter"):
        page.keyboard.press(key)
    done, wanted = map(int, DONE.findall(before)[0])
    expect(row.locator(".queue-bars")).to_contain_text(f"{done + 1} of {wanted} done")
    expect(page.get_by_role("link", name=following, exact=True)).to_be_focused()


def what_is_kept(demonstration: Flask) -> tuple[int | None, str]:
    """The version in force, and the touch that was logged last."""
    with demonstration.test_request_context():
        quarter = organisation().current_quarter()
        target_list = session.scalars(select(TargetList).where(TargetList.quarter == str(quarter))).one()
        found = versions_of(session(), target_list, clock.now()).in_force
        touch = session.scalars(select(Touch).order_by(Touch.id.desc()).limit(1)).one()
        kept = found.number if found else None, touch.sentence
        session.rollback()
    return kept
