"""Accounts through the browser: adding, changing, refusing, and edits that meet."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account, Contact, add_contact, create_account
from tests.accounts.pages import alert, field_error, value_of
from tests.cast import Cast, sign_in

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def halden(cast: Cast, session: Session) -> Account:
    account = create_account(cast.organisation, name="Halden Freight", country="Norway", by=cast.wen, at=AT)
    account.set_domains(["halden.com"], by=cast.wen, at=AT)
    session.commit()
    return account


@pytest.fixture
def tomas(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.tomas)


def as_shown(client: FlaskClient, path: str) -> dict[str, str]:
    """What the form of a page sends when nobody changes anything."""
    page = client.get(path).text
    names = ("name", "parent", "division", "industry", "segment", "country", "city", "employees", "revenue")
    fields = {name: value_of(page, name) for name in (*names, "revenue_currency", "revision")}
    return fields | {"domains": "halden.com", "shared_domains": ""}


def test_an_ae_adds_an_account(tomas: FlaskClient, cast: Cast, session: Session) -> None:
    sent = {
        "name": "Orbis Pharma",
        "employees": "1,200",
        "revenue": "€ 12,500,000",
        "revenue_currency": "eur",
        "domains": "https://www.orbis.com/en\norbis.de",
        "shared_domains": "group.example",
    }
    answer = tomas.post("/accounts", data=sent)
    assert (answer.status_code, answer.location) == (303, "/accounts/orbis-pharma")
    account = session.scalars(select(Account)).one()
    assert (account.employees, account.revenue, account.revenue_currency) == (1200, 1_250_000_000, "EUR")
    assert {one.domain: one.identifies for one in account.domains} == {
        "orbis.com": True,
        "orbis.de": True,
        "group.example": False,
    }


def test_the_same_form_sent_five_times_adds_one_account(tomas: FlaskClient, session: Session, cast: Cast) -> None:
    sent = {"name": "Orbis Pharma", "idempotency_key": "a" * 32}
    answers = [tomas.post("/accounts", data=sent) for _ in range(5)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/accounts/orbis-pharma")}
    assert session.scalar(select(func.count(Account.id))) == 1


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"name": ""}, "name", "Write the company's name."),
        ({"name": "\0"}, "name", "Write the company's name."),
        ({"name": "x" * 201}, "name", "no more than 200 characters"),
        ({"employees": "many"}, "employees", "Write a whole number like 1200."),
        ({"employees": "9" * 40}, "employees", "Write a whole number like 1200."),
        ({"revenue": "-5", "revenue_currency": "EUR"}, "revenue", "An amount cannot be negative."),
        ({"revenue": "5", "revenue_currency": ""}, "revenue", "Write the currency beside it"),
        ({"revenue_currency": "EURO"}, "revenue_currency", "EURO is not a currency"),
        ({"domains": "hal den"}, "domains", "is not a web domain"),
        ({"parent": "Nobody Ltd"}, "parent", "No account is named Nobody Ltd"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_kept(
    tomas: FlaskClient, session: Session, *, sent: dict[str, str], field: str, words: str
) -> None:
    answer = tomas.post("/accounts", data={"name": "Orbis Pharma", "city": "Basel", **sent})
    assert answer.status_code == 422
    assert words in field_error(answer.text, field)
    assert value_of(answer.text, "city") == "Basel"
    assert session.scalar(select(func.count(Account.id))) == 0


def test_a_likely_twin_is_asked_about_and_added_only_when_told(
    tomas: FlaskClient, halden: Account, session: Session
) -> None:
    sent = {"name": "HALDEN FREIGHT AS", "country": "Norway"}
    asked = tomas.post("/accounts", data=sent)
    assert asked.status_code == 409
    assert "the same name and country" in alert(asked.text)
    assert "/accounts/halden-freight" in alert(asked.text)
    assert tomas.post("/accounts", data={**sent, "another": "y"}).status_code == 303
    assert session.scalar(select(func.count(Account.id))) == 2


def test_a_domain_of_another_account_is_refused_with_the_way_on(tomas: FlaskClient, halden: Account) -> None:
    answer = tomas.post("/accounts", data={"name": "Halden Air", "domains": "halden.com", "another": "y"})
    assert answer.status_code == 409
    assert "halden.com already identifies Halden Freight" in field_error(answer.text, "domains")


def test_an_edit_is_saved(tomas: FlaskClient, halden: Account, session: Session) -> None:
    sent = as_shown(tomas, "/accounts/halden-freight/edit") | {"city": "Oslo"}
    answer = tomas.post("/accounts/halden-freight", data=sent)
    assert (answer.status_code, answer.location) == (303, "/accounts/halden-freight")
    session.expire_all()
    assert halden.city == "Oslo"


def test_of_two_edits_that_began_alike_the_second_sees_both_values_and_decides(
    tomas: FlaskClient, app: Flask, cast: Cast, halden: Account, session: Session
) -> None:
    priya = sign_in(app.test_client(), cast.priya)
    mine = as_shown(tomas, "/accounts/halden-freight/edit") | {"city": "Oslo"}
    hers = as_shown(priya, "/accounts/halden-freight/edit") | {"city": "Bergen", "segment": "Enterprise"}
    assert tomas.post("/accounts/halden-freight", data=mine).status_code == 303
    refused = priya.post("/accounts/halden-freight", data=hers)
    assert refused.status_code == 409
    assert all(word in alert(refused.text) for word in ("City", "Oslo", "Bergen", "Segment", "Enterprise"))
    assert value_of(refused.text, "city") == "Bergen"
    again = hers | {"revision": value_of(refused.text, "revision")}
    assert priya.post("/accounts/halden-freight", data=again).status_code == 303
    session.expire_all()
    assert (halden.city, halden.segment) == ("Bergen", "Enterprise")


def test_an_edit_without_its_revision_is_a_conflict(tomas: FlaskClient, halden: Account) -> None:
    assert tomas.post("/accounts/halden-freight", data={"name": "Halden"}).status_code == 409


def test_a_company_gets_its_parent_by_name(tomas: FlaskClient, cast: Cast, halden: Account, session: Session) -> None:
    create_account(cast.organisation, name="Halden Group", by=cast.wen, at=AT)
    session.commit()
    sent = as_shown(tomas, "/accounts/halden-freight/edit") | {"parent": "halden group"}
    assert tomas.post("/accounts/halden-freight", data=sent).status_code == 303
    session.expire_all()
    assert halden.parent is not None
    assert halden.parent.slug == "halden-group"


def test_a_name_that_several_accounts_have_is_asked_about(tomas: FlaskClient, cast: Cast, session: Session) -> None:
    for _ in range(2):
        create_account(cast.organisation, name="Halden Group", by=cast.wen, at=AT)
    session.commit()
    answer = tomas.post("/accounts", data={"name": "Halden Air", "parent": "Halden Group"})
    assert "halden-group, halden-group-2" in field_error(answer.text, "parent")
    assert tomas.post("/accounts", data={"name": "Halden Air", "parent": "halden-group-2"}).status_code == 303


def test_do_not_approach_is_set_with_a_reason_and_taken_back(
    tomas: FlaskClient, halden: Account, session: Session
) -> None:
    path = "/accounts/halden-freight/do-not-approach"
    assert tomas.post(path, data={"why": " "}).status_code == 422
    assert tomas.post(path, data={"why": "In court", "until": "2026-02-30"}).status_code == 422
    assert tomas.post(path, data={"why": "In court", "until": "2027-01-31"}).status_code == 303
    session.expire_all()
    assert (halden.do_not_approach, halden.do_not_approach_until) == ("In court", date(2027, 1, 31))
    session.rollback()
    assert tomas.post("/accounts/halden-freight/approaches").status_code == 303
    assert tomas.post("/accounts/halden-freight/approaches").status_code == 409


def test_an_account_is_archived_and_restored(tomas: FlaskClient, halden: Account) -> None:
    assert tomas.post("/accounts/halden-freight/archivals").status_code == 303
    assert tomas.post("/accounts/halden-freight/archivals").status_code == 409
    assert tomas.post("/accounts/halden-freight/restorations").status_code == 303


def test_a_sales_manager_assigns_an_ae(client: FlaskClient, cast: Cast, halden: Account, session: Session) -> None:
    ines = sign_in(client, cast.ines)
    sent = {"user": cast.tomas.public_id, "function": "ae", "first_day": "2026-11-24"}
    assert "Tomás Ferreira, AE" in ines.get("/accounts/halden-freight/assignments/new").text
    assert ines.post("/accounts/halden-freight/assignments", data=sent).status_code == 303
    session.expire_all()
    assert halden.ae_on(date(2026, 11, 24)) == cast.tomas


def test_nobody_outside_sales_is_made_the_ae(client: FlaskClient, cast: Cast, halden: Account) -> None:
    ines = sign_in(client, cast.ines)
    sent = {"user": cast.priya.public_id, "function": "ae", "first_day": "2026-11-24"}
    answer = ines.post("/accounts/halden-freight/assignments", data=sent)
    assert answer.status_code == 409
    assert "Priya Raman is not in Sales" in field_error(answer.text, "user")
    assert ines.post("/accounts/halden-freight/assignments", data={**sent, "user": "x"}).status_code == 422


def test_an_ae_assigns_nobody_and_reads_who_may(tomas: FlaskClient, halden: Account) -> None:
    answer = tomas.post("/accounts/halden-freight/assignments", data={})
    assert answer.status_code == 403
    assert "Sales manager" in answer.text


WRITES = [
    "/accounts",
    "/accounts/halden-freight",
    "/accounts/halden-freight/do-not-approach",
    "/accounts/halden-freight/approaches",
    "/accounts/halden-freight/archivals",
    "/accounts/halden-freight/restorations",
    "/accounts/halden-freight/assignments",
    "/accounts/halden-freight/contacts",
    "/opportunities",
    "/admin/stages",
    "/admin/rates",
]


def test_a_viewer_changes_nothing(client: FlaskClient, cast: Cast, halden: Account) -> None:
    vera = sign_in(client, cast.vera)
    assert {path: vera.post(path, data={"name": "X"}).status_code for path in WRITES} == dict.fromkeys(WRITES, 403)


def test_somebody_not_signed_in_is_asked_to(client: FlaskClient, halden: Account) -> None:
    answers = [client.post(path, data={"name": "X"}) for path in WRITES]
    assert {answer.status_code for answer in answers} == {303}
    assert all("/sign-in" in answer.location for answer in answers)


def test_an_account_that_is_not_there_is_not_found(tomas: FlaskClient, halden: Account) -> None:
    paths = ["/accounts/orbis/edit", "/accounts/Halden%20Freight/edit", "/accounts/orbis/contacts/new"]
    assert [tomas.get(path).status_code for path in paths] == [404, 404, 404]
    assert tomas.post("/accounts/orbis", data={"name": "Orbis"}).status_code == 404


@pytest.fixture
def sigrid(cast: Cast, halden: Account, session: Session) -> Contact:
    contact = add_contact(halden, name="Sigrid Lie", email="sigrid@halden.com", by=cast.tomas, at=AT)
    session.commit()
    return contact


def test_a_contact_is_added_with_a_role_and_an_opt_out(tomas: FlaskClient, halden: Account, session: Session) -> None:
    sent = {"name": "Sigrid Lie", "email": "Sigrid@halden.com", "buying_role": "champion", "opted_out": ["email"]}
    assert tomas.post("/accounts/halden-freight/contacts", data=sent).status_code == 303
    contact = session.scalars(select(Contact)).one()
    assert (contact.email, contact.buying_role.value, list(contact.opted_out)) == (
        "sigrid@halden.com",
        "champion",
        ["email"],
    )


def test_a_contacts_opt_outs_follow_the_check_boxes(tomas: FlaskClient, sigrid: Contact, session: Session) -> None:
    path = f"/accounts/halden-freight/contacts/{sigrid.public_id}"
    for channels in (["email", "call"], ["call"], []):
        revision = value_of(tomas.get(f"{path}/edit").text, "revision")
        sent = {"name": "Sigrid Lie", "buying_role": "user", "opted_out": channels, "revision": revision}
        assert tomas.post(path, data=sent).status_code == 303
        session.expire_all()
        assert sorted(sigrid.opted_out) == sorted(channels)
        session.rollback()


def test_two_edits_of_a_contact_meet(tomas: FlaskClient, sigrid: Contact) -> None:
    path = f"/accounts/halden-freight/contacts/{sigrid.public_id}"
    revision = value_of(tomas.get(f"{path}/edit").text, "revision")
    first = {"name": "Sigrid Lie", "title": "CFO", "buying_role": "user", "revision": revision}
    assert tomas.post(path, data=first).status_code == 303
    answer = tomas.post(path, data={**first, "title": "COO", "buying_role": "champion"})
    assert answer.status_code == 409
    assert all(word in alert(answer.text) for word in ("CFO", "COO", "User", "Champion"))


def test_a_contact_of_another_account_does_not_exist_here(
    tomas: FlaskClient, cast: Cast, sigrid: Contact, session: Session
) -> None:
    create_account(cast.organisation, name="Orbis", by=cast.wen, at=AT)
    session.commit()
    path = f"/accounts/orbis/contacts/{sigrid.public_id}"
    assert tomas.get(f"{path}/edit").status_code == 404
    assert tomas.post(path, data={"name": "X"}).status_code == 404


def test_a_contact_is_archived_and_comes_back(tomas: FlaskClient, sigrid: Contact, session: Session) -> None:
    path = f"/accounts/halden-freight/contacts/{sigrid.public_id}"
    assert tomas.post(f"{path}/archivals").status_code == 303
    session.expire_all()
    assert sigrid.archived_at is not None
    session.rollback()
    assert tomas.post(f"{path}/restorations").status_code == 303


def test_suggestions_offer_what_the_text_may_mean(tomas: FlaskClient, halden: Account) -> None:
    assert '<option value="Halden Freight">Norway</option>' in tomas.get("/suggestions/accounts?parent=hald").text
    assert "<option" not in tomas.get("/suggestions/accounts?parent=").text
