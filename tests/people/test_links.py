"""One-time links: invitations and forgotten passwords (trust 18)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from abm.jobs.worker import work_once
from abm.kit.db import writing
from abm.people.administration import new_link
from abm.people.mail import Address, Letter, Security, set_mail_server
from abm.people.models import User
from abm.people.sessions import OneTimeLink, PasswordRequest
from tests.cast import Cast, sign_in
from tests.passwords import enter
from tests.people.conftest import Looking

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NEW = "river lantern oboe stone"
NOWHERE = Address(host="127.0.0.1", port=9, security=Security.NONE, username="", sender="abm@fathom.example")


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def mail(session: scoped_session[Session], cast: Cast) -> None:
    """A mail server that takes nothing yet: letters are written and wait."""
    set_mail_server(session(), NOWHERE, password=None, by=cast.wen, at=NOON)
    session.commit()


def link_for(session: scoped_session[Session], user: User) -> str:
    token = new_link(user, by=None, at=NOON)
    session.commit()
    return f"/links/{token}"


def choose(client: FlaskClient, link: str, password: str = NEW) -> int:
    return client.post(link, data={"password": password}).status_code


def work(app: Flask) -> None:
    with app.app_context(), writing() as session:
        work_once(session)


def letters(looking: Looking) -> list[tuple[str, str, str]]:
    with looking() as session:
        return [
            (letter.to, letter.subject, letter.text) for letter in session.scalars(select(Letter).order_by(Letter.id))
        ]


def test_vera_chooses_a_password_and_is_signed_in(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], noon: time_machine.Traveller
) -> None:
    link = link_for(session, cast.vera)
    assert "Welcome, Vera Lund" in client.get(link).text
    answer = client.post(link, data={"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Vera Lund" in client.get("/account").text
    client.post("/sign-out")
    assert enter(client, cast.vera.email, NEW).status_code == 303


def test_a_link_works_once(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], noon: time_machine.Traveller
) -> None:
    link = link_for(session, cast.vera)
    assert [client.get(link).status_code for _ in range(3)] == [200] * 3, "mail scanners open links too"
    assert choose(client, link) == 303
    assert choose(client, link, "another lantern oboe stone") == 404
    assert "does not work any more" in client.get(link).text


def test_a_link_for_a_forgotten_password_works_for_an_hour(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], noon: time_machine.Traveller
) -> None:
    link = link_for(session, cast.vera)
    noon.shift(timedelta(minutes=59, seconds=59))
    assert client.get(link).status_code == 200
    noon.shift(timedelta(seconds=1))
    assert client.get(link).status_code == 404
    assert choose(client, link) == 404


def test_an_invitation_works_for_seven_days(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], noon: time_machine.Traveller
) -> None:
    cast.vera.password_hash = None
    link = link_for(session, cast.vera)
    noon.shift(timedelta(days=7, seconds=-1))
    assert client.get(link).status_code == 200
    noon.shift(timedelta(seconds=1))
    assert choose(client, link) == 404


def test_a_newer_link_ends_the_older(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], noon: time_machine.Traveller
) -> None:
    older, newer = link_for(session, cast.vera), link_for(session, cast.vera)
    assert choose(client, older) == 404
    assert choose(client, newer) == 303


def test_a_link_of_somebody_deactivated_lets_nobody_in(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], noon: time_machine.Traveller
) -> None:
    link = link_for(session, cast.vera)
    cast.vera.deactivate(by=cast.wen, at=NOON)
    session.commit()
    assert choose(client, link) == 404


def test_a_link_that_was_never_made_is_answered_like_one_that_is_over(client: FlaskClient, cast: Cast) -> None:
    assert client.get(f"/links/{'a' * 43}").status_code == 404
    assert client.get("/links/short").status_code == 404


def test_a_weak_password_is_refused_and_the_link_stays(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], noon: time_machine.Traveller
) -> None:
    link = link_for(session, cast.vera)
    assert choose(client, link, "too short") == 422
    assert choose(client, link, "Vera Lund Vera Lund") == 422
    assert choose(client, link) == 303


def test_a_new_password_ends_every_session(
    app: Flask, client: FlaskClient, cast: Cast, session: scoped_session[Session], noon: time_machine.Traveller
) -> None:
    phone = sign_in(app.test_client(), cast.vera)
    link = link_for(session, cast.vera)
    assert phone.get("/account").status_code == 200
    assert choose(client, link) == 303
    assert phone.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


def test_only_a_hash_of_a_link_is_kept(cast: Cast, session: scoped_session[Session]) -> None:
    token = link_for(session, cast.vera).removeprefix("/links/")
    assert session.scalars(select(OneTimeLink.token_hash)).one() != token


@pytest.mark.usefixtures("mail", "noon")
def test_who_forgot_a_password_gets_a_letter(app: Flask, client: FlaskClient, cast: Cast, looking: Looking) -> None:
    answer = client.post("/forgotten-password", data={"email": "Vera@fathom.example"})
    assert answer.location == "/sign-in"
    work(app)
    [(to, subject, text)] = letters(looking)
    assert (to, subject) == ("vera@fathom.example", "Choose a new password for Accountable")
    link = re.search(r"(http://127\.0\.0\.1:8000)(/links/\S+)", text)
    assert link is not None
    assert choose(client, link[2]) == 303


@pytest.mark.usefixtures("mail", "noon")
def test_an_unknown_address_gets_the_same_answer_for_the_same_work(
    app: Flask, client: FlaskClient, cast: Cast, looking: Looking
) -> None:
    seen = []
    for email in ("vera@fathom.example", "nobody@fathom.example"):
        answer = client.post("/forgotten-password", data={"email": email})
        page = client.get("/sign-in").text
        with looking() as session:
            written = {
                kind.__name__: session.scalar(select(func.count()).select_from(kind))
                for kind in (PasswordRequest, OneTimeLink, Letter)
            }
        seen.append((answer.status_code, answer.location, "is on its way" in page, written))
    assert seen[0][:3] == seen[1][:3] == (303, "/sign-in", True)
    assert [answer[3] for answer in seen] == [
        {"PasswordRequest": count, "OneTimeLink": 0, "Letter": 0} for count in (1, 2)
    ]
    work(app)
    assert [to for to, _, _ in letters(looking)] == ["vera@fathom.example"]


@pytest.mark.usefixtures("mail")
def test_nobody_fills_anothers_mailbox(
    app: Flask, client: FlaskClient, cast: Cast, looking: Looking, noon: time_machine.Traveller
) -> None:
    for _ in range(6):
        client.post("/forgotten-password", data={"email": "vera@fathom.example"})
        work(app)
        noon.shift(timedelta(minutes=3))
    assert len(letters(looking)) == 3


def test_without_mail_the_page_says_who_helps(client: FlaskClient, cast: Cast) -> None:
    page = client.get("/forgotten-password").text
    assert "sends no mail" in page
    assert '<form method="post" class="form"' not in page


def test_asking_without_an_address_is_answered_beside_the_field(client: FlaskClient, cast: Cast, mail: None) -> None:
    refused = client.post("/forgotten-password", data={"email": "vera at fathom"})
    assert refused.status_code == 422
    assert "name@company.com" in refused.text
