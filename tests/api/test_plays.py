"""Plays over the API: who may, what is recorded once, what is refused and how that is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from abm.accounts.contacts import add_contact
from abm.api.bearer import A_MINUTE, WRONG_A_MINUTE
from abm.audit.models import Event
from abm.people.models import User
from abm.people.tokens import ApiToken, TokenScope, make_token
from abm.touches.kinds import Direction
from abm.touches.models import Touch
from tests.campaigns.world import NOW, World
from tests.cast import Cast, sign_in

LATER = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
DAY = "2026-11-27"


@dataclass
class Program:
    """Something outside that asks with a token."""

    session: Session
    client: FlaskClient
    cast: Cast
    slug: str
    play: str

    def token(self, user: User, scope: TokenScope = TokenScope.RECORD, name: str = "Tool") -> str:
        _, secret = make_token(user, name=name, scope=scope, days=30, at=LATER)
        self.session.commit()
        return secret

    def ask(self, secret: str | None, **headers: str) -> TestResponse:
        told = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
        return self.client.get(f"/api/v1/campaigns/{self.slug}/plays", headers={**told, **headers})

    def record(self, secret: str | None, body: object = None, key: str = "", play: str = "") -> TestResponse:
        headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
        headers |= {"Idempotency-Key": key} if key else {}
        sent = {"day": DAY, "accounts": ["Halden Freight"]} if body is None else body
        data = sent if isinstance(sent, str) else json.dumps(sent)
        address = f"/api/v1/plays/{play or self.play}/records"
        return self.client.post(address, data=data, headers=headers, content_type="application/json")

    def touches(self, direction: Direction = Direction.OUTBOUND) -> int:
        asked = select(func.count(Touch.id)).where(Touch.direction == direction, Touch.voided_at.is_(None))
        found = self.session.scalar(asked) or 0
        self.session.rollback()
        return found


@pytest.fixture
def program(app: Flask, session: scoped_session[Session], cast: Cast) -> Iterator[Program]:
    app.config["WTF_CSRF_ENABLED"] = True  # it is for browsers; a token needs none
    with time_machine.travel(NOW, tick=False):
        world = World(session(), cast)
        add_contact(
            world.accounts["Halden Freight"], name="Mira Lund", email="mira@halden.example", by=cast.wen, at=NOW
        )
        campaign = world.approved()
        world.launch(campaign)
        session.commit()
    slug, play = campaign.slug, campaign.live_plays[0].play
    session.rollback()
    with time_machine.travel(LATER, tick=False):
        yield Program(session(), app.test_client(), cast, slug, play)


def test_a_play_is_recorded_and_read(program: Program) -> None:
    secret = program.token(program.cast.priya)
    said = {"account": "Halden Freight", "kind": "email/replied", "contact": "mira@halden.example", "day": "2026-11-30"}
    answer = program.record(secret, {"day": DAY, "all_accounts": True, "responses": [said], "note": "Sent at nine."})
    assert answer.status_code == 201, answer.text
    body = answer.get_json()
    assert {name: body[name] for name in ("accounts", "known_accounts", "responses", "known_responses")} == {
        "accounts": 3, "known_accounts": 0, "responses": 1, "known_responses": 0,
    }  # fmt: skip
    assert body["url"].endswith(f"/campaigns/{program.slug}/records/{body['record']}")
    again = program.record(secret, {"day": DAY, "accounts": ["halden-freight"], "responses": [said]})
    assert (again.status_code, again.get_json()["known_accounts"], again.get_json()["accounts"]) == (200, 1, 0)
    assert (program.touches(), program.touches(Direction.INBOUND)) == (3, 1)
    shown = program.ask(secret).get_json()
    assert [(one["what"], one["status"], one["accounts"]) for one in shown["plays"]] == [
        ("Invitation", "recorded", 3),
        ("Live session", "planned", 0),
    ]
    assert shown["plays"][0]["records"][0]["source"] == "api"
    event = program.session.scalars(select(Event).where(Event.subject == "play_record")).one()
    assert (event.after["token"], event.actor_id) == ("Tool", program.cast.priya.id)
    assert program.session.scalars(select(ApiToken.used_at)).one() == LATER


def test_who_may_ask(program: Program, app: Flask) -> None:
    cast = program.cast
    reads, records = program.token(cast.priya, TokenScope.READ, "Reads"), program.token(cast.priya)
    of_vera, of_tomas, of_wen = (program.token(user) for user in (cast.vera, cast.tomas, cast.wen))
    assert [program.ask(one).status_code for one in (reads, records, of_vera, of_tomas)] == [200] * 4
    assert [program.record(one).status_code for one in (reads, of_vera, of_tomas)] == [403] * 3
    assert "only for: read" in program.record(reads).get_json()["detail"]
    assert "CMO, Marketer, RevOps may" in program.record(of_tomas).get_json()["detail"]
    assert program.record(of_wen).status_code == 201
    for wrong in (None, "", "abm_" + "x" * 43):
        answer = program.record(wrong)
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
    program.client = sign_in(app.test_client(), cast.priya)  # a session opens nothing here
    assert program.ask(None).status_code == program.record(None).status_code == 401
    assert program.ask(None, Authorization="Basic cHJpeWE6eA==").status_code == 401
    assert program.touches() == 1


def test_a_dead_token_opens_nothing(program: Program) -> None:
    cast, session = program.cast, program.session
    revoked, expires, leaves = (program.token(user) for user in (cast.priya, cast.amara, cast.wen))
    session.scalars(select(ApiToken).where(ApiToken.user_id == cast.priya.id)).one().revoke(by=cast.priya, at=LATER)
    cast.wen.deactivate(by=cast.amara, at=LATER)
    session.commit()
    assert program.ask(revoked).status_code == program.ask(leaves).status_code == 401
    assert program.ask(expires).status_code == 200
    with time_machine.travel(LATER + timedelta(days=30), tick=False):
        assert program.ask(expires).status_code == 401
    cast.amara.grant(frozenset({next(iter(cast.vera.roles))}), by=cast.renata, at=LATER)
    session.commit()
    assert program.record(expires).status_code == 403  # what its person may no longer do


def test_the_same_key_has_one_effect_and_the_same_answer(program: Program) -> None:
    secret = program.token(program.cast.priya)
    first = program.record(secret, key="run 7")
    again = program.record(secret, key="run 7")
    assert (first.status_code, again.status_code, again.get_json()) == (201, 201, first.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = program.record(secret, {"day": DAY, "accounts": ["Orbis Pharma"]}, key="run 7")
    assert (other.status_code, other.get_json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    refused = program.record(secret, {"day": DAY, "accounts": ["Nobody"]}, key="run 8")
    mended = program.record(secret, {"day": DAY, "accounts": ["Orbis Pharma"]}, key="run 8")
    assert (refused.status_code, mended.status_code) == (422, 201)
    with time_machine.travel(LATER + timedelta(hours=25), tick=False):
        late = program.record(secret, key="run 7")
    assert (late.status_code, late.get_json()["known_accounts"]) == (200, 1)
    assert program.touches() == 2


@pytest.mark.parametrize(
    ("body", "status", "field", "cause"),
    [
        ({"accounts": ["Halden Freight"]}, 422, "day", "Missing data for required field."),
        ({"day": "27.11.2026"}, 422, "day", "Not a valid date."),
        ({"day": DAY, "acounts": []}, 422, "acounts", "Unknown field."),
        ({"day": DAY, "accounts": ["Halden Freight", "Halden Freihgt"]}, 422, "accounts/1", "No account is called"),
        ({"day": DAY, "accounts": ["Tarn Dairies"]}, 409, "accounts", "Tarn Dairies is not in the audience"),
        ({"day": "2026-12-24", "accounts": ["Halden Freight"]}, 409, "day", "That day is still to come."),
        ({"day": DAY}, 409, "accounts", "Choose the accounts"),
        (
            {"day": DAY, "responses": [{"account": "Orbis Pharma", "kind": "email/danced"}]},
            422, "responses/0/kind", "“email/danced” is no response",
        ),
        (
            {"day": DAY, "accounts": ["Orbis Pharma"], "responses": [
                {"account": "Orbis Pharma", "kind": "email/replied", "contact": "x@y.example"}]},
            422, "responses/0/contact", "Orbis Pharma has nobody",
        ),
        ({"day": DAY, "accounts": ["Halden Freight"], "note": "a\0b"}, 409, "note", "NUL"),
        ({"day": DAY, "accounts": ["x"] * 5_001}, 422, "accounts", "Longer than maximum length 5000."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_field_cause_and_mend(
    program: Program, body: dict[str, Any], status: int, field: str, cause: str
) -> None:
    answer = program.record(program.token(program.cast.priya), body)
    told = answer.get_json()
    assert (answer.status_code, answer.mimetype, told["status"]) == (status, "application/problem+json", status)
    assert told["errors"][0]["field"] == field, told
    assert cause in told["errors"][0]["cause"]
    assert told["errors"][0]["mend"]
    assert program.touches() == 0


def test_hostile_requests_get_a_sentence(program: Program) -> None:
    secret = program.token(program.cast.priya)
    for body, statuses in (
        ("[" * 100_000 + "]" * 100_000, {400, 422}),
        ("{", {400, 422}),
        ("[]", {422}),
        ('"' + "x" * (3 * 1024 * 1024) + '"', {413}),
    ):
        answer = program.record(secret, body)
        assert answer.status_code in statuses, answer.text
        assert answer.mimetype == "application/problem+json"
    assert program.record(secret, play="0" * 16).status_code == 404
    assert program.record(secret, key="k" * 201).status_code == 422
    assert program.client.get("/api/v1/nothing").mimetype == "application/problem+json"
    assert program.client.put(f"/api/v1/plays/{program.play}/records").status_code == 405


def test_the_pace_is_bounded(program: Program) -> None:
    secret, other = program.token(program.cast.priya), program.token(program.cast.amara)
    statuses = [program.ask(secret).status_code for _ in range(A_MINUTE + 1)]
    assert (set(statuses[:-1]), statuses[-1]) == ({200}, 429)
    assert program.ask(secret).headers["Retry-After"] == "60"
    assert program.ask(other).status_code == 200
    wrong = [program.ask("abm_" + "x" * 43).status_code for _ in range(WRONG_A_MINUTE + 1)]
    assert (set(wrong[:-1]), wrong[-1]) == ({401}, 429)
    with time_machine.travel(LATER + timedelta(minutes=1), tick=False):
        assert program.ask(secret).status_code == 200


def test_the_description_is_served_here_and_names_everything(program: Program) -> None:
    answer = program.client.get("/api/v1/openapi.json")
    told = answer.get_json()
    assert told["openapi"].startswith("3.")
    assert set(told["paths"]) == {"/api/v1/campaigns/{slug}/plays", "/api/v1/plays/{play}/records"}
    asked = told["paths"]["/api/v1/plays/{play}/records"]["post"]
    assert {"201", "401", "403", "404", "409", "422", "429"} <= set(asked["responses"])
    assert "application/problem+json" in asked["responses"]["409"]["content"]
    assert told["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
