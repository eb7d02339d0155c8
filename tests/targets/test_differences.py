"""The difference between any two versions or quarters, chosen on a page; what cannot be compared is said."""

from __future__ import annotations

import html
import re

import pytest

from abm.kit.clock import Quarter
from abm.people.programmes import add_programme
from abm.people.seats import Side, add_seats
from abm.targets.models import open_list
from tests.targets.browsing import LIST, text
from tests.targets.conftest import BEFORE, NOW, Ground, MakeAccounts, Web
from tests.targets.test_routes import filled


@pytest.fixture
def quarters(ground: Ground) -> Ground:
    """2026-q3 with one account in tier 2; 2026-q4 moves it, then adds one; its draft has a third."""
    before = Ground(
        ground.session,
        ground.cast,
        open_list(ground.cast.organisation, Quarter(2026, 3), by=ground.cast.ines, at=BEFORE),
        ground.accounts,
    )
    before.put_in(ground.accounts[0], 2, at=BEFORE)
    before.agree(at=BEFORE)
    ground.put_in(ground.accounts[0], 1, at=BEFORE)
    ground.agree(at=BEFORE)
    ground.put_in(ground.accounts[1], 3)
    ground.agree(at=NOW)
    ground.put_in(ground.accounts[2], 3)
    ground.session.commit()
    return ground


def shown(web: Web, query: str) -> str:
    answer = web.get(f"{LIST}/differences?{query}")
    assert answer.status_code == 200
    return html.unescape(text(answer)).replace(" ,", ",")


def test_quarters_versions_and_drafts_are_compared_with_each_other(web: Web, quarters: Ground) -> None:
    web.sign_in(quarters.cast.vera)
    assert "From 2026-q3, version 1 to 2026-q4, version 2 1 in, 1 moved tier" in shown(web, "from=2026-q3&to=2026-q4")
    assert "From 2026-q4, version 2 to 2026-q4, version 1 1 out, 1 kept" in shown(web, "from=2026-q4:2&to=2026-q4:1")
    assert "to the draft of 2026-q4 2 in, 1 kept" in shown(web, "from=2026-q4:1&to=draft")
    assert "From the draft of 2026-q3 to 2026-q3, version 1 No difference" in shown(
        web, "from=2026-q3:draft&to=2026-q3"
    )


def test_without_a_choice_what_holds_is_compared_with_the_draft(web: Web, quarters: Ground) -> None:
    web.sign_in(quarters.cast.vera)
    page = web.get(f"{LIST}/differences").get_data(as_text=True)
    assert re.findall(r'<option selected value="([^"]*)"', page) == ["2026-q4", "draft"]
    assert 'value="2026-q3:1"' in page
    assert "1 in, 2 kept" in shown(web, "")


def test_why_stands_beside_it_and_the_file_is_offered(web: Web, quarters: Ground) -> None:
    entry = quarters.target_list.entries[0]
    quarters.take_out(entry)
    quarters.session.commit()
    web.sign_in(quarters.cast.vera)
    assert "Bought by a rival (Ines Calder)" in shown(web, "from=2026-q4&to=draft")
    page = html.unescape(web.get(f"{LIST}/differences?from=2026-q3:1&to=draft").get_data(as_text=True))
    assert f"{LIST}/differences/exports/csv?from=2026-q3:1&to=draft" in page


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("from=last+week", 422, "From: Write a quarter like 2026-q3, one of its versions like 2026-q3:2, or draft"),
        ("to=%3Cb%3E", 422, "“<b>” is none of these."),
        ("from=2026-q4:7", 404, "From: The list of 2026-q4 has no version 7. Choose another."),
        ("to=2031-q1", 404, "To: There is no list of 2031-q1. Choose a quarter that has one."),
        ("from=2027-q1", 404, "From: The list of 2027-q1 has no version that both seats signed. Choose another."),
    ],
)
def test_what_cannot_be_compared_is_said_and_the_choice_stays_open(
    web: Web, quarters: Ground, query: str, status: int, sentence: str
) -> None:
    open_list(quarters.cast.organisation, Quarter(2027, 1), by=quarters.cast.ines, at=NOW)
    quarters.session.commit()
    web.sign_in(quarters.cast.vera)
    answer = web.get(f"{LIST}/differences?{query}")
    assert answer.status_code == status
    assert sentence in html.unescape(text(answer))
    assert "<b>" not in answer.get_data(as_text=True).split("<main")[1].split("</form>")[0]


def test_a_list_of_another_programme_is_not_among_them(web: Web, quarters: Ground) -> None:
    session, cast = quarters.session, quarters.cast
    americas = add_programme(cast.organisation, name="Americas", by=cast.wen, at=BEFORE)
    add_seats(americas, {Side.MARKETING: "CMO", Side.SALES: "CRO"}, by=cast.wen, at=BEFORE)
    open_list(cast.organisation, Quarter(2026, 4), by=cast.ines, at=BEFORE, programme=americas)
    session.commit()
    web.sign_in(cast.vera)
    there = web.get(f"{LIST}/differences?programme=americas")
    assert there.status_code == 200
    options = re.findall(r'<option (?:selected )?value="([^"]*)"', there.get_data(as_text=True))
    assert set(options) == {"draft"}
    assert 'name="programme" value="americas"' in there.get_data(as_text=True)
    assert web.get(f"{LIST}/differences?programme=americas&from=2026-q4:1").status_code == 404
    assert "No account was on this list" in text(web.get(f"{LIST}/as-of?programme=americas"))


def test_the_page_shows_300_changes_and_says_so(web: Web, ground: Ground, companies: MakeAccounts) -> None:
    ground.put_in(ground.accounts[0])
    ground.agree(at=BEFORE)
    filled(ground, companies, 305)
    web.sign_in(ground.cast.vera)
    page = shown(web, "from=2026-q4:1&to=draft")
    assert "The first 300 of 305 changes are shown" in page
    assert page.count("Company 0") == 300
