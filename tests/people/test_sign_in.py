"""Signing in and out, and sessions that end (trust 14, 16, 18)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from abm.kit.config import Config
from abm.kit.db import db
from abm.people.models import User
from abm.people.sessions import ABSOLUTE, IDLE, SEEN_EVERY, SignIn
from abm.people.signing_in import COOKIE_TOKEN, device_of, way_on
from tests.cast import Cast, sign_in
from tests.passwords import enter
from tests.people.conftest import Looking

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
def morning() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def comparisons(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password hash that is compared, as it happens."""
    seen: list[str] = []
    real = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str | bytes, typed: str | bytes) -> bool:
        seen.append(str(kept))
        return real(self, kept, typed)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    return seen


def token_of(client: FlaskClient) -> str | None:
    with client.session_transaction() as cookie:
        token: str | None = cookie.get(COOKIE_TOKEN)
    return token


def test_amara_signs_in_and_goes_where_she_wanted(client: FlaskClient, cast: Cast) -> None:
    assert client.get("/account").location == "/sign-in?next=/account"
    answer = enter(client, "Amara@Fathom.example ", target="/account")
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Amara Osei" in client.get("/account").text


def test_nobody_learns_who_is_known(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], comparisons: list[str]
) -> None:
    cast.marcus.deactivated_at = MORNING
    cast.vera.password_hash = None
    session.commit()
    answers = []
    for email in ("tomás@fathom.example", "nobody@fathom.example", "marcus@fathom.example", "vera@fathom.example"):
        comparisons.clear()
        answer = enter(client, email, "not the right password")
        told = re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text.replace(email, ""))
        answers.append((answer.status_code, told))
        assert len(comparisons) == 1, "one comparison, so that time tells nothing"
    assert len(set(answers)) == 1
    assert answers[0][0] == 422
    assert "do not belong together" in answers[0][1]


def test_the_comparison_for_nobody_costs_what_a_real_one_costs(
    client: FlaskClient, cast: Cast, comparisons: list[str]
) -> None:
    enter(client, "tomás@fathom.example", "not the right password")
    enter(client, "nobody@fathom.example", "not the right password")
    known, unknown = (kept.rsplit("$", 2)[0] for kept in comparisons)
    assert known == unknown == "$argon2id$v=19$m=19456,t=2,p=1"


def test_a_right_password_of_somebody_deactivated_opens_nothing(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    cast.tomas.deactivated_at = MORNING
    session.commit()
    assert enter(client, cast.tomas.email).status_code == 422


@pytest.mark.parametrize(
    "hostile",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/account",
        "http:evil.example",
        "javascript:alert(1)",
        "%2F%2Fevil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "evil.example",
        "",
    ],
)
def test_signing_in_never_leads_to_another_site(hostile: str, client: FlaskClient, cast: Cast) -> None:
    assert way_on(hostile) == "/"
    assert enter(client, cast.amara.email, target=hostile).location == "/"
    assert client.get("/sign-in", query_string={"next": hostile}).location == "/"


def test_what_looks_odd_and_stays_here_is_kept() -> None:
    assert way_on("/accounts/halden?tab=deals&q=https://x") == "/accounts/halden?tab=deals&q=https://x"
    assert way_on("/%2F%2Fevil.example") == "/%2F%2Fevil.example"


