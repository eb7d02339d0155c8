"""Somebody with the database's own password, who leaves the application aside and switches its guards off."""

from __future__ import annotations

from sqlalchemy import create_engine, text


def behind_the_back(url: str, *statements: str) -> None:
    """Carry statements out with no trigger and no foreign key in the way, then commit."""
    engine = create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:  # SQLite checks no foreign key unless asked to
            named = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for name in named.scalars().all():
                connection.execute(text(f'DROP TRIGGER "{name}"'))
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
