"""Letters about commitments reach whom they concern, say what is asked, and never the one who did it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from abm.outbound.models import Commitment
from abm.people.mail import Address, Letter, Security, set_mail_server
from abm.people.models import User
from tests.cast import FOUNDED
from tests.outbound.world import NOW, World

WAIT = {"what": "The one-pager", "by_day": "2026-11-27"}
OTHERWISE = {"wanted": "2", "last_day": "2026-12-06", "reason": "They asked for quiet"}


@pytest.fixture
def promise(world: World) -> Commitment:
    """An accepted promise of Tomás, in a company that sends mail."""
    address = Address(host="127.0.0.1", port=25, security=Security.NONE, username="", sender="abm@fathom.example")
    set_mail_server(world.session, address, password=None, by=world.cast.wen, at=FOUNDED)
    made = world.promise(world.account())
    made.accept(by=world.cast.tomas, at=NOW - timedelta(hours=1))
    world.session.commit()
    return made


def letters(world: World) -> dict[str, Letter]:
    """The letters that lie there, by first name. Leaves no transaction open."""
    names = {user.id: user.name.split()[0] for user in world.session.scalars(select(User))}
    found = {names[one.user_id]: one for one in world.session.scalars(select(Letter).order_by(Letter.id))}
    world.session.commit()
    return found


def test_who_has_to_deliver_is_told_what_and_until_when(client: FlaskClient, world: World, promise: Commitment) -> None:
    address, priya = f"/commitments/{promise.public_id}", world.cast.priya.public_id
    world.enter(client, world.cast.tomas).post(f"{address}/waits", data={**WAIT, "on": priya})
    told = letters(world)
    assert list(told) == ["Priya"]
    assert told["Priya"].subject == "Tomás Ferreira waits for you: The one-pager"
    assert "needed by Fri 27 Nov" in told["Priya"].text
    assert f"http://127.0.0.1:8000{address}" in told["Priya"].text


def test_who_waited_is_told_that_it_is_there(client: FlaskClient, world: World, promise: Commitment) -> None:
    address, priya = f"/commitments/{promise.public_id}", world.cast.priya.public_id
    world.enter(client, world.cast.tomas).post(f"{address}/waits", data={**WAIT, "on": priya})
    world.enter(client, world.cast.priya).post(f"{address}/waits/endings", data={"ending": "delivered"})
    told = letters(world)
    assert told["Tomás"].subject == "Halden Freight: The one-pager is delivered"
    assert set(told) == {"Priya", "Tomás"}


def test_another_way_is_told_to_who_confirms_it_and_back(
    client: FlaskClient, world: World, promise: Commitment
) -> None:
    address = f"/commitments/{promise.public_id}"
    world.enter(client, world.cast.tomas).post(f"{address}/ways", data=OTHERWISE)
    told = letters(world)
    assert {"Ines", "Tomás"} - set(told) == {"Tomás"}
    assert told["Ines"].subject == "Tomás Ferreira proposes another way on Halden Freight"
    assert "2 instead of 3" in told["Ines"].text
    assert "They asked for quiet" in told["Ines"].text
    said = {"confirmed": "no", "answer": "The fair is next week"}
    world.enter(client, world.cast.ines).post(f"{address}/ways/answers", data=said)
    assert letters(world)["Tomás"].subject == "Halden Freight: another way is not confirmed"
    assert "The fair is next week" in letters(world)["Tomás"].text


def test_without_a_mail_server_nothing_is_written(client: FlaskClient, world: World) -> None:
    promise = world.promise(world.account())
    address = f"/commitments/{promise.public_id}"
    answer = world.enter(client, world.cast.tomas).post(f"{address}/ways", data=OTHERWISE)
    assert (answer.status_code, letters(world)) == (303, {})
