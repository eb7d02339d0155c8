"""Keeping the demonstration: a copy of how it begins, and setting it back to that while it serves."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from sqlalchemy import make_url

from abm.kit.db import BUSY_SECONDS


def keep_beginning(url: str) -> None:
    """Copy the database, as it is now, beside itself."""
    _copy(_file(url), beginning_of(url))


def set_back(url: str) -> None:
    """Put the kept copy over the database. One transaction: others see all of it or nothing."""
    _copy(beginning_of(url), _file(url))


def begins_on(url: str, day: date) -> bool:
    """Whether the kept copy tells the story of this day: dates move with today."""
    kept = beginning_of(url)
    if not kept.exists():
        return False
    with closing(sqlite3.connect(kept)) as connection:
        try:
            told = connection.execute("SELECT max(day) FROM touch").fetchone()[0]
        except sqlite3.OperationalError:
            return False
    return told is not None and date.fromisoformat(told) >= day


def forget(url: str) -> None:
    """Take the database and its kept copy away."""
    for path in (_file(url), beginning_of(url)):
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def beginning_of(url: str) -> Path:
    """Where the copy is kept."""
    path = _file(url)
    return path.with_name(f"{path.stem}-beginning{path.suffix}")


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as here,
        closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as there,
    ):
        here.backup(there)
