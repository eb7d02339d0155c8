"""Guessing slows down, and the right person is never shut out (trust 18)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from abm.kit.db import db, writing
from abm.people.sessions import WrongTries
from abm.people.wrong_tries import FORGOTTEN, FREE, MOST, TooManyTries, count_try
from tests.cast import PASSWORD, Cast
from tests.passwords import enter
from tests.people.conftest import Looking

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TOMAS = "tomás@fathom.example"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def guess(
    client: FlaskClient, email: str = TOMAS, network: str = "198.51.100.7", password: str = "wrong"
) -> TestResponse:
    data = {"email": email, "password": password}
    return client.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": network})


def guess_patiently(client: FlaskClient, clock: time_machine.Traveller) -> list[int]:
    """Nine guesses, each as soon as it is let through; hands back how long each had to wait."""
    waits = []
    for _ in range(MOST):
        answer, waited = guess(client), 0
        if answer.status_code == 429:
            waited = int(answer.headers["Retry-After"])
            clock.shift(timedelta(seconds=waited))
            answer = guess(client)
        assert answer.status_code == 422
        waits.append(waited)
    return waits


def test_four_guesses_are_free_then_each_waits_twice_as_long(
    client: FlaskClient, cast: Cast, clock: time_machine.Traveller
) -> None:
    assert guess_patiently(client, clock) == [0] * FREE + [5, 10, 20, 40, 80]


def test_the_tenth_is_refused_for_a_quarter_of_an_hour_and_says_until_when(
    client: FlaskClient, cast: Cast, clock: time_machine.Traveller
) -> None:
    guess_patiently(client, clock)
    refused = guess(client)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == str(int(FORGOTTEN.total_seconds()))
    assert "Try again in 15 minutes" in refused.text
    assert TOMAS in refused.text, "what was typed stays"
    clock.shift(FORGOTTEN)
    assert guess(client).status_code == 422, "all is forgotten"


def test_a_refused_guess_is_not_even_looked_at_and_prolongs_nothing(
    client: FlaskClient, cast: Cast, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess_patiently(client, clock)
    looked: list[object] = []
    monkeypatch.setattr(PasswordHasher, "verify", lambda *_: looked.append(1) or True)  # type: ignore[func-returns-value,redundant-expr]
    for _ in range(20):
        clock.shift(timedelta(seconds=30))
        assert guess(client, password=PASSWORD).status_code == 429
    assert looked == []
    clock.shift(FORGOTTEN - timedelta(minutes=10))
    answer = guess(client, password=PASSWORD)
    assert answer.status_code == 303


def test_the_victim_gets_in_from_another_address(
    client: FlaskClient, cast: Cast, clock: time_machine.Traveller
) -> None:
    guess_patiently(client, clock)
    assert guess(client, password=PASSWORD).status_code == 429
    assert guess(client, network="203.0.113.9", password=PASSWORD).status_code == 303


def test_unknown_addresses_slow_down_alike(client: FlaskClient, cast: Cast, clock: time_machine.Traveller) -> None:
    answers = [guess(client, email="nobody@fathom.example").status_code for _ in range(6)]
    assert answers == [422] * FREE + [429, 429]


def test_writing_an_address_another_way_gains_nothing(
    client: FlaskClient, cast: Cast, clock: time_machine.Traveller
) -> None:
    spellings = (TOMAS, TOMAS.upper(), f" {TOMAS} ", TOMAS.title())
    assert [guess(client, email=email).status_code for email in spellings] == [422] * FREE
    assert guess(client).status_code == 429


def test_the_right_password_clears_the_count(
    client: FlaskClient, cast: Cast, looking: Looking, clock: time_machine.Traveller
) -> None:
    for _ in range(FREE - 1):
        guess(client)
    assert guess(client, password=PASSWORD).status_code == 303
    with looking() as session:
        assert session.scalar(select(func.count()).select_from(WrongTries)) == 0


def test_whose_address_was_tried_is_not_kept(client: FlaskClient, cast: Cast, looking: Looking) -> None:
    enter(client, TOMAS, "wrong")
    with looking() as session:
        assert "fathom" not in str(session.scalars(select(WrongTries.key)).one())


def test_guesses_sent_together_do_not_slip_past_the_count(app: Flask, cast: Cast) -> None:
    at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    together, outcomes = threading.Barrier(12), []

    def try_it() -> None:
        together.wait()
        with app.app_context(), writing(), Session(db.engine) as own:
            try:
                with own.begin():
                    count_try(own, purpose="sign in", typed=TOMAS, network="198.51.100.7", at=at)
                outcomes.append("looked at")
            except TooManyTries:
                outcomes.append("refused")

    threads = [threading.Thread(target=try_it) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["looked at"] * FREE + ["refused"] * (12 - FREE)
