"""A company that has agreed on a list keeps every row when the tables go down to the first ones and up again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import Account
from abm.kit import migrate
from abm.targets.models import Membership, Priority, TargetList
from tests.cast import assembled
from tests.targets.conftest import NOW, Ground


def contents(url: str, *, of: Mapping[str, set[str]] | None = None) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table, or of these tables in these columns, in the order of their keys."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(sa.select(*_chosen(table, of))))
            for name, table in metadata.tables.items()
            if name != "alembic_version" and (of is None or name in of)
        }


def _chosen(table: sa.Table, of: Mapping[str, set[str]] | None) -> list[sa.ColumnElement[Any]]:
    """The columns to compare, the key first."""
    wanted = [column for column in table.columns if of is None or column.name in of[table.name]]
    texts = [sa.cast(column, sa.Text) for column in wanted]  # NULLs and JSON sort as well then
    return [sa.func.coalesce(text, "") for text in texts]


def columns(url: str) -> dict[str, set[str]]:
    inspector = sa.inspect(sa.create_engine(url, poolclass=sa.NullPool))
    named = (name for name in inspector.get_table_names() if name != "alembic_version")
    return {name: {column["name"] for column in inspector.get_columns(name)} for name in named}


def test_a_company_with_a_signed_list_goes_down_to_the_first_tables_and_up_again(
    ground: Ground, session: scoped_session[Session], database_url: str
) -> None:
    ground.put_in(ground.accounts[0])
    ground.agree()
    ground.target_list.entries[0].nominate(Priority.HIGH, "They opened a second depot", by=ground.cast.tomas, at=NOW)
    session.commit()
    session.remove()
    migrate.downgrade(database_url, "0001")
    then = contents(database_url)
    assert then["membership"]
    first = columns(database_url)
    migrate.upgrade(database_url)
    assert contents(database_url, of=first) == then
    assert migrate.drift(database_url) == []


def test_what_was_carried_over_comes_back_for_every_account_with_the_next_version(
    ground: Ground, session: scoped_session[Session], database_url: str
) -> None:
    ground.put_in(ground.accounts[0])
    ground.agree()
    first, second = (one.id for one in ground.accounts[:2])
    session.commit()
    session.expunge_all()
    migrate.downgrade(database_url, "0002")
    migrate.upgrade(database_url)
    assert session.scalars(sa.select(Membership.id).where(Membership.carried)).all() == []
    again = Ground(session(), assembled(session()), session.scalars(sa.select(TargetList)).one(), [])
    again.put_in(session.get_one(Account, second), at=NOW + timedelta(days=1))
    again.agree(at=NOW + timedelta(days=1))
    carried = sa.select(Membership.account_id).where(Membership.carried).order_by(Membership.account_id)
    assert session.scalars(carried).all() == [first, second]
