"""Signing asks for the password again after 15 minutes, in the same form (trust 16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask, render_template, request
from flask.testing import FlaskClient

from abm.kit.web import Answer, commit
from abm.people.access import May, needs
from abm.people.step_up import PASSWORD_FIELD, confirm_password, password_fault
from tests.cast import PASSWORD, Cast, sign_in

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app with one page that signs."""

    @app.route("/something", methods=["GET", "POST"])
    @needs(May.READ)
    def sign_something() -> Answer:
        if request.method == "POST":
            if not confirm_password(request.form.get(PASSWORD_FIELD)):
                return render_template("people/_confirm_password.html", password_fault=password_fault()), 422
            commit()
            return "signed"
        return render_template("people/_confirm_password.html")

    return app


@pytest.fixture
def nine() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def renata(client: FlaskClient, cast: Cast, nine: time_machine.Traveller) -> FlaskClient:
    return sign_in(client, cast.renata)


def test_who_signed_in_lately_signs_without_a_password(renata: FlaskClient, nine: time_machine.Traveller) -> None:
    nine.shift(timedelta(minutes=15, seconds=-1))
    assert "password" not in renata.get("/something").text
    assert renata.post("/something").text == "signed"


def test_after_fifteen_minutes_the_form_asks_for_the_password(
    renata: FlaskClient, nine: time_machine.Traveller
) -> None:
    nine.shift(timedelta(minutes=15))
    assert 'name="confirm_password"' in renata.get("/something").text
    missing = renata.post("/something")
    assert missing.status_code == 422
    assert "Write your password" in missing.text
    wrong = renata.post("/something", data={PASSWORD_FIELD: "not her password"})
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.text
    assert renata.post("/something", data={PASSWORD_FIELD: PASSWORD}).text == "signed"


def test_the_password_given_counts_for_the_next_fifteen_minutes(
    renata: FlaskClient, nine: time_machine.Traveller
) -> None:
    nine.shift(timedelta(hours=2))
    renata.post("/something", data={PASSWORD_FIELD: PASSWORD})
    nine.shift(timedelta(minutes=14))
    assert renata.post("/something").text == "signed"
    nine.shift(timedelta(minutes=1))
    assert renata.post("/something").status_code == 422


def test_guessing_here_slows_down_too(renata: FlaskClient, nine: time_machine.Traveller) -> None:
    nine.shift(timedelta(hours=1))
    answers = [renata.post("/something", data={PASSWORD_FIELD: "a guess"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [429] * 2
    assert answers[-1].headers["Retry-After"] == "5"
