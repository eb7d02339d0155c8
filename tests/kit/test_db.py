"""What the engine promises: writers wait for their turn, readers cannot write, guards stand."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, scoped_session

from abm.kit.db import db, is_away, writing
from abm.kit.guards import GUARDS, RULES, installed, trigger_names
from tests.cast import Cast


def test_a_reading_transaction_cannot_write(app: Flask, cast: Cast) -> None:
    with app.app_context(), writing(False) as session, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        session.execute(text("UPDATE organisation SET name = 'Changed'"))


def test_writers_that_read_first_wait_for_each_other_instead_of_failing(app: Flask, cast: Cast) -> None:
    faults: list[BaseException] = []

    def add_one() -> None:
        try:
            with app.app_context(), writing() as session:
                lock = "" if session.get_bind().dialect.name == "sqlite" else " FOR UPDATE"
                month = session.scalar(text(f"SELECT fiscal_start_month FROM organisation{lock}"))
                session.execute(text("UPDATE organisation SET fiscal_start_month = :n"), {"n": month + 1})
                session.commit()
        except BaseException as fault:  # noqa: BLE001 a thread hands every fault to the test
            faults.append(fault)

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with app.app_context():
        assert db.session.scalar(text("SELECT fiscal_start_month FROM organisation")) == 9


def test_sqlite_is_durable_and_keeps_its_foreign_keys(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("about SQLite")
        with db.engine.connect() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
            assert connection.execute(text("PRAGMA recursive_triggers")).scalar() == 1


def test_a_statement_that_takes_too_long_is_no_outage_and_a_connection_that_is_cut_is(
    session: scoped_session[Session],
) -> None:
    if session.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite ends no statement by itself.")
    session.execute(text("SET LOCAL statement_timeout = '20ms'"))
    with pytest.raises(OperationalError, match="canceling statement due to statement timeout") as slow:
        session.execute(text("SELECT pg_sleep(20)"))
    session.rollback()
    assert session.scalar(text("SELECT 1")) == 1  # it is there
    with pytest.raises(OperationalError, match="terminating connection") as cut:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert (is_away(slow.value), is_away(cut.value)) == (False, True)


def test_every_guard_stands_in_the_catalogue(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        wanted = {name for guard in GUARDS for name in trigger_names(guard, connection.dialect.name)}
        assert installed(connection) == wanted | {f"guard_{rule}" for rule in RULES}


def test_a_sealed_event_can_neither_be_changed_nor_removed_nor_replaced(
    session: scoped_session[Session], cast: Cast
) -> None:
    attacks = ["UPDATE event SET verb = 'x'", "DELETE FROM event"]
    if session.get_bind().dialect.name == "postgresql":
        attacks.append("TRUNCATE event CASCADE")
    else:
        attacks.append("INSERT OR REPLACE INTO event SELECT * FROM event WHERE id = 1")
    for attack in attacks:
        with pytest.raises(DBAPIError, match="never change"):
            session.execute(text(attack))
        session.rollback()
