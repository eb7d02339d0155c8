"""Administration: people, roles and teams, and hands off the other seat (trust 3, 14)."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from abm.people.mail import Letter
from abm.people.models import Role, Team, User
from abm.people.sessions import OneTimeLink
from tests.cast import Cast, sign_in
from tests.passwords import enter
from tests.people.conftest import Looking

LENA = {"name": "Lena Brandt", "email": "Lena@fathom.example", "roles": ["ae", "sdr"], "team": ""}


@pytest.fixture
def wen(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.wen)


@pytest.fixture
def amara(app: Flask, cast: Cast) -> FlaskClient:
    return sign_in(app.test_client(), cast.amara)


def at(user: User, *parts: str) -> str:
    return "/".join(("/admin/people", user.public_id, *parts))


def named(looking: Looking, name: str) -> User:
    with looking() as session:
        return session.scalars(select(User).where(User.name == name)).one()


def update(client: FlaskClient, user: User, **changes: str) -> TestResponse:
    facts = {"name": user.name, "email": user.email or "", "team": str(user.team_id or "")}
    return client.post(at(user), data=facts | changes)


def test_wen_adds_lena_who_chooses_a_password_and_signs_in(
    app: Flask, wen: FlaskClient, cast: Cast, looking: Looking
) -> None:
    answer = wen.post("/admin/people", data=LENA | {"team": str(cast.north.id)})
    assert answer.location == "/admin/people/links"
    link = re.search(r"http://localhost(/links/[\w-]{43})", wen.get(answer.location).text)
    assert link is not None
    lena = app.test_client()
    assert lena.post(link[1], data={"password": "copper meadow violin tide"}).status_code == 303
    assert enter(app.test_client(), "lena@fathom.example", "copper meadow violin tide").status_code == 303
    kept = named(looking, "Lena Brandt")
    assert (kept.roles, kept.team_id, kept.email) == ({Role.AE, Role.SDR}, cast.north.id, "lena@fathom.example")  # type: ignore[comparison-overlap]


def test_somebody_without_an_address_is_added_and_invited_later(wen: FlaskClient, looking: Looking) -> None:
    wen.post("/admin/people", data=LENA | {"email": ""})
    lena = named(looking, "Lena Brandt")
    assert "no access: no e-mail" in wen.get(at(lena)).text
    assert wen.post(at(lena, "links")).status_code == 409
    update(wen, lena, email="lena@fathom.example")
    assert wen.post(at(lena, "links")).location == "/admin/people/links"


def test_the_same_form_sent_twice_adds_one_person(wen: FlaskClient, looking: Looking) -> None:
    form = LENA | {"idempotency_key": "0123456789abcdef"}
    assert [wen.post("/admin/people", data=form).status_code for _ in range(3)] == [303] * 3
    with looking() as session:
        assert len(session.scalars(select(User).where(User.name == "Lena Brandt")).all()) == 1


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"name": ""}, 422, "Write the name."),
        ({"email": "lena at fathom"}, 422, "This does not read as an e-mail address."),
        ({"roles": []}, 422, "Choose at least one role."),
        ({"roles": ["emperor"]}, 422, "Roles"),
        ({"team": "999"}, 422, "Team"),
        ({"email": "AMARA@fathom.example"}, 409, "belongs to Amara Osei already"),
    ],
)
def test_who_cannot_be_added_is_said_beside_the_field(
    change: dict[str, str], status: int, sentence: str, wen: FlaskClient, looking: Looking
) -> None:
    answer = wen.post("/admin/people", data=LENA | change)
    assert answer.status_code == status
    assert sentence in answer.text
    with looking() as session:
        assert session.scalar(select(User).where(User.name == "Lena Brandt")) is None


@pytest.mark.parametrize("who", ["priya", "tomas", "ines", "vera"])
def test_who_does_not_administer_sees_who_may(who: str, client: FlaskClient, cast: Cast, looking: Looking) -> None:
    sign_in(client, cast.everyone[who])
    for path in ("/admin/people", "/admin/people/new", "/admin/teams", "/admin/settings", "/admin/audit", at(cast.wen)):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "RevOps" in answer.text
    assert client.post("/admin/people", data=LENA).status_code == 403
    assert client.post(at(cast.everyone[who], "roles"), data={"roles": ["revops"]}).status_code == 403
    with looking() as session:
        assert session.scalar(select(User).where(User.name == "Lena Brandt")) is None


def test_roles_are_changed_and_the_change_is_kept(wen: FlaskClient, cast: Cast, looking: Looking) -> None:
    assert wen.post(at(cast.vera, "roles"), data={"roles": ["ae", "viewer"]}).status_code == 303
    assert named(looking, "Vera Lund").roles == {Role.AE, Role.VIEWER}
    assert "roles changed" in wen.get("/admin/audit").text


def test_nobody_takes_the_administration_away_from_themselves(wen: FlaskClient, cast: Cast, looking: Looking) -> None:
    answer = wen.post(at(cast.wen, "roles"), data={"roles": ["viewer"]})
    assert answer.status_code == 409
    assert "Somebody else takes the administration away" in answer.text
    assert wen.post(at(cast.wen, "deactivation")).status_code == 409
    assert named(looking, "Wen Zhao").roles == {Role.REVOPS}


def test_somebody_deactivated_is_out_everywhere_and_stays_out_when_reactivated(
    app: Flask, wen: FlaskClient, cast: Cast
) -> None:
    tomas = sign_in(app.test_client(), cast.tomas)
    assert tomas.get("/account").status_code == 200
    wen.post(at(cast.tomas, "deactivation"))
    assert tomas.get("/account").status_code == 303
    assert enter(app.test_client(), cast.tomas.email).status_code == 422
    wen.post(at(cast.tomas, "reactivation"))
    assert tomas.get("/account").status_code == 303, "the session of before does not come back"
    assert enter(app.test_client(), cast.tomas.email).status_code == 303


def test_who_holds_a_seat_is_not_deactivated_with_it(wen: FlaskClient, cast: Cast) -> None:
    answer = wen.post(at(cast.renata, "deactivation"))
    assert answer.status_code == 409
    assert "holds the Sales seat" in answer.text


def test_a_lost_phone_is_signed_out(app: Flask, wen: FlaskClient, cast: Cast) -> None:
    phone = sign_in(app.test_client(), cast.tomas)
    assert wen.post(at(cast.tomas, "sessions", "end")).status_code == 303
    assert phone.get("/account").status_code == 303


HANDS = {
    "a new link": lambda client, user: client.post(at(user, "links")),
    "another address": lambda client, user: update(client, user, email="mine@fathom.example"),
    "another name": lambda client, user: update(client, user, name="Somebody Else"),
    "other roles": lambda client, user: client.post(at(user, "roles"), data={"roles": ["viewer"]}),
    "deactivation": lambda client, user: client.post(at(user, "deactivation")),
}


@pytest.mark.parametrize("reach", HANDS)
def test_who_acts_for_one_seat_has_no_hand_in_the_access_of_the_other(
    reach: str, amara: FlaskClient, cast: Cast, looking: Looking
) -> None:
    answer = HANDS[reach](amara, cast.renata)  # type: ignore[no-untyped-call]
    assert answer.status_code == 409
    assert "You act for CMO and Renata Voss for CRO. RevOps changes their access." in answer.text.replace("&#39;", "'")
    with looking() as session:
        renata = session.get_one(User, cast.renata.id)
        assert (renata.name, renata.email, renata.active) == ("Renata Voss", "renata@fathom.example", True)
        assert session.scalar(select(OneTimeLink)) is None
        assert session.scalar(select(Letter)) is None


def test_who_never_signed_in_may_be_invited_again_by_the_other_seat(
    amara: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    cast.renata.password_hash = None
    session.commit()
    assert amara.post(at(cast.renata, "links")).location == "/admin/people/links"


def test_revops_may_help_either_seat(wen: FlaskClient, cast: Cast) -> None:
    assert wen.post(at(cast.renata, "links")).status_code == 303


def test_an_address_changed_ends_the_links_sent_to_the_old_one(wen: FlaskClient, cast: Cast) -> None:
    link = re.search(r"(/links/[\w-]{43})", wen.get(wen.post(at(cast.tomas, "links")).location).text)
    assert link is not None
    update(wen, cast.tomas, email="tomas.new@fathom.example")
    assert wen.get(link[1]).status_code == 404


def test_a_person_unknown_is_not_found(wen: FlaskClient) -> None:
    assert wen.get("/admin/people/aaaaaaaaaaaaaaaa").status_code == 404
    assert wen.post("/admin/people/aaaaaaaaaaaaaaaa/deactivation").status_code == 404


def test_people_are_found_by_name_address_and_state(wen: FlaskClient, cast: Cast) -> None:
    found = wen.get("/admin/people?q=osei").text
    assert "Amara Osei" in found
    assert "Renata Voss" not in found
    assert "Nobody like that" in wen.get("/admin/people?q=100%25").text, "a percent sign is a percent sign"
    wen.post(at(cast.tomas, "deactivation"))
    wen.get("/admin/people")  # says once that it is done
    assert "Ferreira" not in wen.get("/admin/people").text
    assert "Ferreira" in wen.get("/admin/people?state=deactivated").text


def test_pages_of_people_neither_overlap_nor_miss_anybody(
    wen: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    for number in range(130):
        session.add(User(name=f"Agent {number % 7}", created_at=cast.wen.created_at, email=None))
    session.commit()
    first = wen.get("/admin/people").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = wen.get(following[1].replace("&amp;", "&")).text
    shown = re.findall(r'href="/admin/people/([a-z0-9]{16})"', first + second)
    assert len(shown) == len(set(shown)) == 130 + len(cast.everyone)
    assert 'rel="next"' not in second


def test_teams_are_added_and_changed(wen: FlaskClient, cast: Cast, looking: Looking) -> None:
    wen.post("/admin/teams", data={"name": "South", "region": "LATAM", "manager": str(cast.ines.id)})
    with looking() as session:
        south = session.scalars(select(Team).where(Team.name == "South")).one()
        assert (south.region, south.manager_id) == ("LATAM", cast.ines.id)
    assert wen.post("/admin/teams", data={"name": "North"}).status_code == 422
    assert wen.post(f"/admin/teams/{south.id}", data={"name": "North"}).status_code == 422
    assert wen.post(f"/admin/teams/{south.id}", data={"name": "South", "region": "Iberia"}).status_code == 303
    assert "Iberia" in wen.get("/admin/teams").text
    assert wen.get("/admin/teams/999").status_code == 404


def test_days_away_are_noted_and_taken_back(wen: FlaskClient, cast: Cast) -> None:
    days = {"first_day": "2031-03-03", "last_day": "2031-03-07"}
    wen.post(at(cast.tomas, "absences"), data=days)
    page = wen.get(at(cast.tomas)).text
    assert "3 Mar 2031 to 7 Mar 2031" in page
    removal = re.search(r'action="(/admin/people/\w+/absences/\d+/removal)"', page)
    assert removal is not None
    elsewhere = removal[1].replace(cast.tomas.public_id, cast.vera.public_id)
    assert wen.post(elsewhere).status_code == 404
    assert wen.post(removal[1]).status_code == 303
    assert "3 Mar 2031" not in wen.get(at(cast.tomas)).text


def test_days_away_run_forwards(wen: FlaskClient, cast: Cast) -> None:
    answer = wen.post(at(cast.tomas, "absences"), data={"first_day": "2031-03-07", "last_day": "2031-03-03"})
    assert answer.status_code == 422
    assert "The last day lies before the first." in answer.text
