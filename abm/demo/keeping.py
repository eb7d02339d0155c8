"""Keeping the demonstration: a copy of how it begins, and setting it back to that while it serves."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import make_url

from abm.demo.founding import ZONE
from abm.kit import clock
from abm.kit.db import BUSY_SECONDS
from abm.kit.migrate import pending


def keep_beginning(url: str) -> None:
    """Copy the database, as it is now, beside itself."""
    _copy(_file(url), beginning_of(url))


def set_back(url: str) -> None:
    """Put the kept copy over the database. One transaction: others see all of it or nothing."""
    _copy(beginning_of(url), _file(url))


def begins_on(url: str, day: date) -> bool:
    """Whether the kept copy was made on this day, by this version's migrations: dates move with today."""
    kept = beginning_of(url)
    if not kept.exists() or not _file(url).exists():
        return False
    made = datetime.fromtimestamp(kept.stat().st_mtime, UTC)
    return clock.day_of(made, ZONE) == day and not pending(url)


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
