"""Credits are what plain recomputation says, whatever was logged, voided or corrected, and in which order."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from abm.accounts.models import Account
from abm.kit.db import writing
from abm.outbound.counting import Outreach, Window, credit
from abm.outbound.models import Commitment, Credit
from abm.outbound.recounting import recount
from abm.people.models import Organisation, User
from abm.people.seats import Side
from abm.touches.logging import log_touch
from abm.touches.models import Direction, Touch, TouchSide
from abm.touches.rebuilding import differences
from tests.outbound.world import MONDAY, NOW, VOICEMAIL, World


def recomputed(world: World) -> dict[int, int]:
    """The counts from every row anew, by none of the code that keeps them."""
    windows = [
        Window(c.id, c.account_id, c.side, c.wanted, c.first_day, c.end, c.campaign_id, c.channel)
        for c in world.session.scalars(select(Commitment))
    ]
    outreach = [
        Outreach(t.id, t.account_id, Side(t.side), t.channel, t.at, t.day, t.campaign_id)
        for t in world.session.scalars(select(Touch))
        if t.voided_at is None and t.direction is Direction.OUTBOUND
    ]
    return credit(windows, outreach)


def stored(world: World) -> dict[int, int]:
    return {
        row.touch_id: row.commitment_id for row in world.session.execute(select(Credit.touch_id, Credit.commitment_id))
    }


@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_logging_voiding_and_correcting_gives_the_same_counts(world: World, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 a reproducible order, no secret
    halden = world.account()
    for first, length in ((0, 6), (0, 13), (-7, 20)):
        begin = MONDAY + timedelta(days=first)
        for side in Side:
            world.promise(halden, side=side, wanted=2, first_day=begin, last_day=begin + timedelta(days=length))
    touches: list[Touch] = []
    for _ in range(14):
        when = NOW - timedelta(hours=dice.randrange(24 * 12))
        standing = [touch for touch in touches if touch.voided_at is None]
        if standing and dice.random() < 0.2:
            dice.choice(standing).void(by=world.cast.tomas, at=NOW, reason="by mistake")
        elif standing and dice.random() < 0.3:
            dice.choice(standing).correct(by=world.cast.tomas, at=NOW, when=when, side=dice.choice(list(TouchSide)[:2]))
        else:
            touches.append(world.log(halden, when=when, side=dice.choice(list(TouchSide)[:2])))
        recount(world.session, [halden.id])
        assert stored(world) == recomputed(world)
    assert list(differences(world.session)) == []


def test_a_voided_touch_gives_its_place_to_the_next(world: World) -> None:
    halden = world.account()
    only_one = world.promise(halden, wanted=1)
    first = world.log(halden, when=NOW - timedelta(hours=2))
    second = world.log(halden, when=NOW - timedelta(hours=1))
    assert stored(world) == {first.id: only_one.id}

    first.void(by=world.cast.tomas, at=NOW, reason="wrong account")
    recount(world.session, [halden.id])

    assert stored(world) == {second.id: only_one.id}


def test_what_happens_after_a_window_was_closed_early_does_not_count(world: World) -> None:
    halden = world.account()
    promise = world.promise(halden, first_day=MONDAY - timedelta(days=7))
    promise.closed_on, promise.closed_why = MONDAY - timedelta(days=1), "it left the list"

    world.log(halden)

    assert world.counts() == {}


def test_two_people_who_log_at_once_never_take_the_last_place_twice(app: Flask, world: World) -> None:
    halden = world.account()
    promise = world.promise(halden, wanted=3)
    world.session.commit()
    ids, people, ready = (halden.id, promise.id), (world.cast.tomas.id, world.cast.marcus.id), Barrier(6)

    def submit(number: int) -> None:
        with app.app_context(), writing() as mine:
            ready.wait()
            log_touch(
                mine.get_one(Account, ids[0]),
                organisation=mine.get_one(Organisation, 1),
                by=mine.get_one(User, people[number % 2]),
                at=NOW,
                client_key=f"at once {number}",
                when=NOW - timedelta(minutes=number),
                **VOICEMAIL,
            )
            recount(mine(), [ids[0]])
            mine.commit()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(submit, range(6)))

    world.session.rollback()
    assert world.counts() == {ids[1]: 3}
    assert stored(world) == recomputed(world)
    assert list(differences(world.session)) == []
