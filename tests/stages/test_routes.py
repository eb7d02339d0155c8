"""The page of an account's way through the stages, and what its own page says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from abm.audit.seal import seal_events
from abm.kit.db import db
from abm.stages.exits import ExitReason, leave
from abm.stages.following import follow_stages
from abm.stages.models import ExitKind
from abm.touches.models import Channel, Direction
from tests.cast import Cast
from tests.counting import statements
from tests.outbound.world import NOW, World

AT = "/accounts/halden-freight"
REPLY: dict[str, Any] = {"direction": Direction.INBOUND, "channel": Channel.EMAIL, "outcome": "replied"}


@pytest.fixture
def world(session: scoped_session[Session], cast: Cast) -> Iterator[World]:
    """By the clock too: a Tuesday."""
    with time_machine.travel(NOW, tick=False):
        yield World(session(), cast)


def follow(world: World) -> None:
    seal_events(world.session)
    while follow_stages(world.session):
        world.session.flush()
    world.session.commit()


def words(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_it_says_since_when_and_why_and_what_comes_next(client: FlaskClient, world: World) -> None:
    halden = world.account()
    world.agree_on({halden: 2})
    world.log(halden, when=NOW - timedelta(days=20), **REPLY)
    world.log(halden, when=NOW - timedelta(days=8), **{**REPLY, "channel": Channel.CONTENT, "outcome": "downloaded"})
    follow(world)
    vera = world.enter(client, world.cast.vera)
    page = words(vera, f"{AT}/stages")
    assert "In Engaged for 8 days" in page
    assert "since 16 Nov 2026: 12 engagement minutes in 90 days" in page
    assert "Unless something else happens, Target from 14 Feb 2027 on: no response in 90 days" in page
    assert "Came: Content: downloaded, 16 Nov 2026" in page
    assert "Target to Aware moved on 1 response in 90 days" in page
    assert "12 days" not in page
    assert re.search(r"data-label=\"Stayed\" class=\"num\">12<", vera.get(f"{AT}/stages").text)
    assert "8 days, since 16 Nov 2026: 12 engagement minutes in 90 days" in words(vera, AT)
    assert "Stalled" not in words(vera, AT)
    assert vera.get("/accounts/nobody/stages").status_code == 404


def test_an_account_of_the_list_stalls_by_its_tier(client: FlaskClient, world: World) -> None:
    halden = world.account()
    world.agree_on({halden: 2})  # signed 30 days ago, and a tier-2 account stalls after 30
    follow(world)
    tomas = world.enter(client, world.cast.tomas)
    assert "Stalled: it has not moved for 30 days, and its tier's policy calls 30 too long" in words(tomas, AT)
    assert "Still a target" in words(tomas, f"{AT}/stages")
    world.log(halden, **REPLY)
    world.session.commit()
    assert "Stalled" not in words(tomas, AT)  # what was logged just now counts at once
    assert "1 response in 90 days" in words(tomas, AT)


def test_the_page_takes_few_queries_however_much_happened(client: FlaskClient, world: World) -> None:
    halden = world.account()
    for number in range(30):
        world.log(halden, when=NOW - timedelta(days=number), **REPLY)
    follow(world)
    tomas = world.enter(client, world.cast.tomas)
    with statements(db.engine) as sent:
        tomas.get(f"{AT}/stages")
    assert len(sent) <= 8, "\n".join(sent)


def test_the_ae_disqualifies_an_account_and_takes_it_back_without_script(client: FlaskClient, world: World) -> None:
    halden = world.account()
    world.agree_on({halden: 1})
    world.log(halden, **REPLY)
    follow(world)
    tomas = world.enter(client, world.cast.tomas)
    refused = tomas.post(f"{AT}/exits", data={"kind": "disqualified", "reason": "no fit", "words": " "})
    assert refused.status_code == 422
    assert "Say in a word what does not fit." in refused.text
    assert tomas.post(f"{AT}/exits", data={}).status_code == 422
    sent = {"kind": "disqualified", "reason": "no budget", "words": "Until 2028", "idempotency_key": "k" * 32}
    assert tomas.post(f"{AT}/exits", data=sent).location == f"{AT}/stages"
    assert tomas.post(f"{AT}/exits", data=sent).location == f"{AT}/stages"  # the same form again
    page = words(tomas, f"{AT}/stages")
    assert "In Disqualified for 0 days , since 24 Nov 2026: no budget" in page
    assert "Disqualified : no budget. “Until 2028” Tomás Ferreira" in page
    account = words(tomas, AT)
    assert "Disqualified by Tomás Ferreira on 24 Nov 2026: no budget. “Until 2028”" in account
    assert "0 days, since 24 Nov 2026: no budget" in account
    again = tomas.post(f"{AT}/exits", data={"kind": "disqualified", "reason": "no budget"})
    assert "Halden Freight is disqualified already." in again.text

    (back,) = re.findall(r'action="([^"]+/taking-back)"', tomas.get(f"{AT}/stages").text)
    assert tomas.post(back).location == f"{AT}/stages"
    assert tomas.post(back).status_code == 409
    assert "In Aware for 0 days" in words(tomas, f"{AT}/stages")
    assert "until 24 Nov 2026, by Tomás Ferreira" in words(tomas, f"{AT}/stages")
    assert "Disqualified by" not in words(tomas, AT)


@pytest.mark.parametrize("name", ["tomas", "ines", "amara", "renata"])
def test_the_ae_their_manager_and_the_seats_say_so(client: FlaskClient, world: World, name: str) -> None:
    world.account()
    person = world.enter(client, world.cast.everyone[name])
    assert "Say so" in person.get(f"{AT}/stages").text
    assert person.post(f"{AT}/exits", data={"kind": "recycled", "reason": "bad timing"}).status_code == 303


@pytest.mark.parametrize("name", ["marcus", "priya", "wen", "vera"])
def test_nobody_else_does(client: FlaskClient, world: World, name: str) -> None:
    halden = world.account()
    left = leave(halden, ExitKind.RECYCLED, ExitReason.BAD_TIMING, "", by=world.cast.tomas, at=NOW)
    other = world.enter(client, world.cast.everyone[name])
    assert "Say so" not in other.get(f"{AT}/stages").text
    refused = other.post(f"{AT}/exits", data={"kind": "recycled", "reason": "bad timing"})
    assert refused.status_code == 403
    assert "Tomás Ferreira" in refused.text
    assert other.post(f"{AT}/exits/{left.public_id}/taking-back").status_code == 403
    assert other.post(f"/accounts/nobody/exits/{left.public_id}/taking-back").status_code == 404


def test_the_account_page_keeps_its_queries_with_an_exit(client: FlaskClient, world: World) -> None:
    halden = world.account()
    leave(halden, ExitKind.RECYCLED, ExitReason.BAD_TIMING, "", by=world.cast.tomas, at=NOW - timedelta(days=1))
    world.log(halden, **REPLY)
    follow(world)
    tomas = world.enter(client, world.cast.tomas)
    with statements(db.engine) as sent:
        assert "1 response in 90 days" in tomas.get(AT).text
    assert len(sent) <= 15, "\n".join(sent)
