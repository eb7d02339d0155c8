"""When a week freezes on its own: the end of the Monday after it, in every zone and whatever the clocks do."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from abm.audit.models import record
from abm.jobs import worker
from abm.jobs.worker import freeze_weeks
from abm.kit.clock import Week
from abm.people.models import Organisation
from abm.progress.freshness import freshness_of
from abm.progress.schedule import due_to_freeze, freezes_at
from abm.progress.snapshots import Snapshot, take_snapshot
from tests.progress.ground import NOW, WEEK, Ground

LAST = WEEK.plus(-1)  # Monday 16 to Sunday 22 November; NOW is the Thursday after
TUESDAY = datetime(2026, 11, 24, 0, 0, tzinfo=UTC) - timedelta(hours=1)  # midnight in Berlin


@pytest.mark.parametrize(
    ("zone", "last", "expected"),
    [
        ("Europe/Berlin", date(2026, 11, 22), datetime(2026, 11, 23, 23, 0, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 26, 23, 0, tzinfo=UTC)),  # the clocks went back
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 30, 22, 0, tzinfo=UTC)),  # and forward
        ("Pacific/Kiritimati", date(2026, 11, 22), datetime(2026, 11, 23, 10, 0, tzinfo=UTC)),  # 14 hours ahead
        ("Pacific/Pago_Pago", date(2026, 11, 22), datetime(2026, 11, 24, 11, 0, tzinfo=UTC)),  # 11 hours behind
        ("Europe/Berlin", date(2027, 1, 3), datetime(2027, 1, 4, 23, 0, tzinfo=UTC)),  # week 53 of 2026
        ("Europe/Berlin", date(2026, 12, 31), datetime(2027, 1, 4, 23, 0, tzinfo=UTC)),  # the quarter's share of it
        ("Europe/Berlin", date(2026, 9, 30), datetime(2026, 10, 5, 22, 0, tzinfo=UTC)),  # a Wednesday
    ],
)
def test_a_week_freezes_at_the_end_of_the_monday_after_it(zone: str, last: date, expected: datetime) -> None:
    organisation = Organisation(name="Fathom", time_zone=zone, fiscal_start_month=1, currency="EUR")
    assert freezes_at(organisation, last) == expected
    assert freezes_at(organisation, last, waits=True) - expected == timedelta(days=2)


def due(ground: Ground, at: datetime) -> list[str]:
    with time_machine.travel(at, tick=False):
        return [str(moment.week) for _, moment in due_to_freeze(ground.session, ground.cast.organisation, at)]


def test_a_week_is_due_once_its_monday_is_over_and_not_a_second_before(ground: Ground) -> None:
    assert str(LAST) not in due(ground, TUESDAY - timedelta(seconds=1))
    assert due(ground, TUESDAY)[-1] == str(LAST)


def test_every_week_since_the_first_list_is_due_until_it_is_frozen(app: Flask, ground: Ground) -> None:
    weeks = due(ground, TUESDAY)
    first = Week(2026, 40)  # the list was signed in the week before, for the quarter that began on its Thursday
    assert weeks == [str(first.plus(number)) for number in range(8)]
    ground.session.rollback()
    with app.app_context():
        assert freeze_weeks() == 8
        assert freeze_weeks() == 0
    kept = ground.session.scalars(select(Snapshot).order_by(Snapshot.week)).all()
    assert [snapshot.week for snapshot in kept] == weeks
    assert {snapshot.cause.value for snapshot in kept} == {"time"}


def test_a_week_that_cannot_be_frozen_holds_up_no_other(
    app: Flask, ground: Ground, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def take(*given: Any, **more: Any) -> Snapshot | None:
        if given[3].week == Week(2026, 40):
            raise ValueError("one bad week")
        return take_snapshot(*given, **more)

    monkeypatch.setattr(worker, "take_snapshot", take)
    ground.session.rollback()
    with app.app_context():
        assert freeze_weeks() == 7
    assert caplog.text.count("ValueError: one bad week") == 1
    assert "Freezing week 2026-w40 of 2026-q4 failed; the others go on." in caplog.messages
    assert due(ground, TUESDAY) == ["2026-w40"]


def test_a_week_whose_freezing_takes_too_long_holds_up_no_other_week_and_no_other_work(
    app: Flask, ground: Ground, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if ground.session.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite ends no statement by itself.")

    def take(*given: Any, **more: Any) -> Snapshot | None:
        if given[3].week == Week(2026, 40):
            given[0].execute(text("SET LOCAL statement_timeout = '20ms'"))
            given[0].execute(text("SELECT pg_sleep(20)"))
        return take_snapshot(*given, **more)

    stop, done = threading.Event(), list[str]()

    def look(*, whole: bool) -> None:
        done.append("look")
        if len(done) == 2:
            stop.set()

    monkeypatch.setattr(worker, "take_snapshot", take)
    monkeypatch.setattr(worker, "_look", look)
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    ground.session.rollback()
    worker.run(app, stop)
    assert done == ["look", "look"]  # and the pause was that of a look that went well
    assert caplog.messages == ["Freezing week 2026-w40 of 2026-q4 failed; the others go on."]
    assert "canceling statement due to statement timeout" in caplog.text
    assert due(ground, TUESDAY) == ["2026-w40"]


def came_in(ground: Ground, *days: int, kind: str = "opportunities") -> None:
    """Files that were taken in at noon of so many days before the Sunday of that week."""
    for back in days:
        at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC) - timedelta(days=back)
        event = record(ground.cast.north, "applied", by=ground.cast.wen, at=at, after={"kind": kind})
        event.subject = "import"
        event.mac = event.expected_mac()
    ground.session.commit()


def test_a_source_that_comes_each_week_and_did_not_come_is_waited_for_until_wednesday(ground: Ground) -> None:
    came_in(ground, 16, 9)
    assert str(LAST) not in due(ground, TUESDAY)
    assert str(LAST) not in due(ground, TUESDAY + timedelta(days=2, seconds=-1))
    assert due(ground, TUESDAY + timedelta(days=2))[-1] == str(LAST)
    kind = freshness_of(ground.session, ground.cast.organisation, LAST.sunday)
    assert [(one.label, one.overdue) for one in kind] == [("Deals", True)]


@pytest.mark.parametrize(
    "days",
    [
        pytest.param((9, 2), id="its newest file is of the Friday"),
        pytest.param((9, 3, -1), id="it came on the Monday after"),
        pytest.param((9,), id="one file makes no habit"),
        pytest.param((), id="no file ever came"),
    ],
)
def test_nothing_else_is_waited_for(ground: Ground, days: tuple[int, ...]) -> None:
    came_in(ground, *days)
    assert due(ground, TUESDAY)[-1] == str(LAST)


def test_a_worker_that_comes_late_still_freezes_what_was_due(app: Flask, ground: Ground) -> None:
    ground.session.rollback()
    with app.app_context(), time_machine.travel(NOW + timedelta(weeks=3), tick=False):
        assert freeze_weeks() == 11
