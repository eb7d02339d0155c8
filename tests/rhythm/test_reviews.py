"""The weekly review: opened once, followed by all, and closed for good."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError

from abm.audit.models import Event
from abm.kit.db import writing
from abm.kit.rules import Conflict, RuleBroken
from abm.progress.snapshots import FreezeCause, Snapshot
from abm.rhythm.agenda import WHOLE, Point
from abm.rhythm.minutes import close_review
from abm.rhythm.reviews import Review, ReviewNote
from tests.cast import sign_in
from tests.progress.ground import NOW, WEEK
from tests.rhythm.conftest import LAST, Meeting, said

ADDRESS = f"/reviews/{LAST}"


def test_the_agenda_takes_45_minutes_and_has_six_points() -> None:
    assert WHOLE == 45
    assert [point.number for point in Point] == [1, 2, 3, 4, 5, 6]
    assert Point.ACTIONS.next is None
    assert Point.MOVED.next is Point.STUCK


def test_opening_the_review_freezes_the_week_and_leads_to_the_agenda(app: Flask, meeting: Meeting) -> None:
    client = meeting.enter(app.test_client(), meeting.cast.amara)
    assert "freezes the week" in client.get(ADDRESS).text
    answer = client.post(ADDRESS, follow_redirects=True)
    assert answer.status_code == 200
    for point in Point:
        assert f"{point.number} {point.label}" in said(answer)
    snapshot = meeting.session.scalar(select(Snapshot))
    assert snapshot is not None
    assert (snapshot.week, snapshot.cause) == (str(LAST), FreezeCause.REVIEW)
    assert snapshot.by_id == meeting.cast.amara.id


def test_a_week_that_froze_on_its_own_is_reviewed_as_it_was_frozen(app: Flask, meeting: Meeting) -> None:
    digest = meeting.freeze().digest
    client = meeting.enter(app.test_client(), meeting.cast.ines)
    client.post(ADDRESS)
    assert meeting.session.scalars(select(Snapshot.digest)).all() == [digest]
    assert digest[:12] in client.get(ADDRESS).text


def test_the_review_of_a_week_that_still_runs_does_not_open(app: Flask, meeting: Meeting) -> None:
    client = meeting.enter(app.test_client(), meeting.cast.amara)
    answer = client.post(f"/reviews/{WEEK}")
    assert answer.status_code == 409
    assert "Week 48 is not over yet: its review opens after 29 November." in said(answer)


def test_a_week_without_a_list_has_nothing_to_look_at(app: Flask, meeting: Meeting) -> None:
    client = meeting.enter(app.test_client(), meeting.cast.amara)
    answer = client.post("/reviews/2026-w20")
    assert answer.status_code == 409
    assert "No list was in force in week 20" in answer.text


def test_an_ae_reads_a_review_and_does_not_run_it(app: Flask, meeting: Meeting) -> None:
    meeting.open()
    client = meeting.enter(app.test_client(), meeting.cast.tomas)
    page = client.get(ADDRESS)
    assert page.status_code == 200
    assert "Make a decision" not in page.text
    assert client.post(f"{ADDRESS}/point", data={"point": "stuck"}).status_code == 403


def test_eight_who_open_at_once_get_one_review_of_one_snapshot(app: Flask, meeting: Meeting) -> None:
    meeting.session.rollback()
    clients = [sign_in(app.test_client(), meeting.cast.amara) for _ in range(8)]
    together, answers = threading.Barrier(8), []

    def one(number: int) -> None:
        together.wait()
        answers.append(clients[number].post(ADDRESS).status_code)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 8
    assert meeting.session.scalar(select(func.count()).select_from(Snapshot)) == 1
    assert meeting.session.scalar(select(func.count()).select_from(Review)) == 1
    assert meeting.session.scalar(select(func.count()).where(Event.subject == "review")) == 1


def test_the_page_follows_what_others_do_and_is_silent_when_nothing_happened(app: Flask, meeting: Meeting) -> None:
    meeting.open()
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    vera = sign_in(app.test_client(), meeting.cast.vera)
    assert vera.get(f"{ADDRESS}/now?seen=0").status_code == 204
    ines.post(f"{ADDRESS}/point", data={"point": "stuck"})
    ines.post(f"{ADDRESS}/notes/stuck", data={"text": "The south is quiet.", "seen": "0"})
    news = vera.get(f"{ADDRESS}/now?seen=0")
    assert "Point 2: What is stuck" in said(news)
    assert "The south is quiet." in news.text
    assert vera.get(f"{ADDRESS}/now?seen=2").status_code == 204


def test_with_script_taking_up_a_point_answers_with_what_everybody_follows(app: Flask, meeting: Meeting) -> None:
    meeting.open()
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    answer = ines.post(f"{ADDRESS}/point", data={"point": "stuck"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.text.strip().startswith('<section id="now"')
    assert "Point 2: What is stuck" in re.sub(r"<[^>]+>", "", answer.text)
    assert "No note, no decision, no action." in answer.text  # is read aloud as it changes


def test_before_the_first_review_its_page_says_what_one_is(app: Flask, meeting: Meeting) -> None:
    client = meeting.enter(app.test_client(), meeting.cast.vera)
    assert "No review was held yet" in client.get("/reviews").text
    meeting.open()
    page = client.get("/reviews").text
    assert "No review was held yet" not in page
    assert "Nothing that was taken on is open." in page


def test_taking_up_the_same_point_again_does_not_start_its_clock_anew(meeting: Meeting) -> None:
    review = meeting.open()
    since = review.point_since
    with time_machine.travel(NOW, tick=True):
        review.go_to(Point.MOVED, at=NOW.replace(hour=12))
    assert review.point_since == since


def test_two_who_write_on_one_point_lose_nothing(app: Flask, meeting: Meeting) -> None:
    meeting.open()
    priya = meeting.enter(app.test_client(), meeting.cast.priya)
    ines = sign_in(app.test_client(), meeting.cast.ines)
    note = f"{ADDRESS}/notes/moved"
    assert priya.post(note, data={"text": "From Marketing", "seen": "0"}).status_code == 303
    answer = ines.post(note, data={"text": "From Sales", "seen": "0"})
    assert answer.status_code == 409
    assert "Priya Raman has written here meanwhile." in answer.text
    assert "From Marketing\n\nFrom Sales" in answer.text
    assert ines.post(note, data={"text": "From both", "seen": "1"}).status_code == 303
    assert meeting.session.scalars(select(ReviewNote.text)).all() == ["From both"]


def test_an_empty_note_on_an_empty_point_is_no_note(meeting: Meeting) -> None:
    review = meeting.open()
    assert review.note(Point.MOVED, "  ", seen=0, by=meeting.cast.priya, at=NOW) is None


def test_a_note_is_not_written_over_what_the_writer_did_not_see(meeting: Meeting) -> None:
    review = meeting.open()
    review.note(Point.MOVED, "First", seen=0, by=meeting.cast.priya, at=NOW)
    with pytest.raises(Conflict, match="written here meanwhile"):
        review.note(Point.MOVED, "Second", seen=0, by=meeting.cast.ines, at=NOW)


def test_nothing_of_a_closed_review_changes(app: Flask, meeting: Meeting) -> None:
    review = meeting.open()
    review.note(Point.MOVED, "Said", seen=0, by=meeting.cast.priya, at=NOW)
    close_review(review, by=meeting.cast.amara, at=NOW)
    meeting.session.commit()
    with pytest.raises(RuleBroken, match="This review is closed"):
        review.note(Point.MOVED, "Never said", seen=1, by=meeting.cast.priya, at=NOW)
    client = meeting.enter(app.test_client(), meeting.cast.amara)
    assert client.post(f"{ADDRESS}/point", data={"point": "stuck"}).status_code == 409
    assert client.post(f"{ADDRESS}/close").status_code == 303  # closing twice changes nothing
    assert meeting.session.scalar(select(func.count()).where(Event.subject == "review", Event.verb == "closed")) == 1


@pytest.mark.parametrize(
    "change", [update(Review).values(point=Point.STUCK), update(ReviewNote).values(text="Never said")]
)
def test_the_database_refuses_to_change_what_is_closed(meeting: Meeting, change: object) -> None:
    review = meeting.open()
    review.note(Point.MOVED, "Said", seen=0, by=meeting.cast.priya, at=NOW)
    close_review(review, by=meeting.cast.amara, at=NOW)
    meeting.session.commit()
    with pytest.raises(DatabaseError, match="closed"):
        meeting.session.execute(change)  # type: ignore[call-overload]
    meeting.session.rollback()


def test_the_database_takes_no_note_for_a_closed_review(app: Flask, meeting: Meeting) -> None:
    review = meeting.open()
    close_review(review, by=meeting.cast.amara, at=NOW)
    meeting.session.commit()
    number, writer = review.id, meeting.cast.priya.id
    meeting.session.rollback()
    late = {"review_id": number, "point": Point.STUCK, "text": "Late", "by_id": writer, "at": NOW, "revision": 1}
    with app.app_context(), writing() as session, pytest.raises(DatabaseError, match="closed"):
        session.execute(ReviewNote.__table__.insert().values(**late))  # type: ignore[attr-defined]


FOR_TWO = re.compile(r"<details([^>]*)><summary>Only for you two</summary><p>People are not on this agenda")


def test_only_the_two_leaders_are_reminded_that_people_are_not_on_the_agenda_behind_a_closed_fold(
    app: Flask, meeting: Meeting
) -> None:
    meeting.open()
    meeting.session.rollback()
    shown: dict[str, list[str]] = {}
    for name, user in meeting.cast.everyone.items():
        page = sign_in(app.test_client(), user).get(ADDRESS).text
        folds = FOR_TWO.findall(page)
        assert ("People are not on this agenda" in page) == (len(folds) == 1)
        shown[name] = folds
    closed = [' class="no-print" id="for-two"']  # a page on a shared screen shows no word of it
    assert {name: folds for name, folds in shown.items() if folds} == {"amara": closed, "renata": closed}
    for address in (f"{ADDRESS}/print", f"{ADDRESS}/now"):
        assert "People are not" not in sign_in(app.test_client(), meeting.cast.amara).get(address).text


def test_every_page_counts_on_from_the_seconds_that_the_server_counted(app: Flask, meeting: Meeting) -> None:
    review = meeting.open()
    changes = review.changes
    assert review.elapsed(NOW - timedelta(seconds=5)) == 0  # by another process, whose machine is behind
    client = meeting.enter(app.test_client(), meeting.cast.amara)
    with time_machine.travel(NOW + timedelta(seconds=95), tick=False):
        assert 'data-elapsed="95.0"' in client.get(ADDRESS).text
        nothing_new = client.get(f"{ADDRESS}/now?seen={changes}")
        assert nothing_new.status_code == 204
        told = {"review-clock": {"since": NOW.isoformat(), "elapsed": 95.0}}
        assert json.loads(nothing_new.headers["HX-Trigger"]) == told
        taken_up = client.post(f"{ADDRESS}/point", data={"point": "stuck"}, headers={"HX-Request": "true"})
        assert 'data-elapsed="0.0"' in taken_up.text


def test_a_review_that_was_not_opened_has_no_paper_and_no_news(app: Flask, meeting: Meeting) -> None:
    client = meeting.enter(app.test_client(), meeting.cast.amara)
    assert client.get(f"{ADDRESS}/print").status_code == 404
    assert client.get(f"{ADDRESS}/now?seen=0").status_code == 404
    assert client.post(f"{ADDRESS}/close").status_code == 404
    assert client.get("/reviews/2026-w48?quarter=2026-q1").status_code == 404


def test_a_look_for_news_that_meets_a_write_does_not_undo_its_message(app: Flask, meeting: Meeting) -> None:
    changes = meeting.open().changes
    client = meeting.enter(app.test_client(), meeting.cast.amara)
    client.get(ADDRESS)  # with forms, and so with their token in the cookie
    before = client.get_cookie("session")
    assert client.post(f"{ADDRESS}/notes/stuck", data={"text": "Quiet", "seen": "0"}).status_code == 303
    written = client.get_cookie("session")
    assert before is not None
    assert written is not None
    assert written.value != before.value
    client.set_cookie("session", before.value)  # it set out before the note was written
    for news in (changes, changes + 1):
        assert "Set-Cookie" not in client.get(f"{ADDRESS}/now?seen={news}").headers
    client.set_cookie("session", written.value)
    assert "Noted." in client.get(ADDRESS).text
