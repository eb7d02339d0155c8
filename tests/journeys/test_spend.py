"""Jonas keeps the ledger by form and by file, with and without script, and sees what his campaign cost."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browsers import barriers, sideways
from tests.journeys.steps.hands import choose, follow, go, panel, press, refused, said, write
from tests.journeys.visitors import Visitors

pytestmark = pytest.mark.browser

CAMPAIGN = "Cold chain, on time"
FILE: FilePayload = {
    "name": "spend.csv",
    "mimeType": "text/csv",
    "buffer": (
        "\ufeffType;Description;Invoice date;Net amount;Campaign;Invoice number\r\n"
        "media;Print of the map;2026-11-02;1.250,50;Cold chain, on time;D-1\r\n"
        "gifts;Cake;2026-11-02;30,00;;D-2\r\n"
    ).encode(),
}


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_jonas_keeps_the_ledger(visitors: Visitors, script: bool) -> None:
    page = visitors.newcomer(script=script)
    page.goto("/demo")
    press(page, "View as Jonas")
    press(page, "Reset")
    page.goto("/demo")
    press(page, "View as Jonas")
    go(page, "More", "Spend")
    expect(page.get_by_text("1 line without an exchange rate, in no sum below")).to_be_visible()
    _by_form(page, script=script)
    _by_file(page, script=script)
    page.goto("/campaigns/cold-chain-on-time")
    if script:
        expect(page.locator("#spent")).to_contain_text("Spent so far: €20,460.50.")  # 7,140 + 11,920 + 150 + 1,250.50
    follow(page, "What was planned and spent, in the ledger")
    expect(page.get_by_role("main")).to_contain_text("€20,460.50")
    expect(page.get_by_role("main")).to_contain_text("€42,000.00")
    others = [one for one in visitors.complaints if "status of 422" not in one]
    visitors.complaints.clear()
    assert others == []


def _by_form(page: Page, *, script: bool) -> None:
    """A play's line is refused, entered and corrected."""
    follow(page, "Enter a line")
    choose(page, {"Kind": "Play", "Planned or actual": "Actual"})
    write(page, {"What for": "Stamps", "Amount": "1.500,00", "Day, or the first of a period": "2026-11-02"})
    press(page, "Enter it")
    refused(page, "is not an amount: write it like 12500 or 12,500.00.")
    _usable(page, script=script)
    expect(page.get_by_label("What for")).to_have_value("Stamps")
    write(page, {"Amount": "160"})
    choose(page, {"Campaign": CAMPAIGN})
    press(page, "Enter it")
    said(page, "Stamps is in the ledger.")
    follow(page, "Stamps")
    follow(page, "Correct it")
    write(page, {"Amount": "150", "Why": "The invoice says so"})
    choose(page, {"Play": "A logger in a box, with last winter's excursion map"})
    press(page, "Correct it")
    said(page, "Corrected.")
    expect(panel(page, "What it says")).to_contain_text("€150.00")
    expect(panel(page, "What it says")).to_contain_text("play “A logger in a box")
    _usable(page, script=script)


def _by_file(page: Page, *, script: bool) -> None:
    """A file is shown line by line first; what is good in it is entered at once."""
    go(page, "More", "Spend")
    follow(page, "Bring in a file")
    page.get_by_label("CSV file").set_input_files(FILE)
    press(page, "Read it")
    expect(panel(page, "Stay out")).to_contain_text("“gifts” is none of play, programme, tool, people, other.")
    _usable(page, script=script)
    press(page, "Enter 1 line")
    said(page, "1 line entered; 1 stayed out.")


def _usable(page: Page, *, script: bool) -> None:
    """As everyone can use it, wide and on a phone: these pages answer a form, so that no address leads to them."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert sideways(page) == 0
        assert not script or barriers(page, rows=20) == []  # axe is a script itself
    page.set_viewport_size({"width": 1280, "height": 800})
