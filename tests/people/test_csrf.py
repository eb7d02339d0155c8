"""Every write asks for the token of its own session (trust 15). New routes are in here by themselves."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select
from werkzeug.routing import AnyConverter, Rule

from abm.audit.models import Event
from tests.cast import Cast, sign_in
from tests.people.conftest import Looking

SAFE = {"GET", "HEAD", "OPTIONS"}
SAMPLES = {
    "number": "1",
    "slug": "halden-freight",
    "public": "a" * 16,
    "token": "a" * 43,
    "week": "2026-w47",
    "quarter": "2026-q4",
}


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app as it is in production: tokens are asked for."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def token_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account/password").text)
    assert found is not None
    return found[1]


def writes(app: Flask) -> list[tuple[str, str]]:
    """Every (method, address) that may change something."""
    return [
        (method, address_of(app, rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - SAFE)
    ]


def address_of(app: Flask, rule: Rule) -> str:
    """An address of the right form for a rule."""

    def sample(match: re.Match[str]) -> str:
        kind, arguments = match[1] or "default", match[2]
        if issubclass(app.url_map.converters[kind], AnyConverter):
            return str(arguments.split(",")[0].strip())
        return SAMPLES[kind]

    return re.sub(r"<(?:(\w+)(?:\(([^)]*)\))?:)?\w+>", sample, rule.rule)


def events(looking: Looking) -> int:
    with looking() as session:
        return session.scalar(select(func.count()).select_from(Event)) or 0


def tokens(app: Flask, client: FlaskClient, cast: Cast) -> dict[str, str | None]:
    """What an attacker may send: nothing, nonsense, and tokens of another session, secret or time."""
    before_sign_in = re.search(r'name="csrf_token" value="([^"]+)"', app.test_client().get("/sign-in").text)
    assert before_sign_in is not None
    with client.session_transaction() as cookie:
        raw = cookie["csrf_token"]
    return {
        "missing": None,
        "empty": "",
        "wrong": "nonsense",
        "another session's": token_of(sign_in(app.test_client(), cast.renata)),
        "another site's": URLSafeTimedSerializer("another secret", salt="wtf-csrf-token").dumps(raw),
        "of before signing in": before_sign_in[1],
    }


def test_no_write_goes_without_the_token_of_its_session(
    app: Flask, client: FlaskClient, cast: Cast, looking: Looking
) -> None:
    sign_in(client, cast.wen)
    token_of(client)
    attempts = tokens(app, client, cast)
    before = events(looking)
    let_through = []
    for method, address in writes(app):
        for kind, token in attempts.items():
            form = {} if token is None else {"csrf_token": token}
            answer = client.open(address, method=method, data=form)
            # A session opens nothing of the API, so there is nothing that a foreign site could do with it.
            if answer.status_code != (401 if address.startswith("/api/") else 400):
                let_through.append(f"{method} {address} with a token {kind}: {answer.status}")
    assert let_through == []
    assert events(looking) == before
    assert len(writes(app)) > 30


def test_a_refused_form_says_what_to_do(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.wen)
    answer = client.post("/account/sessions/end-others")
    assert "reload and send it again" in answer.text
    assert client.get("/account").status_code == 200


def test_with_the_right_token_the_write_goes(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.wen)
    right = {"csrf_token": token_of(client)}
    assert client.post("/account/sessions/end-others", data=right).status_code == 303
    assert client.post("/account/sessions/end-others", headers={"X-CSRFToken": right["csrf_token"]}).status_code == 303


def test_signing_in_asks_for_the_token_of_the_form(app: Flask, client: FlaskClient, cast: Cast) -> None:
    form = {"email": cast.amara.email, "password": "a quiet harbour in winter"}
    assert client.post("/sign-in", data=form).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    assert app.test_client().post("/sign-in", data=form | {"csrf_token": token[1]}).status_code == 400
    assert client.post("/sign-in", data=form | {"csrf_token": token[1]}).status_code == 303


def test_the_token_changes_with_the_session(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.wen)
    first = token_of(client)
    client.post("/sign-out", data={"csrf_token": first})
    sign_in(client, cast.wen)
    assert client.post("/account/sessions/end-others", data={"csrf_token": first}).status_code == 400


def test_nothing_but_the_api_is_exempt(app: Flask) -> None:
    csrf = app.extensions["csrf"]
    assert csrf._exempt_views == set()
    assert {blueprint.url_prefix for blueprint in csrf._exempt_blueprints} == {"/api/v1"}
    assert app.config["WTF_CSRF_CHECK_DEFAULT"]
    assert not SAFE & set(app.config["WTF_CSRF_METHODS"])
