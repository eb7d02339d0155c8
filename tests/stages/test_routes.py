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
from abm.stages.following import follow_stages
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
