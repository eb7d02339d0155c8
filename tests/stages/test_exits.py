"""An exit that is said over another takes its place, and gives it back."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import Account
from abm.audit.models import Event
from abm.stages.exits import ExitReason, StageExit, leave
from abm.stages.models import ExitKind
from tests.cast import Cast, sign_in
from tests.outbound.world import NOW, World
from tests.stages.test_following import downloaded, follow, reply, way

R, D = ExitKind.RECYCLED, ExitKind.DISQUALIFIED
DAY = timedelta(days=1)
AT = "/accounts/halden-freight"


@pytest.fixture
def world(session: scoped_session[Session], cast: Cast) -> Iterator[World]:
    """By the clock too: a Tuesday."""
    with time_machine.travel(NOW, tick=False):
        yield World(session(), cast)


@pytest.fixture
def halden(world: World) -> Account:
    return world.account()


def left(world: World, account: Account, kind: ExitKind, days: int) -> StageExit:
    """Out of its way so many days later."""
    return leave(account, kind, ExitReason.BAD_TIMING, "", by=world.cast.tomas, at=NOW + days * DAY)


@pytest.mark.parametrize(("first", "second"), [(R, D), (D, R), (R, R)])
def test_what_an_exit_displaced_holds_again_once_it_is_taken_back(
    world: World, halden: Account, first: ExitKind, second: ExitKind
) -> None:
    tomas = world.cast.tomas
    downloaded(world, halden, 5)
    before, after = left(world, halden, first, 0), left(world, halden, second, 2)
    assert (before.ended_at, after.ended_at) == (NOW + 2 * DAY, None)
    assert after.take_back(by=tomas, at=NOW + 4 * DAY) is before
    follow(world)
    assert (before.ended_on, before.ended_by_id, before.ended_at) == (None, None, None)
    assert after.ended_at == NOW + 4 * DAY
    changes = [("2026-11-19", "engaged"), ("2026-11-24", str(first.stage))]
    if first is not second:
        changes += [("2026-11-26", str(second.stage)), ("2026-11-28", str(first.stage))]
    assert way(world, halden) == changes
    assert before.take_back(by=tomas, at=NOW + 5 * DAY) is None  # it displaced nothing
    follow(world)
    assert way(world, halden)[len(changes) :] == [("2026-11-29", "engaged"), ("2027-02-17", "target")]


def test_of_an_account_recycled_twice_what_came_between_counts_again(world: World, halden: Account) -> None:
    left(world, halden, R, -30)
    reply(world, halden, 10)
    again = left(world, halden, R, -5)
    follow(world)
    assert way(world, halden)[-1] == ("2026-11-19", "recycled")
    again.take_back(by=world.cast.tomas, at=NOW)
    follow(world)
    assert ("2026-11-24", "aware") in way(world, halden)


def test_three_are_given_back_one_after_the_other(world: World, halden: Account) -> None:
    tomas = world.cast.tomas
    first, second, third = (left(world, halden, kind, days) for days, kind in enumerate((R, D, R)))
    follow(world)
    assert third.take_back(by=tomas, at=NOW + 3 * DAY) is second
    assert second.take_back(by=tomas, at=NOW + 4 * DAY) is first
    follow(world)
    assert [stage for _, stage in way(world, halden)] == [
        *("recycled", "disqualified", "recycled"),
        *("disqualified", "recycled"),
    ]
    told = select(Event.verb).where(Event.subject == "stage_exit").order_by(Event.id)
    assert list(world.session.scalars(told)) == [
        *("recycled", "disqualified", "recycled"),
        *("taken back", "holds again", "taken back", "holds again"),
    ]


def test_one_that_was_taken_back_by_itself_does_not_come_again(world: World, halden: Account) -> None:
    tomas = world.cast.tomas
    left(world, halden, D, 0).take_back(by=tomas, at=NOW + DAY)
    second = left(world, halden, R, 2)
    assert second.take_back(by=tomas, at=NOW + 3 * DAY) is None
    assert world.session.scalars(select(StageExit.id).where(StageExit.ended_at.is_(None))).all() == []


def test_the_page_says_what_holds_again(client: FlaskClient, world: World, halden: Account) -> None:
    left(world, halden, D, -2)
    recycled = left(world, halden, R, -1)
    world.session.commit()
    tomas = world.enter(client, world.cast.tomas)
    tomas.post(f"{AT}/exits/{recycled.public_id}/taking-back")
    page = tomas.get(f"{AT}/stages").text
    assert "Taken back. Halden Freight is disqualified again, as before." in page


def test_who_takes_back_while_another_says_it_anew_takes_turns(
    app: Flask, world: World, halden: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(world, halden, D, -2)
    recycled = left(world, halden, R, -1)
    world.session.commit()
    steps: list[tuple[str, dict[str, Any]]] = [
        (f"{AT}/exits/{recycled.public_id}/taking-back", {}),
        (f"{AT}/exits", {"kind": "recycled", "reason": "no budget"}),
    ]
    clients = [sign_in(app.test_client(), person) for person in (world.cast.tomas, world.cast.ines)]
    world.session.rollback()
    both, end, answers = threading.Barrier(2, timeout=0.5), StageExit.end, list[int]()

    def wait_then_end(one: StageExit, **given: Any) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):  # where the other waits for its turn
            both.wait()
        end(one, **given)

    def send(client: FlaskClient, address: str, data: dict[str, Any]) -> None:
        answers.append(client.post(address, data=data).status_code)

    monkeypatch.setattr(StageExit, "end", wait_then_end)
    threads = [threading.Thread(target=send, args=(client, *step)) for client, step in zip(clients, steps, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {303, 409}
    assert len(world.session.scalars(select(StageExit).where(StageExit.ended_at.is_(None))).all()) == 1
