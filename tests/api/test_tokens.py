"""Personal API tokens: shown once, kept as a hash, and dead when they are to be."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.audit.models import Event
from abm.kit import clock
from abm.kit.rules import RuleBroken
from abm.people.tokens import MOST, ApiToken, TokenScope, make_token, token_of
from tests.campaigns.world import NOW
from tests.cast import Cast, sign_in


def test_a_secret_is_shown_once_and_kept_nowhere(
    session: scoped_session[Session], client: FlaskClient, cast: Cast
) -> None:
    browser = sign_in(client, cast.priya)
    sent = {"name": "Webinar tool", "scope": "record", "days": "90", "idempotency_key": "k" * 32}
    answer = browser.post("/account/tokens", data=sent)
    page = browser.get(answer.location).text
    secret = page.partition("abm_")[2][:43]
    assert len(secret) == 43
    assert secret not in browser.get("/account/tokens").text
    browser.post("/account/tokens", data=sent)  # the same form again makes no second one
    row = session.scalars(select(ApiToken)).one()
    assert secret not in row.token_hash
    assert (row.name, row.scope, row.expires_at - row.made_at) == ("Webinar tool", "record", timedelta(days=90))
    assert token_of(session(), f"abm_{secret}", clock.now()) is row
    told = session.scalars(select(Event).where(Event.verb == "made an API token")).one()
    assert secret not in str(told.after)
    session.rollback()


def test_renewing_ends_the_one_before_and_revoking_ends_it(
    session: scoped_session[Session], client: FlaskClient, cast: Cast
) -> None:
    row, first = make_token(cast.priya, name="Tool", scope=TokenScope.READ, days=30, at=clock.now())
    session.commit()
    address = f"/account/tokens/{row.public_id}"
    stranger = sign_in(client.application.test_client(), cast.amara)
    assert stranger.post(f"{address}/revocations").status_code == 404
    browser = sign_in(client, cast.priya)
    page = browser.get(browser.post(f"{address}/renewals").location).text
    second = f"abm_{page.partition('abm_')[2][:43]}"
    assert token_of(session(), first, clock.now()) is None
    fresh = token_of(session(), second, clock.now())
    assert fresh is not None
    assert (fresh.name, fresh.scope) == ("Tool", TokenScope.READ)
    token_id = fresh.public_id
    session.rollback()
    assert browser.post(f"/account/tokens/{token_id}/revocations").status_code == 303
    assert token_of(session(), second, clock.now()) is None
    session.rollback()
    assert browser.post(f"{address}/renewals").status_code == 409


def test_a_token_dies_with_its_day_and_with_its_persons_access(session: scoped_session[Session], cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        _, secret = make_token(cast.priya, name="Tool", scope=TokenScope.READ, days=30, at=NOW)
        session.flush()
        assert token_of(session(), secret, NOW + timedelta(days=29)) is not None
        assert token_of(session(), secret, NOW + timedelta(days=30)) is None
        for wrong in ("", "abm_", secret[:-1], secret + "x", secret.removeprefix("abm_"), "abm_" + "ä" * 43):
            assert token_of(session(), wrong, NOW) is None
        cast.priya.deactivate(by=cast.wen, at=NOW)
        assert token_of(session(), secret, NOW) is None
        with pytest.raises(RuleBroken, match="deactivated"):
            make_token(cast.priya, name="Other", scope=TokenScope.READ, days=30, at=NOW)


def test_nobody_gathers_tokens_without_end(session: scoped_session[Session], cast: Cast) -> None:
    for number in range(MOST):
        make_token(cast.priya, name=f"Tool {number}", scope=TokenScope.READ, days=30, at=NOW)
    with pytest.raises(RuleBroken, match="Revoke one"):
        make_token(cast.priya, name="One more", scope=TokenScope.READ, days=30, at=NOW)
    make_token(cast.amara, name="Tool 1", scope=TokenScope.READ, days=30, at=NOW)
    with pytest.raises(RuleBroken, match="of this name"):
        make_token(cast.amara, name="TOOL 1", scope=TokenScope.READ, days=30, at=NOW)
