"""What hands do on a page, with JavaScript or without: find a field by its label, write, choose, press, read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

Place = Page | Locator


def field(place: Place, label: str) -> Locator:
    """The field under exactly this label."""
    return place.get_by_label(exactly(label))


def exactly(label: str) -> re.Pattern[str]:
    """This label; that the field is optional may stand beside it."""
    return re.compile(rf"^\s*{re.escape(label)}(\s+optional)?\s*$")


def write(place: Place, words: Mapping[str, str]) -> None:
    """Write into fields by their labels."""
    for label, text in words.items():
        field(place, label).fill(text)


def choose(place: Place, choices: Mapping[str, str]) -> None:
    """Choose from lists by their labels."""
    for label, choice in choices.items():
        place.get_by_role("combobox", name=exactly(label)).select_option(label=choice)


def tick(place: Place, *labels: str) -> None:
    for label in labels:
        place.get_by_label(label, exact=True).check()


def press(place: Place, name: str) -> None:
    place.get_by_role("button", name=name, exact=True).click()


def follow(place: Place, name: str) -> None:
    place.get_by_role("link", name=name, exact=True).first.click()


def go(page: Page, *names: str) -> None:
    """To a place of the navigation: `go(page, "More", "Imports")` opens the menu first."""
    main = page.get_by_role("navigation", name="Main")
    for menu in names[:-1]:
        main.locator("summary", has_text=menu).click()
    main.get_by_role("link", name=names[-1], exact=True).click()


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def said(page: Page, message: str) -> None:
    """The page says so after a write."""
    expect(page.locator("#messages")).to_contain_text(message)


def refused(page: Page, message: str) -> None:
    """The page says what to mend."""
    expect(page.get_by_role("alert").first).to_contain_text(message)


def needs_me(page: Page, words: str) -> None:
    """From home, along the row that says what waits."""
    page.goto("/")
    panel(page, "Needs me now").get_by_role("link", name=words).click()


def tab_to(page: Page, place: Locator) -> None:
    """With the Tab key alone, as often as the way is long."""
    expect(place).to_be_visible()
    for _ in range(80):
        if place.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {place}")
