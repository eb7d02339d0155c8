"""Two who write at once, or after somebody else did: neither loses what they wrote, nor what the other did."""

from __future__ import annotations

import contextlib
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from abm.audit.models import Event
from abm.rhythm import meeting_times
from abm.rhythm.meeting_times import ReviewRhythm, rhythm_of
from abm.rhythm.minutes import close_review
from tests.cast import sign_in
from tests.progress.ground import NOW
from tests.rhythm.conftest import LAST, Meeting, said
from tests.rhythm.test_decisions import ADDRESS, FORM, taken_on


def test_who_ends_an_action_that_has_ended_otherwise_reads_both(app: Flask, meeting: Meeting) -> None:
    action = taken_on(meeting, meeting.open())
    address, marcus = f"/reviews/actions/{action.public_id}", meeting.cast.marcus.public_id
    seen = action.standing
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    for _ in range(2):  # a form that is sent twice
        assert ines.post(f"{address}/ending", data={"ending": "done", "outcome": "Sent"}).status_code == 303
    other = ines.post(f"{address}/ending", data={"ending": "dropped", "outcome": "Nobody asked"})
    assert other.status_code == 409
    assert "It has ended meanwhile, done: “Sent”. You wrote: “Nobody asked”" in said(other)
    late = ines.post(address, data={"owner": marcus, "due_on": "2026-12-01", "seen": seen})
    assert late.status_code == 409
    assert "It has ended meanwhile. You wrote: “Marcus Bell, by 1 Dec 2026”" in said(late)


def test_who_gives_on_an_action_that_somebody_gave_on_meanwhile_reads_both(app: Flask, meeting: Meeting) -> None:
    action = taken_on(meeting, meeting.open())
    address, seen = f"/reviews/actions/{action.public_id}", action.standing
    first = {"owner": meeting.cast.marcus.public_id, "due_on": "2026-12-01", "seen": seen}
    second = {"owner": meeting.cast.priya.public_id, "due_on": "2026-12-03", "seen": seen}
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    assert [ines.post(address, data=first).status_code for _ in range(2)] == [303, 303]
    refused = ines.post(address, data=second)
    assert refused.status_code == 409
    assert "now it is Marcus Bell, by 1 Dec 2026. You chose Priya Raman, by 3 Dec 2026" in said(refused)
    meeting.session.expire_all()
    assert action.owner.name == "Marcus Bell"
    now = action.standing
    meeting.session.rollback()
    assert f'value="{now}"' in refused.text  # what is seen now, so that sending it again holds
    assert ines.post(address, data={**second, "seen": now}).status_code == 303


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("decisions", {**FORM, "what": "Call first"}),
        ("decisions", {**FORM, "what": "Call first", "check_on": "soon"}),
        ("actions", {"what": "Call first", "owner": "", "due_on": "2026-12-04"}),
        ("notes/stuck", {"text": "Call first", "seen": "0"}),
    ],
)
def test_what_is_sent_to_a_review_that_was_closed_meanwhile_is_read_in_the_refusal(
    app: Flask, meeting: Meeting, page: str, form: dict[str, str]
) -> None:
    close_review(meeting.open(), by=meeting.cast.amara, at=NOW)
    meeting.session.commit()
    answer = meeting.enter(app.test_client(), meeting.cast.ines).post(f"{ADDRESS}/{page}", data=form)
    assert answer.status_code == 409
    assert "This review is closed, and its minutes are sent." in said(answer)
    assert "You wrote: “Call first”" in said(answer)


def test_two_who_set_for_the_first_time_when_they_meet_both_succeed(
    app: Flask, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = [meeting.enter(app.test_client(), meeting.cast.ines), sign_in(app.test_client(), meeting.cast.amara)]
    meeting.session.rollback()
    both, answers = threading.Barrier(2, timeout=0.5), []

    def read_then_wait(*asked: object) -> ReviewRhythm:
        found = rhythm_of(*asked)  # type: ignore[arg-type]
        with contextlib.suppress(threading.BrokenBarrierError):  # where the other waits for its turn to read
            both.wait()
        return found

    def set_it(client: FlaskClient) -> None:
        form = {"weekday": "1", "begins": "09:30", "lasts": "30"}
        answers.append(client.post("/reviews/rhythm", data=form).status_code)

    monkeypatch.setattr(meeting_times, "rhythm_of", read_then_wait)
    threads = [threading.Thread(target=set_it, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303]


def test_six_who_close_at_once_leave_one_set_of_minutes(app: Flask, meeting: Meeting) -> None:
    meeting.open()
    meeting.session.rollback()
    clients = [sign_in(app.test_client(), meeting.cast.amara) for _ in range(6)]
    together, answers = threading.Barrier(6), []

    def one(number: int) -> None:
        together.wait()
        answers.append(clients[number].post(f"/reviews/{LAST}/close").status_code)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 6
    closed = select(func.count()).where(Event.subject == "review", Event.verb == "closed")
    assert meeting.session.scalar(closed) == 1
