"""Several people at the same instant: nothing is lost in silence, and nothing breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from abm.accounts.models import Account, AccountDomain, create_account
from abm.people.models import User
from tests.accounts.pages import value_of
from tests.cast import Cast, sign_in

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def halden(cast: Cast, session: Session) -> Account:
    account = create_account(cast.organisation, name="Halden Freight", by=cast.wen, at=AT)
    session.commit()
    return account


def at_once(app: Flask, users: Sequence[User], ask: Callable[[FlaskClient, int], TestResponse]) -> list[TestResponse]:
    """What each gets when all ask at the same instant."""
    clients = [sign_in(app.test_client(), user) for user in users]
    start = Barrier(len(clients))

    def one(number: int) -> TestResponse:
        start.wait()
        return ask(clients[number], number)

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(one, range(len(clients))))


def statuses(answers: list[TestResponse]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_of_six_edits_from_one_state_one_wins(app: Flask, cast: Cast, session: Session, halden: Account) -> None:
    page = sign_in(app.test_client(), cast.tomas).get("/accounts/halden-freight/edit").text
    seen = value_of(page, "revision")
    answers = at_once(
        app,
        [cast.tomas] * 6,
        lambda client, number: client.post(
            "/accounts/halden-freight", data={"name": "Halden Freight", "city": f"City {number}", "revision": seen}
        ),
    )
    assert statuses(answers) == {303: 1, 409: 5}
    winner = next(number for number, answer in enumerate(answers) if answer.status_code == 303)
    session.expire_all()
    assert halden.city == f"City {winner}"


def test_six_accounts_of_one_name_get_six_addresses(app: Flask, cast: Cast, session: Session) -> None:
    form = {"name": "Orbis Pharma", "another": "y"}
    answers = at_once(app, [cast.tomas] * 6, lambda client, _: client.post("/accounts", data=form))
    assert statuses(answers) == {303: 6}
    assert session.scalar(select(func.count(Account.slug.distinct()))) == 6


def test_the_same_form_sent_six_times_at_once_adds_one_account(app: Flask, cast: Cast, session: Session) -> None:
    form = {"name": "Orbis Pharma", "idempotency_key": "k" * 32}
    answers = at_once(app, [cast.tomas] * 6, lambda client, _: client.post("/accounts", data=form))
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/accounts/orbis-pharma")}
    assert session.scalar(select(func.count(Account.id))) == 1


def test_a_domain_given_to_several_at_once_identifies_one(app: Flask, cast: Cast, session: Session) -> None:
    answers = at_once(
        app,
        [cast.tomas] * 4,
        lambda client, number: client.post(
            "/accounts", data={"name": f"Company {number}", "domains": "shared.example", "another": "y"}
        ),
    )
    assert statuses(answers) == {303: 1, 409: 3}
    assert session.scalar(select(func.count(AccountDomain.id))) == 1


def test_of_several_new_aes_at_once_one_answers(app: Flask, cast: Cast, session: Session, halden: Account) -> None:
    people = [cast.tomas.public_id, cast.marcus.public_id]
    answers = at_once(
        app,
        [cast.ines] * 4,
        lambda client, number: client.post(
            "/accounts/halden-freight/assignments",
            data={"user": people[number % 2], "function": "ae", "first_day": "2026-11-24"},
        ),
    )
    assert statuses(answers) == {303: 4}
    session.expire_all()
    assert len([member for member in halden.team if member.on(date(2026, 11, 24))]) == 1
