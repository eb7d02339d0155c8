"""The minutes as a file: the sheet of a closed review, as it was closed, for whoever may read it."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from abm.people.mail import Address, Letter, Security, set_mail_server
from abm.people.models import User
from abm.rhythm.actions import Action, take_on
from abm.rhythm.agenda import Point
from abm.rhythm.decisions import Bet, Lever, decide
from abm.rhythm.minutes import close_review
from abm.rhythm.reviews import Review
from tests.progress.ground import NOW
from tests.rhythm.conftest import LAST, TODAY, Meeting, said

FILE = f"/reviews/{LAST}/minutes.pdf"
LONG = "What was said took a while, and somebody wrote all of it down. "
SOON = date(2026, 12, 1)


def words(answer: TestResponse) -> str:
    """What the one sheet says, its lines joined."""
    assert answer.status_code == 200
    (sheet,) = PdfReader(io.BytesIO(answer.data)).pages
    return " ".join(sheet.extract_text().split())


def held(meeting: Meeting, note: str = "The south is quiet.") -> Review:
    """An open review with a note, a decision and an action."""
    review, cast = meeting.open(), meeting.cast
    review.note(Point.STUCK, note, seen=0, by=cast.priya, at=NOW)
    bet = Bet("Call before we write", Lever.PROCESS, "meetings held", 9, TODAY + timedelta(days=9))
    decide(review, bet, before=1, today=TODAY, by=cast.amara, at=NOW)
    take_on(review, "Send the map", cast.tomas, SOON, today=TODAY, by=cast.ines, at=NOW)
    return review


def closed(meeting: Meeting, note: str = "The south is quiet.") -> Review:
    review = held(meeting, note)
    close_review(review, by=meeting.cast.renata, at=NOW)
    meeting.session.commit()
    return review


def ask(app: Flask, meeting: Meeting, user: User, address: str = FILE) -> TestResponse:
    return meeting.enter(app.test_client(), user).get(address)


@pytest.mark.usefixtures("drawing")
def test_the_file_says_what_was_noted_decided_and_taken_on(app: Flask, meeting: Meeting) -> None:
    review = closed(meeting)
    answer = ask(app, meeting, meeting.cast.vera)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="2026-w47-minutes.pdf"'
    sheet = words(answer)
    assert "What is stuck: The south is quiet." in sheet
    assert "Call before we write (Meetings held in a week, All accounts: 1 to 9 by Sat 5 Dec)" in sheet
    assert "Send the map: Tomás Ferreira, by Tue 1 Dec" in sheet
    assert f"/reviews/{LAST}?quarter=2026-q4 · snapshot {review.snapshot.digest[:12]}" in sheet
    assert f"minutes {str(review.minutes_digest)[:12]}" in sheet


@pytest.mark.usefixtures("drawing")
def test_everybody_gets_the_same_bytes_and_neither_leader_their_reminder(app: Flask, meeting: Meeting) -> None:
    closed(meeting)
    cast = meeting.cast
    files = [ask(app, meeting, user) for user in (cast.amara, cast.renata, cast.tomas, cast.vera)]
    files.append(ask(app, meeting, cast.vera, f"{FILE}?quarter=2026-q4"))
    in_the_dark = meeting.enter(app.test_client(), cast.vera)
    in_the_dark.set_cookie("theme", "dark")
    files.append(in_the_dark.get(FILE))
    assert len({answer.data for answer in files}) == 1
    assert not any(word in words(files[0]) for word in ("Only the two of you", "People are not on this agenda"))


@pytest.mark.usefixtures("drawing")
def test_what_becomes_of_an_action_afterwards_is_not_in_the_file(app: Flask, meeting: Meeting) -> None:
    review, cast, later = closed(meeting), meeting.cast, NOW + timedelta(hours=1)
    before = ask(app, meeting, cast.vera).data
    action = meeting.session.scalars(select(Action).where(Action.review_id == review.id)).one()
    action.pass_on(cast.ines, SOON, seen=action.standing, today=TODAY, by=cast.ines, at=later)
    meeting.session.commit()
    assert ask(app, meeting, cast.vera).data == before
    meeting.session.get_one(Action, action.id).finish("", dropped=False, by=cast.ines, at=later)
    meeting.session.commit()
    assert ask(app, meeting, cast.vera).data == before


@pytest.mark.usefixtures("drawing")
def test_what_was_done_before_the_review_closed_is_done_on_it(app: Flask, meeting: Meeting) -> None:
    review, cast = held(meeting), meeting.cast
    take_on(review, "Ask the buyer", cast.ines, SOON, today=TODAY, by=cast.ines, at=NOW)
    meeting.session.flush()
    first, second = meeting.session.scalars(select(Action).order_by(Action.id)).all()
    first.finish("", dropped=False, by=cast.tomas, at=NOW)
    second.finish("No need", dropped=True, by=cast.ines, at=NOW)
    close_review(review, by=cast.renata, at=NOW)
    meeting.session.commit()
    sheet = words(ask(app, meeting, cast.vera))
    assert "Tomás Ferreira, by Tue 1 Dec, done" in sheet
    assert "Ask the buyer: Ines Calder, by Tue 1 Dec, dropped" in sheet


@pytest.mark.usefixtures("drawing")
def test_markup_in_a_note_and_letters_of_other_scripts_are_words_of_the_file(app: Flask, meeting: Meeting) -> None:
    note = '<img src="file:///etc/passwd"><link rel=attachment href=/healthz>Киев, Łódź, Ἀθῆναι'
    closed(meeting, note)
    answer = ask(app, meeting, meeting.cast.vera)
    assert f"What is stuck: {note}" in words(answer)
    assert not PdfReader(io.BytesIO(answer.data)).attachments


@pytest.mark.usefixtures("drawing")
def test_a_busy_review_takes_one_sheet_and_counts_what_has_no_room(app: Flask, meeting: Meeting) -> None:
    review, cast = held(meeting), meeting.cast
    for point in set(Point) - {Point.STUCK}:
        review.note(point, LONG * 50, seen=0, by=cast.priya, at=NOW)
    for _ in range(7):
        bet = Bet(LONG * 2, Lever.OFFER, "meetings held", 140, TODAY + timedelta(days=30))
        decide(review, bet, before=1, today=TODAY, by=cast.amara, at=NOW)
    for number in range(20):
        take_on(review, f"{number} {LONG}", cast.ines, TODAY, today=TODAY, by=cast.ines, at=NOW)
    close_review(review, by=cast.renata, at=NOW)
    meeting.session.commit()
    sheet = words(ask(app, meeting, cast.vera))
    assert sheet.count("more on the review's page.") == 2
    assert "And 2 more on" in sheet  # decisions: six stand on it
    assert "And 5 more on" in sheet  # actions: sixteen


def test_an_open_review_has_no_file_yet_and_one_that_was_not_opened_none(app: Flask, meeting: Meeting) -> None:
    cast = meeting.cast
    assert ask(app, meeting, cast.vera).status_code == 404
    held(meeting)
    meeting.session.commit()
    answer = ask(app, meeting, cast.vera)
    assert answer.status_code == 404
    assert "The minutes of week 47 are written when its review is closed. Until then print its page." in said(answer)
    assert "minutes.pdf" not in ask(app, meeting, cast.vera, f"/reviews/{LAST}").text
    assert "minutes.pdf" not in ask(app, meeting, cast.vera, "/reviews").text


@pytest.mark.usefixtures("drawing")
def test_the_file_of_another_quarter_is_not_here(app: Flask, meeting: Meeting) -> None:
    closed(meeting)
    assert ask(app, meeting, meeting.cast.vera, f"{FILE}?quarter=2026-q3").status_code == 404


def by_mail(app: Flask, meeting: Meeting) -> list[Letter]:
    """The letters that go out when the review is closed on its page."""
    held(meeting)
    address = Address("mail.example", 587, Security.STARTTLS, "", "accountable@fathom.example")
    set_mail_server(meeting.session, address, password=None, by=meeting.cast.wen, at=NOW)
    meeting.enter(app.test_client(), meeting.cast.amara).post(f"/reviews/{LAST}/close")
    return list(meeting.session.scalars(select(Letter)))


@pytest.mark.usefixtures("drawing")
def test_the_review_the_list_of_reviews_and_the_letter_lead_to_the_file(app: Flask, meeting: Meeting) -> None:
    letters = by_mail(app, meeting)
    address = f"{FILE}?quarter=2026-q4"
    for page in (f"/reviews/{LAST}", "/reviews"):
        assert f'href="{address}"' in ask(app, meeting, meeting.cast.vera, page).text
    assert len(letters) == 4  # both seats, Priya and Tomás
    for letter in letters:
        assert f"The minutes on one sheet, as a PDF:\nhttp://localhost{address}\n" in letter.text
        assert f'<a href="http://localhost{address}">' in letter.html
        assert f'<a href="http://localhost/reviews/{LAST}?quarter=2026-q4">' in letter.html


@pytest.mark.usefixtures("no_drawing")
def test_where_nothing_draws_the_file_is_offered_nowhere_and_says_what_to_do(app: Flask, meeting: Meeting) -> None:
    letters = by_mail(app, meeting)
    for page in (f"/reviews/{LAST}", "/reviews"):
        answer = ask(app, meeting, meeting.cast.vera, page)
        assert answer.status_code == 200
        assert "PDF" not in answer.text
    assert len(letters) == 4
    assert not any("PDF" in letter.text + letter.html for letter in letters)
    answer = ask(app, meeting, meeting.cast.vera)
    assert answer.status_code == 404
    assert "No PDF can be made here. The page to print is the same sheet" in said(answer)
    assert "libpango-1.0-0" in said(answer)
    assert "Send the map: Tomás Ferreira" in ask(app, meeting, meeting.cast.vera, f"/reviews/{LAST}/print").text
