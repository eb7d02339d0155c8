"""The loop: seals what was written, and outlives a database that is away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from abm.audit.models import Event, Seal
from abm.jobs import worker
from abm.kit.base import session_of
from abm.kit.clock import Quarter
from abm.kit.db import writing
from abm.people.models import Organisation, Team
from abm.stages.following import behind
from abm.stages.models import Stage
from abm.stages.standing import standing_on
from abm.targets.models import TargetList, open_list
from abm.touches.models import Channel, Direction
from tests.cast import Cast
from tests.outbound.world import NOW, World


def counts(app: Flask) -> tuple[int, int]:
    with app.app_context(), writing(False) as session:
        events = session.scalar(select(func.count()).select_from(Event)) or 0
        return events, session.scalar(select(func.count()).select_from(Seal)) or 0


def wait_for(reached: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if reached():
            return True
        time.sleep(0.02)
    return False


def test_one_round_seals_every_event(cast: Cast, app: Flask, work: Callable[[], None]) -> None:
    events, sealed = counts(app)
    assert events > sealed == 0
    work()
    assert counts(app) == (events, events)


def test_many_events_are_sealed_in_batches(
    cast: Cast, app: Flask, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abm.audit.seal.BATCH", 3)
    monkeypatch.setattr(worker, "BATCH", 3)
    work()
    events, sealed = counts(app)
    assert events == sealed > 9


def test_the_loop_outlives_a_database_that_is_away(
    cast: Cast,
    app: Flask,
    session: scoped_session[Session],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    session.rollback()
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    monkeypatch.setattr(worker, "AWAY_PAUSE", 0.01)
    faults = [OperationalError("SELECT 1", {}, Exception("the server closed the connection")), ValueError("a surprise")]
    look = worker._look

    def look_later(*, whole: bool) -> None:
        if faults:
            raise faults.pop(0)
        look(whole=whole)

    monkeypatch.setattr(worker, "_look", look_later)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(app, stop))
    with caplog.at_level(logging.WARNING, "abm.worker"):
        thread.start()
        sealed = wait_for(lambda: counts(app)[1] > 0)
        stop.set()
        thread.join(timeout=10)
    assert sealed
    assert not thread.is_alive()
    assert "The database is away" in caplog.text
    assert "a surprise" in caplog.text


def test_with_nothing_to_do_nothing_is_written(
    cast: Cast, app: Flask, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    work()
    monkeypatch.setattr(worker, "work_once", lambda *_args, **_more: pytest.fail("there was nothing to do"))
    with app.app_context():
        worker._look(whole=True)


def test_commitments_follow_the_ae(cast: Cast, app: Flask, session: scoped_session[Session]) -> None:
    world = World(session(), cast)
    halden = world.account()
    today = cast.organisation.today()
    promise = world.promise(halden, person=None, first_day=today, last_day=today + timedelta(days=6))
    session.commit()

    with app.app_context():
        worker._follow()

    session.expire_all()
    assert promise.person_id == cast.tomas.id
    session.rollback()


def test_before_the_first_run_there_is_nothing_to_follow(app: Flask) -> None:
    with app.app_context():
        worker._follow_stages()
        with writing(False) as session:
            assert not behind(session())


def test_stages_follow_the_facts(
    cast: Cast, app: Flask, session: scoped_session[Session], work: Callable[[], None]
) -> None:
    world = World(session(), cast)
    halden = world.account()
    today = cast.organisation.today()
    world.log(halden, when=NOW, direction=Direction.INBOUND, channel=Channel.EMAIL, outcome="replied")
    session.commit()
    work()

    with app.app_context():
        worker._follow_stages()

    found = standing_on(session(), [halden.id], today)
    assert found[halden.id].stage is Stage.AWARE
    session.rollback()


def test_one_failing_step_stops_no_other_and_is_not_tried_at_every_look(
    cast: Cast,
    app: Flask,
    session: scoped_session[Session],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    session.rollback()
    done: list[str] = []
    stop = threading.Event()

    def follow() -> None:
        done.append("follow")
        raise ValueError("one bad row")

    def look(*, whole: bool) -> None:
        done.append("look")
        if done.count("look") == 3:
            stop.set()

    monkeypatch.setattr(worker, "PAUSE", 0.01)
    monkeypatch.setattr(worker, "AWAY_PAUSE", 0.01)
    monkeypatch.setattr(worker, "_look", look)
    monkeypatch.setattr(worker, "_follow", follow)
    monkeypatch.setattr(worker, "_follow_stages", lambda: done.append("stages"))
    monkeypatch.setattr(worker, "freeze_weeks", lambda: done.append("freeze"))
    worker.run(app, stop)
    assert done == ["look", "follow", "stages", "freeze", "look", "look"]
    assert "one bad row" in caplog.text


def half_done(session: Session) -> None:
    """A step that has changed one thing and made another, written the one and not the other, and fails."""
    organisation = session.get_one(Organisation, 1)
    organisation.name = "Half a change"
    session.flush()
    session.add(Team(name="South", region="EMEA"))
    raise ValueError("the other half")


def test_a_step_that_fails_half_way_leaves_nothing_to_the_next_which_goes_on(
    app: Flask, cast: Cast, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]
) -> None:
    found: list[object] = []

    def next_one(own: Session) -> None:
        found.extend([*own.identity_map.values(), *own.new, own.in_transaction()])
        found.append(own.get_one(Organisation, 1).name)
        own.commit()

    monkeypatch.setattr(worker, "_mind_proposals", half_done)
    monkeypatch.setattr(worker, "_mind_reviews", next_one)
    monkeypatch.setattr(worker, "_close_lists", next_one)
    monkeypatch.setattr(worker, "_send_letters", lambda _own: found.append("letters"))
    with pytest.raises(ExceptionGroup, match="Some of what was due") as failed:
        work()
    assert [str(fault) for fault in failed.value.exceptions] == ["the other half"]
    assert found == [False, "Fathom Freightware", False, "Fathom Freightware", "letters"]
    session.expire_all()
    assert session.get_one(Organisation, 1).name == "Fathom Freightware"
    assert session.scalars(select(Team.name)).all() == ["North"]
    session.rollback()


def test_one_list_that_cannot_be_minded_holds_up_no_other(
    cast: Cast, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]
) -> None:
    for number in (1, 2, 3):
        open_list(cast.organisation, Quarter(2027, number), by=cast.ines, at=NOW)
    session.commit()

    def close(found: TargetList, at: datetime) -> None:
        found.closed_at = at
        session_of(found).flush()
        if found.quarter == "2027-q2":
            raise ValueError("one bad list")

    every = select(TargetList).order_by(TargetList.id)
    monkeypatch.setattr(worker, "lists_to_close", lambda own, _at: list(own.scalars(every)))
    monkeypatch.setattr(worker, "close_for_good", close)
    with pytest.raises(ExceptionGroup) as failed:
        work()
    assert failed.group_contains(ValueError, match="one bad list")
    session.expire_all()
    assert [one.closed_at is not None for one in session.scalars(every)] == [True, False, True]
    session.rollback()


def test_a_database_that_goes_away_within_a_look_ends_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]
) -> None:
    def cut(_own: Session) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    monkeypatch.setattr(worker, "_mind_proposals", cut)
    monkeypatch.setattr(worker, "_send_letters", lambda _own: pytest.fail("there is nothing to send from"))
    with pytest.raises(OperationalError):
        work()


def test_a_failed_step_of_the_loop_leaves_nothing_to_the_next(
    cast: Cast, app: Flask, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    session.rollback()
    found: list[object] = []
    stop = threading.Event()

    def look(*, whole: bool) -> None:
        with writing() as own:
            found.append(own.get_one(Organisation, 1))  # and keeps hold of it
            own.commit()

    def follow() -> None:
        with writing() as own:
            found.append(list(own.identity_map.values()))
            half_done(own())

    def stages() -> None:
        with writing() as own:
            found.append([*own.identity_map.values(), *own.new, own.get_one(Organisation, 1).name])
        stop.set()

    monkeypatch.setattr(worker, "_look", look)
    monkeypatch.setattr(worker, "_follow", follow)
    monkeypatch.setattr(worker, "_follow_stages", stages)
    monkeypatch.setattr(worker, "freeze_weeks", lambda: None)
    monkeypatch.setattr(worker, "AWAY_PAUSE", 0.01)
    worker.run(app, stop)
    assert found[1:] == [[], ["Fathom Freightware"]]
