"""One's own account: password, devices, days away."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.people.mail import Address, Letter, Security, set_mail_server
from abm.people.sessions import SignIn
from tests.cast import FOUNDED, PASSWORD, Cast, sign_in
from tests.passwords import enter
from tests.people.conftest import Looking

NEW = "copper meadow violin tide"


@pytest.fixture
def tomas(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.tomas)


def test_tomas_changes_his_password_and_all_other_devices_are_out(app: Flask, tomas: FlaskClient, cast: Cast) -> None:
    phone = sign_in(app.test_client(), cast.tomas)
    assert tomas.post("/account/password", data={"current": PASSWORD, "password": NEW}).status_code == 303
    assert tomas.get("/account").status_code == 200
    assert phone.get("/account").status_code == 303
    assert enter(app.test_client(), cast.tomas.email, PASSWORD).status_code == 422
    assert enter(app.test_client(), cast.tomas.email, NEW).status_code == 303


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"current": "not his password", "password": NEW}, "This is not your password as it is now."),
        ({"current": PASSWORD, "password": "too short"}, "use at least 15"),
        ({"current": PASSWORD, "password": "Tomás Ferreira 1"}, "first that are tried"),
        ({"current": "", "password": NEW}, "Write your password as it is now."),
    ],
)
def test_a_password_that_does_not_fit_changes_nothing(
    form: dict[str, str], sentence: str, app: Flask, tomas: FlaskClient, cast: Cast
) -> None:
    answer = tomas.post("/account/password", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert NEW not in answer.text
    assert enter(app.test_client(), cast.tomas.email).status_code == 303


def test_a_changed_password_is_told_by_letter(
    tomas: FlaskClient, cast: Cast, session: scoped_session[Session], looking: Looking
) -> None:
    address = Address(host="127.0.0.1", port=9, security=Security.NONE, username="", sender="abm@fathom.example")
    set_mail_server(session(), address, password=None, by=cast.wen, at=FOUNDED)
    session.commit()
    tomas.post("/account/password", data={"current": PASSWORD, "password": NEW})
    with looking() as reading:
        letter = reading.scalars(select(Letter)).one()
        assert (letter.to, letter.subject) == (cast.tomas.email, "Your password for Accountable was changed")
        assert NEW not in letter.text


def test_one_device_is_signed_out_from_another(app: Flask, tomas: FlaskClient, cast: Cast) -> None:
    phone = sign_in(app.test_client(), cast.tomas)
    ends = re.findall(r'action="(/account/sessions/\d+/end)"', tomas.get("/account").text)
    assert len(ends) == 1, "not this one"
    assert tomas.post(ends[0]).status_code == 303
    assert phone.get("/account").status_code == 303
    assert tomas.get("/account").status_code == 200


def test_all_other_devices_are_signed_out_at_once(app: Flask, tomas: FlaskClient, cast: Cast) -> None:
    others = [sign_in(app.test_client(), cast.tomas) for _ in range(3)]
    tomas.post("/account/sessions/end-others")
    assert [other.get("/account").status_code for other in others] == [303] * 3
    assert tomas.get("/account").status_code == 200


def test_somebody_elses_session_is_not_to_be_found(
    app: Flask, tomas: FlaskClient, cast: Cast, looking: Looking
) -> None:
    amara = sign_in(app.test_client(), cast.amara)
    with looking() as session:
        hers = session.scalars(select(SignIn.id).where(SignIn.user_id == cast.amara.id)).one()
    assert tomas.post(f"/account/sessions/{hers}/end").status_code == 404
    assert tomas.post("/account/sessions/999999/end").status_code == 404
    assert amara.get("/account").status_code == 200


def test_days_away_of_ones_own(app: Flask, tomas: FlaskClient, cast: Cast) -> None:
    assert (
        tomas.post("/account/absences", data={"first_day": "2031-02-30", "last_day": "2031-03-01"}).status_code == 422
    )
    tomas.post("/account/absences", data={"first_day": "2031-03-03", "last_day": "2031-03-03"})
    page = tomas.get("/account").text
    assert "3 Mar 2031" in page
    removal = re.search(r'action="(/account/absences/\d+/removal)"', page)
    assert removal is not None
    assert sign_in(app.test_client(), cast.amara).post(removal[1]).status_code == 404
    assert tomas.post(removal[1]).status_code == 303
    assert "3 Mar 2031" not in tomas.get("/account").text
