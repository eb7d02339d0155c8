"""A plan begins from a template: sections previewed, drafts that survive, the next section; also without script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from abm.kit import clock
from tests.journeys.steps.hands import field, follow, go, panel, press, said, write
from tests.journeys.visitors import Visitors

pytestmark = pytest.mark.browser

TEXT = "**Minutes**, not days."


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_priya_plans_from_the_template_that_grew_from_last_quarter(visitors: Visitors, script: bool) -> None:
    priya = visitors.newcomer(script=script)
    priya.goto("/demo")
    press(priya, "View as Priya")
    go(priya, "Campaigns")
    follow(priya, "Templates")
    follow(priya, "Name one lane")
    expect(panel(priya, "Where it comes from")).to_contain_text("Grown from the campaign Lanes before the heat")
    follow(priya, "Plan a campaign from it")
    write(priya, {"Name": f"One lane, {'with' if script else 'without'} script"})
    press(priya, "Begin the draft")
    expect(priya.get_by_text("Began from the template Name one lane")).to_be_visible()
    tasks = panel(priya, "Sections of the plan")
    expect(tasks.get_by_role("listitem").filter(has_text="Message")).to_contain_text("Ready")
    expect(tasks.get_by_role("listitem").filter(has_text="Budget")).to_contain_text("Not started")

    tasks.get_by_role("link", name="Message").click()
    write(priya, {"Message": TEXT})
    press(priya, "Preview")
    shown = panel(priya, "How it reads, not saved yet")
    expect(shown.get_by_text("Minutes", exact=True)).to_have_css("font-weight", "600")
    expect(field(priya, "Message")).to_have_value(TEXT)
    if script:
        expect(shown.get_by_role("heading", level=2)).to_be_focused()
        _comes_back(priya, "Message", TEXT)
    press(priya, "Save, then offer and proof")
    said(priya, "Message saved.")
    expect(priya.get_by_role("heading", name="Offer and proof", level=1)).to_be_visible()
    expect(priya.get_by_text("by Priya Raman")).to_contain_text("Saved today")
    press(priya, "Save, then plays")
    expect(priya.get_by_role("table", name="Plays")).to_contain_text("A map of last summer's excursions")
    write(priya, {"What": "A second map", "Content and notes": "- the lane\n- the week"})
    if script:
        _comes_back(priya, "What", "A second map")
    write(priya, {"Day": (clock.now() + timedelta(days=10)).date().isoformat()})
    press(priya, "Add the play")
    expect(priya.get_by_role("table", name="Plays").get_by_role("listitem")).to_have_text(["the lane", "the week"])
    follow(priya, "Next: sales ask")
    assert visitors.complaints == []


def _comes_back(page: Page, label: str, value: str) -> None:
    """What was typed survives going away and coming back."""
    page.reload()
    expect(page.get_by_text("What you typed before is back")).to_be_visible()
    expect(field(page, label)).to_have_value(value)
