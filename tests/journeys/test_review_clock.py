"""The clock of a review on two screens: both show what the server counts, whatever their own clocks say."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from abm.kit import clock
from abm.kit.db import writing
from abm.rhythm.reviews import Review
from tests.journeys.steps.hands import follow, go, needs_me, press
from tests.journeys.visitors import Visitors

pytestmark = pytest.mark.browser

# A machine whose clock is wrong by so many milliseconds, from before the first script of a page.
WRONG_CLOCK = """(() => {
  const Right = Date;
  window.Date = class extends Right {
    constructor(...given) { given.length ? super(...given) : super(Right.now() + %d); }
    static now() { return Right.now() + %d; }
  };
})()"""
HOUR = 3_600_000
CLOSE = 2  # seconds: what everybody calls the same time


def view_as(visitors: Visitors, name: str, wrong: int) -> Page:
    page = visitors.newcomer()
    page.add_init_script(WRONG_CLOCK % (wrong, wrong))
    page.goto("/demo")
    press(page, f"View as {name}")
    return page


def shown(page: Page) -> int:
    """The seconds on the clock of a page."""
    minutes, seconds = page.get_by_role("timer").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def counted(demonstration: Flask) -> float:
    """The seconds since the point in hand was taken up, by the server's clock and the table alone."""
    with demonstration.app_context(), writing(False) as session:
        since = session.scalars(select(Review.point_since).order_by(Review.id.desc())).first()
        assert since is not None
        return (clock.now() - since).total_seconds()


def right(page: Page, demonstration: Flask) -> bool:
    """Whether a page shows the time of the server."""
    return abs(shown(page) - counted(demonstration)) <= CLOSE


def soon(holds: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it comes true before long."""
    until = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.2)
    return held


def test_two_screens_with_wrong_clocks_show_the_time_of_the_server(
    visitors: Visitors, demonstration: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, ahead = clock.now, [timedelta(days=7)]  # the running week of the demonstration is over
    monkeypatch.setattr(clock, "now", lambda: real() + ahead[0])
    week = clock.Week.of(real().date()).number
    amara, ines = view_as(visitors, "Amara", -HOUR), view_as(visitors, "Ines", HOUR)
    wrong = [page.evaluate("Date.now()") - real().timestamp() * 1000 for page in (amara, ines)]
    assert [round(milliseconds / HOUR) for milliseconds in wrong] == [-1, 1]
    needs_me(amara, f"Open: Review week {week}")
    press(amara, "Open the review")
    assert soon(lambda: right(amara, demonstration))

    ahead[0] += timedelta(minutes=10)  # as long as Amara's machine sleeps
    go(ines, "Weekly review")
    follow(ines, f"Review week {week}")
    expect(ines.get_by_role("timer")).to_have_text(re.compile(r"10:\d\d"))
    assert soon(lambda: right(ines, demonstration))
    assert soon(lambda: right(amara, demonstration)), "it never heard how long it had slept"
    before = shown(ines)
    assert soon(lambda: shown(ines) >= before + 3), "it stands still"
    assert soon(lambda: abs(shown(amara) - shown(ines)) <= CLOSE)

    press(amara, "Next: What is stuck")
    expect(ines.locator("#now-title")).to_have_text("Point 2: What is stuck")
    assert soon(lambda: right(amara, demonstration) and right(ines, demonstration))
    assert shown(ines) < 60
    assert visitors.complaints == []
