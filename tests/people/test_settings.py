"""Settings: the name, the time zone while nothing depends on it, and the mail server."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import create_account
from abm.kit import clock
from abm.people.mail import Letter, mail_server
from abm.people.models import Organisation
from tests.cast import Cast, sign_in
from tests.people.conftest import Looking

SERVER = {
    "host": "smtp.fathom.example",
    "port": "587",
    "security": "starttls",
    "username": "abm",
    "mail_password": "a secret of the server",
    "sender": "abm@fathom.example",
}


@pytest.fixture
def wen(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.wen)


def organisation(looking: Looking) -> tuple[str, str]:
    with looking() as session:
        row = session.scalars(select(Organisation)).one()
        return row.name, row.time_zone


def test_the_time_zone_can_move_while_nothing_was_counted(wen: FlaskClient, looking: Looking) -> None:
    assert wen.post("/admin/settings", data={"name": "Fathom", "time_zone": "Tokyo"}).status_code == 303
    assert organisation(looking) == ("Fathom", "Asia/Tokyo")
    assert wen.post("/admin/settings", data={"name": "Fathom", "time_zone": "Nowhere"}).status_code == 422


def test_the_time_zone_stays_once_a_fact_was_written_down(
    wen: FlaskClient, cast: Cast, session: scoped_session[Session], looking: Looking
) -> None:
    create_account(cast.organisation, name="Halden Freight", by=cast.tomas, at=clock.now())
    session.commit()
    assert "fixed since facts were written down" in wen.get("/admin/settings").text
    assert wen.post("/admin/settings", data={"name": "Fathom", "time_zone": "Tokyo"}).status_code == 303
    assert organisation(looking) == ("Fathom", "Europe/Berlin")


def test_how_far_back_people_log_is_a_setting(wen: FlaskClient, looking: Looking) -> None:
    assert 'value="90"' in wen.get("/admin/settings").text
    refused = wen.post("/admin/settings", data={"name": "Fathom", "backdating_days": "1000"})
    assert (refused.status_code, "Write a number of days up to 730." in refused.text) == (422, True)
    assert (
        wen.post("/admin/settings", data={"name": "Fathom", "time_zone": "Tokyo", "backdating_days": "7"}).status_code
        == 303
    )

    with looking() as session:
        assert session.scalars(select(Organisation.backdating_days)).one() == 7


def test_the_password_of_the_mail_server_is_kept_encrypted_and_never_shown(wen: FlaskClient, looking: Looking) -> None:
    assert wen.post("/admin/settings/mail-server", data=SERVER).status_code == 303
    with looking() as session:
        server = mail_server(session)
        assert server is not None
        assert b"secret" not in server.password
        assert server.plain_password == "a secret of the server"
    page = wen.get("/admin/settings").text
    assert "smtp.fathom.example" in page
    assert "a secret of the server" not in page
    assert "a secret" not in wen.get("/admin/audit").text


def test_an_empty_password_keeps_the_one_that_is_there_but_never_for_another_server(
    wen: FlaskClient, looking: Looking
) -> None:
    wen.post("/admin/settings/mail-server", data=SERVER)
    wen.post("/admin/settings/mail-server", data=SERVER | {"mail_password": "", "port": "2525"})
    with looking() as session:
        kept = mail_server(session)
        assert kept is not None
        assert (kept.port, kept.plain_password) == (2525, "a secret of the server")
    wen.post("/admin/settings/mail-server", data=SERVER | {"mail_password": "", "host": "smtp.evil.example"})
    with looking() as session:
        moved = mail_server(session)
        assert moved is not None
        assert (moved.host, moved.plain_password) == ("smtp.evil.example", "")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"host": ""}, "Write the server&#39;s name"),
        ({"port": "70000"}, "A port is a number from 1 to 65535."),
        ({"port": "smtp"}, "Write a whole number."),
        ({"port": ""}, "Write the port"),
        ({"sender": "abm"}, "This does not read as an e-mail address."),
        ({"security": "rot13"}, "Encryption"),
    ],
)
def test_a_mail_server_that_does_not_fit_is_said_beside_the_field(
    change: dict[str, str], sentence: str, wen: FlaskClient, looking: Looking
) -> None:
    answer = wen.post("/admin/settings/mail-server", data=SERVER | change)
    assert answer.status_code == 422
    assert sentence in answer.text
    with looking() as session:
        assert mail_server(session) is None


def test_a_test_letter_goes_to_whoever_asks_for_it(wen: FlaskClient, cast: Cast, looking: Looking) -> None:
    assert wen.post("/admin/settings/mail-server/tests").status_code == 409
    wen.post("/admin/settings/mail-server", data=SERVER)
    assert wen.post("/admin/settings/mail-server/tests").status_code == 303
    with looking() as session:
        letter = session.scalars(select(Letter)).one()
        assert (letter.to, letter.user_id) == (cast.wen.email, cast.wen.id)


def test_with_the_server_what_waits_is_given_up(wen: FlaskClient, looking: Looking) -> None:
    wen.post("/admin/settings/mail-server", data=SERVER)
    wen.post("/admin/settings/mail-server/tests")
    assert wen.post("/admin/settings/mail-server/removal").status_code == 303
    with looking() as session:
        assert mail_server(session) is None
        assert session.scalars(select(Letter)).one().given_up_at is not None