def test_every_sign_in_has_a_new_token_and_a_clean_cookie(client: FlaskClient, cast: Cast) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        cookie[COOKIE_TOKEN] = "planted-token"
    enter(client, cast.amara.email)
    first = token_of(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
    client.post("/sign-out")
    enter(client, cast.amara.email)
    assert first is not None
    assert len(first) >= 43
    assert len({"planted-token", first, token_of(client)}) == 3


def test_a_token_is_kept_as_a_hash_only(client: FlaskClient, cast: Cast, looking: Looking) -> None:
    enter(client, cast.amara.email)
    with looking() as session:
        kept = session.scalars(select(SignIn.token_hash)).one()
    assert kept != token_of(client)
    assert len(kept) == 64


def test_after_signing_out_the_old_cookie_is_worth_nothing(app: Flask, client: FlaskClient, cast: Cast) -> None:
    enter(client, cast.amara.email)
    stolen = client.get_cookie("session")
    assert stolen is not None
    client.post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("session", stolen.value)
    assert thief.get("/account").status_code == 303


def test_signing_out_twice_is_harmless(client: FlaskClient, cast: Cast) -> None:
    enter(client, cast.amara.email)
    assert client.post("/sign-out").status_code == 303
    assert client.post("/sign-out").status_code == 303
    assert client.get("/sign-out").status_code == 405


def test_a_session_ends_after_twelve_idle_hours(
    client: FlaskClient, cast: Cast, morning: time_machine.Traveller
) -> None:
    enter(client, cast.amara.email)
    morning.shift(IDLE - timedelta(seconds=1))
    assert client.get("/account").status_code == 200
    morning.shift(IDLE)
    assert client.get("/account").status_code == 303


def test_a_session_in_use_ends_after_seven_days(
    client: FlaskClient, cast: Cast, morning: time_machine.Traveller
) -> None:
    enter(client, cast.amara.email)
    while morning_plus(morning, hours=6) < MORNING + ABSOLUTE:
        assert client.get("/account").status_code == 200
    assert client.get("/account").status_code == 303


def morning_plus(traveller: time_machine.Traveller, *, hours: int) -> datetime:
    traveller.shift(timedelta(hours=hours))
    return datetime.now(UTC)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_last_seen_is_noted_and_never_stands_in_the_way(
    method: str, client: FlaskClient, cast: Cast, looking: Looking, morning: time_machine.Traveller
) -> None:
    enter(client, cast.amara.email)
    morning.shift(SEEN_EVERY + timedelta(seconds=1))
    path, good = ("/account", 200) if method == "GET" else ("/account/sessions/end-others", 303)
    assert client.open(path, method=method).status_code == good
    with looking() as session:
        assert session.scalars(select(SignIn.seen_at)).one() == MORNING + SEEN_EVERY + timedelta(seconds=1)


def test_a_role_taken_away_counts_from_the_next_request_on(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    sign_in(client, cast.wen)
    assert client.get("/admin/people").status_code == 200
    cast.wen.grant(frozenset({next(iter(cast.vera.roles))}), by=cast.amara, at=MORNING)
    session.commit()
    refused = client.get("/admin/people")
    assert refused.status_code == 403
    assert "RevOps" in refused.text


def test_somebody_deactivated_is_out_from_the_next_request_on(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    sign_in(client, cast.tomas)
    assert client.get("/account").status_code == 200
    session.execute(update(User).where(User.id == cast.tomas.id).values(deactivated_at=MORNING))
    session.commit()
    assert client.get("/account").status_code == 303


def test_a_hash_of_yesterdays_parameters_is_made_anew(
    client: FlaskClient, cast: Cast, looking: Looking, session: scoped_session[Session]
) -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    cast.amara.password_hash = weaker.hash("a quiet harbour in winter")
    session.commit()
    assert enter(client, cast.amara.email).status_code == 303
    with looking() as reading:
        assert "m=19456,t=2,p=1" in (reading.get_one(User, cast.amara.id).password_hash or "")
    assert enter(client, cast.amara.email).status_code == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_other_hosts(config: Config, cast: Cast) -> None:
    from abm.app import create_app  # noqa: PLC0415 tests of pure modules never load the product

    safe = create_app(replace(config, base_url="https://abm.example.com"))
    safe.config["WTF_CSRF_ENABLED"] = False
    answer = safe.test_client().post(
        "/sign-in",
        base_url="https://abm.example.com",
        data={"email": cast.amara.email, "password": "a quiet harbour in winter"},
    )
    with safe.app_context():
        db.engine.dispose()
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


def test_another_sites_remember_cookie_on_this_host_changes_nothing(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.amara)
    client.set_cookie("remember_token", "7|something")
    assert client.get("/account").status_code == 200


def test_a_device_is_named_as_people_know_it() -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert device_of(firefox) == "Firefox on Linux"
    assert device_of("") == "Unknown device"
