"""The first run: one short form, once, whoever comes first (issue, domain §2)."""

from __future__ import annotations

import re
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from abm.accounts.crm_stages import CrmStage
from abm.kit import clock
from abm.kit.db import writing
from abm.people.mail import Letter, mail_server
from abm.people.models import Organisation, Role, User
from abm.people.seats import Side, seats
from tests.people.conftest import Looking

PASSWORD = "river lantern oboe stone"
FORM = {
    "company": "Fathom Freightware",
    "time_zone": "Europe/Berlin",
    "fiscal_start_month": "4",
    "currency": "EUR",
    "name": "Amara Osei",
    "email": "Amara@Fathom.example",
    "password": PASSWORD,
    "seat": "marketing",
    "marketing_title": "CMO",
    "sales_title": "VP Sales",
    "sales_name": "Renata Voss",
    "sales_email": "renata@fathom.example",
}


def people(session: Session) -> dict[str, User]:
    return {user.name: user for user in session.scalars(select(User))}


def test_until_there_is_an_organisation_every_page_leads_to_the_form(client: FlaskClient) -> None:
    for path in ("/", "/accounts", "/sign-in", "/admin/people", "/nowhere"):
        assert client.get(path).location == "/first-run", path
    assert client.get("/first-run").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_the_form_founds_the_organisation_and_signs_its_founder_in(client: FlaskClient, looking: Looking) -> None:
    answer = client.post("/first-run", data=FORM)
    assert answer.status_code == 303
    assert "Fathom Freightware" in client.get("/account").text
    with looking() as session:
        organisation = session.scalars(select(Organisation)).one()
        counting = (organisation.time_zone, organisation.fiscal_start_month, organisation.currency)
        assert counting == ("Europe/Berlin", 4, "EUR")
        both, everybody = seats(session), people(session)
        assert {side: (seat.title, seat.holder and seat.holder.name) for side, seat in both.items()} == {
            Side.MARKETING: ("CMO", "Amara Osei"),
            Side.SALES: ("VP Sales", "Renata Voss"),
        }
        assert everybody["Amara Osei"].email == "amara@fathom.example"
        assert everybody["Amara Osei"].roles == {Role.CMO}
        assert everybody["Renata Voss"].roles == {Role.CRO}
        stages = session.scalars(select(CrmStage).order_by(CrmStage.position)).all()
        assert (stages[0].name, stages[-1].name, len(stages)) == ("Prospecting", "Closed Lost", 10)


def test_without_mail_the_invitation_is_shown_once_to_be_handed_over(app: Flask, client: FlaskClient) -> None:
    page = client.get(client.post("/first-run", data=FORM).location)
    assert "Renata Voss" in page.text
    [link] = set(re.findall(r"http://localhost(/links/[\w-]{43})", page.text))
    assert link not in client.get("/admin/people/links").text, "shown once"
    renata = app.test_client()
    assert renata.post(link, data={"password": "copper meadow violin tide"}).status_code == 303
    assert "Renata Voss" in renata.get("/account").text


def test_with_mail_the_invitation_is_sent(client: FlaskClient, looking: Looking) -> None:
    server = {"host": "smtp.fathom.example", "port": "465", "security": "tls", "username": "abm"}
    server |= {"mail_password": "a secret of the server", "sender": "abm@fathom.example"}
    assert client.post("/first-run", data=FORM | server).location == "/"
    with looking() as session:
        kept = mail_server(session)
        assert kept is not None
        assert (kept.host, kept.port, kept.username, kept.plain_password) == (
            "smtp.fathom.example",
            465,
            "abm",
            "a secret of the server",
        )
        assert b"secret" not in kept.password, "encrypted at rest"
        letter = session.scalars(select(Letter)).one()
        assert letter.to == "renata@fathom.example"
        assert re.search(r"http://127\.0\.0\.1:8000/links/[\w-]{43}", letter.text)


def test_who_signs_for_neither_is_revops_and_both_seats_may_stay_empty(client: FlaskClient, looking: Looking) -> None:
    form = FORM | {"seat": "neither", "sales_name": "", "sales_email": ""}
    assert client.post("/first-run", data=form).location == "/"
    assert "Nobody holds this seat" in client.get("/admin/seats").text
    with looking() as session:
        assert people(session)["Amara Osei"].roles == {Role.REVOPS}
        assert all(seat.holder_id is None for seat in seats(session).values())


def test_what_stands_beside_ones_own_seat_does_not_count(client: FlaskClient, looking: Looking) -> None:
    client.post("/first-run", data=FORM | {"marketing_name": "Somebody Else", "marketing_email": "else@fathom.example"})
    with looking() as session:
        assert set(people(session)) == {"Amara Osei", "Renata Voss"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"company": " "}, "Write the company&#39;s name."),
        ({"time_zone": "Europe/Nowhere"}, "There is no such time zone."),
        ({"time_zone": "../../etc/passwd"}, "There is no such time zone."),
        ({"email": "amara at fathom"}, "This does not read as an e-mail address."),
        ({"password": "short"}, "use at least 15"),
        ({"password": "Fathom Freightware 1"}, "first that are tried"),
        ({"seat": "both"}, "Your seat"),
        ({"sales_email": ""}, "Write both the name and the e-mail"),
        ({"sales_email": "amara@fathom.example"}, "This is your own address."),
        ({"host": "smtp.fathom.example", "sender": ""}, "Write the address that letters come from."),
        ({"host": "https://smtp.fathom.example", "sender": "a@fathom.example"}, "server&#39;s name alone"),
        (
            {"seat": "neither", "marketing_name": "Renata Voss", "marketing_email": "renata@fathom.example"},
            "One person never holds both seats.",
        ),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_founded(
    change: dict[str, str], sentence: str, client: FlaskClient, looking: Looking
) -> None:
    answer = client.post("/first-run", data=FORM | change)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="VP Sales"' in answer.text, "what was typed stays"
    assert PASSWORD not in answer.text
    with looking() as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 0


def test_a_city_is_enough_for_the_time_zone(client: FlaskClient, looking: Looking) -> None:
    client.post("/first-run", data=FORM | {"time_zone": "sao paulo"})
    with looking() as session:
        assert session.scalars(select(Organisation.time_zone)).one() == "America/Sao_Paulo"


def test_afterwards_the_form_is_gone_for_everybody(app: Flask, client: FlaskClient) -> None:
    client.post("/first-run", data=FORM)
    stranger = app.test_client()
    assert stranger.get("/first-run").location == "/sign-in"
    assert stranger.post("/first-run", data=FORM | {"company": "Another"}).location == "/sign-in"
    assert "founded already" in stranger.get("/sign-in").text


def test_two_browsers_at_once_found_one_organisation(app: Flask, looking: Looking) -> None:
    together, answers = threading.Barrier(2), []

    def found(name: str) -> None:
        client = app.test_client()
        together.wait()
        answers.append(client.post("/first-run", data=FORM | {"company": name}).location)

    threads = [threading.Thread(target=found, args=(name,)) for name in ("First", "Second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["/admin/people/links", "/sign-in"]
    with looking() as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 1
        assert session.scalar(select(func.count()).select_from(User)) == 2


def test_the_database_takes_no_second_organisation(app: Flask, client: FlaskClient) -> None:
    client.post("/first-run", data=FORM)
    facts = {"name": "Another", "time_zone": "UTC", "fiscal_start_month": 1, "currency": "EUR"}
    with app.app_context(), writing() as session:
        session.add(Organisation(id=2, created_at=clock.now(), **facts))
        with pytest.raises(IntegrityError):
            session.flush()
