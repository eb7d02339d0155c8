"""The engine and the session: SQLite in a file or PostgreSQL by URL, with the same promises on both.

Whether a transaction writes is known before its first query: by the HTTP method in a request, by
`with writing():` elsewhere. A writer on SQLite begins IMMEDIATE, so that it waits for its turn
instead of failing half-way; a reader cannot write at all, on either engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, Executable, event, exc
from sqlalchemy.orm import Session, scoped_session

from abm.kit.base import Base
from abm.kit.config import Config

BUSY_SECONDS = 15
CANCELLED = "57014"  # SQLSTATE of a statement that took longer than it may, or that somebody stopped
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA cache_size = -32768",  # in KiB; with the usual 2 MiB a scan of a quarter's touches takes twice as long
    "PRAGMA recursive_triggers = ON",  # else INSERT OR REPLACE walks past the guards on DELETE
)

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
session = cast("scoped_session[Session]", db.session)

_writes: ContextVar[bool] = ContextVar("writes", default=False)


def init_database(app: Flask, config: Config) -> None:
    """Bind the app to its database without touching it: a database that is away must not stop a start."""
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(config.database_url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    app.before_request(_by_method)


def engine_options(url: str) -> dict[str, Any]:
    """Pool and driver settings for an engine on this URL."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_SECONDS}}
    return {
        "pool_pre_ping": True,
        "pool_size": 8,
        "max_overflow": 8,
        "connect_args": {"connect_timeout": 5, "options": "-c statement_timeout=20000 -c timezone=UTC"},
    }


def prepare_engine(engine: Engine) -> None:
    """Give an engine this application's way of beginning transactions."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


@contextmanager
def writing(writes: bool = True) -> Iterator[scoped_session[Session]]:
    """Mark what happens inside as writing (or reading) and hand over the session; the caller commits."""
    session.rollback()
    token = _writes.set(writes)
    try:
        yield session
    except BaseException:
        session.rollback()
        raise
    finally:
        session.rollback()
        _writes.reset(token)


def is_writing() -> bool:
    """Whether what happens here may write, and be taken back."""
    return _writes.get()


def one_state(own: Session) -> None:
    """End what is open, and begin a transaction in which every query sees the same state.

    A writer on SQLite has that anyway; on PostgreSQL every statement would otherwise see what was committed meanwhile.
    """
    own.rollback()
    if own.get_bind().dialect.name == "postgresql":
        own.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def write_apart(engine: Engine, statement: Executable) -> None:
    """Run one small write in a transaction of its own, beside whatever the session is doing.

    It goes with a page that only reads, which must not wait: where somebody else has SQLite's only pen, it fails at
    once with an OperationalError, and the caller leaves it out.
    """
    token = _writes.set(True)
    try:
        with engine.connect() as connection, _without_waiting(connection), connection.begin():
            connection.execute(statement)
    finally:
        _writes.reset(token)


@contextmanager
def _without_waiting(connection: Connection) -> Iterator[None]:
    """On SQLite, begin no transaction later than now; the connection then goes back as patient as it was."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection
    (patience,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA busy_timeout = {patience}")


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database cannot be reached, as against a fault in a statement.

    A statement that PostgreSQL ended comes as the same error, and would come again: the database is there.
    """
    if isinstance(error, exc.DBAPIError) and getattr(error.orig, "sqlstate", None) == CANCELLED:
        return False
    return isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError)


def _by_method() -> None:
    _writes.set(request.method not in SAFE_METHODS)


def _open_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    writes = _writes.get()
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    connection.connection.dbapi_connection.read_only = not _writes.get()  # type: ignore[union-attr]
