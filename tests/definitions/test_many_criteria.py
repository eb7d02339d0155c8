"""A fit has an end: more criteria than it may have are refused in words, and what was typed stays."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

from tests.definitions.browsing import FIT, draft, words
from tests.definitions.conftest import Desk, Web


def rows_of(page: TestResponse) -> int:
    return len(re.findall(r'name="criteria-\d+-what"', page.text))


def test_there_is_an_end_to_criteria_however_they_are_sent(web: Web, desk: Desk) -> None:
    web.sign_in(desk.cast.priya)
    most = "Use at most 30 criteria: remove one to add another."
    row = {"what": "city:contains", "weight": "1"}
    many = {f"criteria-{n}-{name}": value for n in range(200) for name, value in row.items()} | {"revision": "0"}
    thirty = {name: value for name, value in many.items() if not re.match(r"criteria-([3-9]\d|\d{3})-", name)}
    full = web.post(f"{FIT}/edit", {**thirty, "criteria-29-values": "Oslo", "do": "add", "add": "parent:is known"})
    assert full.status_code == 422
    assert most in words(full)
    assert rows_of(full) == 30
    assert "Oslo</textarea>" in full.text.replace("\r\n", "\n"), "what was typed into the last of them stays"
    without = {name: value for name, value in thirty.items() if not name.startswith("criteria-29-")}
    last = web.post(f"{FIT}/edit", {**without, "do": "add", "add": "parent:is known"})
    assert (last.status_code, rows_of(last), most in words(last)) == (200, 30, False)
    for do in ("save", "remove-0", "add"):
        refused = web.post(f"{FIT}/edit", {**many, "do": do})
        assert (refused.status_code, rows_of(refused), most in words(refused)) == (422, 30, True), do
    assert draft(desk, "fit") is None
