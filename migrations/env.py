"""How a migration runs: in one transaction, guards off meanwhile, references checked before it commits."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Connection, Engine, NullPool, create_engine, event, text

from abm.kit.base import UtcDateTime
from abm.kit.guards import install_guards, remove_guards
from abm.schema import METADATA

BUSY_SECONDS = 15
ADVISORY_KEY = 5_171_717  # any constant: two processes that start at once migrate one after the other


def run() -> None:
    """Migrate as the command says, or compare the models with the database."""
    engine = engine_for(context.config.attributes["url"])
    with engine.connect() as connection, connection.begin():
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            compare_type=True,
            render_as_batch=True,  # SQLite can alter a table only by building it anew
            render_item=render_item,
            transactional_ddl=True,  # true of both engines, since the SQLite driver is told not to interfere
        )
        hold(connection)
        remove_guards(connection)
        with context.begin_transaction():
            context.run_migrations()
        # An older revision gets the guards of its own code, when that runs `upgrade`.
        if set(context.get_context().get_current_heads()) == {context.get_head_revision()}:
            install_guards(connection)
        check_references(connection)


def engine_for(url: str) -> Engine:
    """An engine of one connection that leaves beginning and committing to us."""
    if not url.startswith("sqlite"):
        return create_engine(url, poolclass=NullPool)
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", open_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def open_sqlite(connection: Any, _record: object) -> None:
    """Foreign keys off, which only counts before BEGIN: a table built anew would take its children along."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = OFF")


def hold(connection: Connection) -> None:
    """On PostgreSQL give way to running requests after three seconds, and let one migration run at a time."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = '3s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})


def check_references(connection: Connection) -> None:
    """Refuse to commit rows on SQLite that point nowhere; PostgreSQL has looked after them all along."""
    if connection.dialect.name != "sqlite":
        return
    orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    if orphans:
        tables = ", ".join(sorted({f"{row[0]} (to {row[2]})" for row in orphans}))
        raise RuntimeError(f"{len(orphans)} rows would point to nothing after this migration: {tables}.")


def render_item(kind: str, item: object, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own types as the plain columns that they are: a migration never depends on today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


run()
