"""No letter is lost, and a second sending is recognised by its Message-ID (trust 11)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from abm.jobs.sending import LEASE, lease_letters, message_of
from abm.jobs.worker import work_once
from abm.kit.db import writing
from abm.people.mail import Letter, write_letter
from abm.people.models import User
from tests.cast import Cast
from tests.jobs.conftest import Mailbox

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Work = Callable[[], None]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def write(session: scoped_session[Session], user: User, subject: str = "The minutes of week 47") -> int:
    letter = write_letter(user, subject=subject, text="Read them.\n", at=NOON)
    assert letter is not None
    session.commit()
    return letter.id


def kept(session: scoped_session[Session], number: int) -> Letter:
    session.rollback()
    letter = session.get_one(Letter, number)
    session.refresh(letter)
    session.expunge(letter)
    session.rollback()
    return letter


def subjects(mailbox: Mailbox) -> list[str]:
    return [str(letter["Subject"]) for letter in mailbox.letters]


def test_a_letter_goes_out_and_nothing_of_it_stays(
    cast: Cast, session: scoped_session[Session], mailbox: Mailbox, work: Work
) -> None:
    number = write(session, cast.tomas, "Grüße an Tomás")
    public_id = kept(session, number).public_id
    work()
    [letter] = mailbox.letters
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        cast.tomas.email,
        "abm@fathom.example",
        "Grüße an Tomás",
    )
    assert letter["Message-ID"] == f"<{public_id}@127.0.0.1>"
    assert letter.get_content().strip() == "Read them."
    sent = kept(session, number)
    assert (sent.sent_at, sent.text, sent.last_error) == (NOON, "", "")


def test_working_again_sends_nothing_twice(
    cast: Cast, session: scoped_session[Session], mailbox: Mailbox, work: Work
) -> None:
    write(session, cast.tomas)
    for _ in range(3):
        work()
    assert len(mailbox.letters) == 1


def test_while_the_server_is_away_letters_wait_and_then_all_go(
    cast: Cast, session: scoped_session[Session], mailbox: Mailbox, work: Work, clock: time_machine.Traveller
) -> None:
    numbers = [write(session, user, f"For {user.name}") for user in (cast.tomas, cast.amara, cast.renata)]
    mailbox.go_away()
    work()
    waiting = [kept(session, number) for number in numbers]
    assert [(letter.tries, letter.sent_at) for letter in waiting] == [(1, None)] * 3
    assert all("refused" in letter.last_error.lower() for letter in waiting)
    mailbox.come_back()
    work()
    assert mailbox.letters == [], "not before the pause is over"
    clock.shift(timedelta(seconds=31))
    work()
    assert sorted(subjects(mailbox)) == ["For Amara Osei", "For Renata Voss", "For Tomás Ferreira"]


def test_pauses_grow_to_an_hour_and_the_letter_is_never_dropped(
    cast: Cast, session: scoped_session[Session], mailbox: Mailbox, work: Work, clock: time_machine.Traveller
) -> None:
    number = write(session, cast.tomas)
    mailbox.go_away()
    pauses = []
    for _ in range(10):
        work()
        letter = kept(session, number)
        pauses.append(int((letter.due_at - datetime.now(UTC)).total_seconds()))
        clock.move_to(letter.due_at)
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    mailbox.come_back()
    work()
    assert len(mailbox.letters) == 1


def test_a_server_that_dies_after_taking_a_letter_gets_it_again_under_the_same_id(
    cast: Cast, session: scoped_session[Session], mailbox: Mailbox, work: Work, clock: time_machine.Traveller
) -> None:
    write(session, cast.tomas)
    mailbox.drops = 1
    work()
    clock.shift(timedelta(minutes=1))
    work()
    assert len(mailbox.letters) == 2
    assert len({str(letter["Message-ID"]) for letter in mailbox.letters}) == 1


def test_a_worker_that_dies_with_letters_in_hand_loses_none(
    app: Flask,
    cast: Cast,
    session: scoped_session[Session],
    mailbox: Mailbox,
    work: Work,
) -> None:
    write(session, cast.tomas)
    with app.app_context(), writing() as own:
        assert len(lease_letters(own(), at=NOON)) == 1
        own.commit()  # and here it dies
    work()
    assert mailbox.letters == [], "still in the other's hands"
    with time_machine.travel(NOON + LEASE, tick=False):
        work()
    assert len(mailbox.letters) == 1


def test_two_workers_at_once_send_each_letter_once(
    app: Flask, cast: Cast, session: scoped_session[Session], mailbox: Mailbox
) -> None:
    for number in range(8):
        write(session, cast.tomas, f"Letter {number}")
    together = threading.Barrier(2)

    def work() -> None:
        together.wait()
        with app.app_context(), writing() as own:
            work_once(own)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(subjects(mailbox)) == [f"Letter {number}" for number in range(8)]


def test_an_address_refused_for_good_is_given_up_and_holds_nobody_else_up(
    cast: Cast, session: scoped_session[Session], mailbox: Mailbox, work: Work, clock: time_machine.Traveller
) -> None:
    bad, good = write(session, cast.tomas), write(session, cast.amara, "For Amara")
    mailbox.refused = {str(cast.tomas.email): "550 5.1.1 no such person"}
    work()
    letter = kept(session, bad)
    assert letter.given_up_at == NOON
    assert "no such person" in letter.last_error
    assert subjects(mailbox) == ["For Amara"]
    assert kept(session, good).sent_at == NOON


def test_an_address_refused_for_now_is_tried_again(
    cast: Cast, session: scoped_session[Session], mailbox: Mailbox, work: Work, clock: time_machine.Traveller
) -> None:
    write(session, cast.tomas)
    mailbox.refused = {str(cast.tomas.email): "450 4.2.1 mailbox busy"}
    work()
    mailbox.refused = {}
    clock.shift(timedelta(minutes=1))
    work()
    assert len(mailbox.letters) == 1


def test_what_is_rolled_back_was_never_written(
    cast: Cast, session: scoped_session[Session], mailbox: Mailbox, work: Work
) -> None:
    write_letter(cast.tomas, subject="Never", text="", at=NOON)
    session.rollback()
    work()
    assert mailbox.letters == []


def test_nobody_writes_to_who_is_gone_or_has_no_address(cast: Cast, session: scoped_session[Session]) -> None:
    cast.tomas.deactivated_at, cast.vera.email = NOON, None
    assert write_letter(cast.tomas, subject="Hello", text="", at=NOON) is None
    assert write_letter(cast.vera, subject="Hello", text="", at=NOON) is None


def test_a_subject_cannot_smuggle_a_header_in(cast: Cast, session: scoped_session[Session]) -> None:
    letter = write_letter(cast.tomas, subject="Hello\r\nBcc: everybody@evil.example", text="", at=NOON)
    assert letter is not None
    session.flush()
    message = message_of(letter, sender="abm@fathom.example", base_url="https://abm.example.com")
    assert message["Bcc"] is None
    assert message["Message-ID"].endswith("@abm.example.com>")
