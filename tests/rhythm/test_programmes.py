"""The reviews of a second programme: every page, form and file of them stays in it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from abm.people.programmes import DEFAULT_PROGRAMME, Programme, add_programme
from abm.people.seats import Side, add_seats
from abm.progress.snapshots import Snapshot
from abm.rhythm.meeting_times import rhythm_of
from abm.rhythm.reviews import open_review
from tests.progress.ground import NOW
from tests.rhythm.conftest import LAST, Meeting, said
from tests.rhythm.test_decisions import bet, taken_on


@pytest.fixture
def emea(meeting: Meeting) -> Programme:
    programme = add_programme(meeting.cast.organisation, name="EMEA", by=meeting.cast.wen, at=NOW)
    meeting.session.flush()
    add_seats(programme, {side: f"{side.label} of EMEA" for side in Side}, by=meeting.cast.wen, at=NOW)
    meeting.session.commit()
    return programme


def test_a_programme_sets_when_it_meets_itself(app: Flask, meeting: Meeting, emea: Programme) -> None:
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    page = ines.get("/reviews/rhythm?programme=emea").text
    action = re.search(r'action="([^"]*/reviews/rhythm[^"]*)"', page)
    assert action is not None
    answer = ines.post(action[1], data={"weekday": "3", "begins": "15:00", "lasts": "30"})
    assert answer.headers["Location"] == "/reviews/rhythm?programme=emea"
    found = [rhythm_of(meeting.session, number).words for number in (DEFAULT_PROGRAMME, emea.id)]
    assert found == ["Mondays at 10:00, 45 minutes", "Thursdays at 15:00, 30 minutes"]


def test_the_reviews_lead_to_those_of_each_programme_and_stay_in_it(
    app: Flask, meeting: Meeting, emea: Programme
) -> None:
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    page = said(ines.get("/reviews?programme=emea"))
    assert 'href="/reviews/rhythm?programme=emea"' in page
    assert 'href="/reviews/series.ics?programme=emea"' in page
    assert 'href="/reviews"' in page  # of the other programme
    file: Any = Calendar.from_ical(ines.get("/reviews/series.ics?programme=emea").data).walk("VEVENT")[0]
    assert file["summary"] == "Weekly review, EMEA"
    assert file["url"].endswith("/reviews?programme=emea")


OWN = {"id", "public_id", "programme_id"}  # what two snapshots do not share


def frozen_for(meeting: Meeting, programme: Programme) -> Snapshot:
    """The same week, frozen for another programme as well."""
    frozen = meeting.freeze()
    kept = {one.name: getattr(frozen, one.name) for one in Snapshot.__table__.columns if one.name not in OWN}
    own = Snapshot(**kept, programme_id=programme.id)
    meeting.session.add(own)
    meeting.session.flush()
    return own


def tabs(page: str) -> list[str]:
    """Where the tabs of the programmes lead."""
    found = re.search(r'<nav class="tabs" aria-label="Programmes">.*?</nav>', page, re.DOTALL)
    assert found is not None
    return [html.unescape(address) for address in re.findall(r'href="([^"]*)"', found[0])]


@pytest.mark.parametrize("page", ["", "/print"])
def test_the_review_of_a_week_leads_to_that_of_each_programme(
    app: Flask, meeting: Meeting, emea: Programme, page: str
) -> None:
    meeting.open()
    open_review(frozen_for(meeting, emea), by=meeting.cast.amara, at=NOW)
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    here, there = (f"/reviews/{LAST}?quarter=2026-q4{which}" for which in ("", "&programme=emea"))
    for address in (here, there):
        found = tabs(ines.get(address.replace("?", f"{page}?")).text)
        assert found == [here, there]
    assert "Not opened yet" not in ines.get(there).text  # it is the review itself


def test_a_review_leads_to_one_that_another_programme_has_not_opened_yet(
    app: Flask, meeting: Meeting, emea: Programme
) -> None:
    meeting.open()
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    _, there = tabs(ines.get(f"/reviews/{LAST}?quarter=2026-q4").text)
    answer = ines.get(there)
    assert (answer.status_code, "Not opened yet" in answer.text) == (200, True)
    assert tabs(answer.text)[0] == f"/reviews/{LAST}?quarter=2026-q4"
    refused = ines.post(f"/reviews/{LAST}/decisions?quarter=2026-q4", data={})
    assert (refused.status_code, tabs(refused.text)[1]) == (422, there)  # from a form that is shown again, too


def test_a_week_that_two_quarters_share_keeps_its_quarter_in_the_other_programme(
    app: Flask, meeting: Meeting, emea: Programme
) -> None:
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    found = tabs(ines.get("/progress/2026-w40?quarter=2026-q3").text)
    assert found == ["/progress/2026-w40?quarter=2026-q3", "/progress/2026-w40?quarter=2026-q3&programme=emea"]


def test_an_action_and_a_decision_lead_back_to_the_reviews_of_their_programme(
    app: Flask, meeting: Meeting, emea: Programme
) -> None:
    review = open_review(frozen_for(meeting, emea), by=meeting.cast.amara, at=NOW)
    decision, action = bet(meeting, review), taken_on(meeting, review)
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    back = "/reviews?programme=emea"
    for page in (f"/reviews/decisions/{decision.public_id}", f"/reviews/actions/{action.public_id}"):
        assert f'href="{back}"' in ines.get(page).text
    ending = ines.post(f"/reviews/actions/{action.public_id}/ending", data={"ending": "done", "outcome": ""})
    assert ending.headers["Location"] == back
