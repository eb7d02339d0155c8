"""Files of other people, where they stand beside the checkout, and tables out of a line of text."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from abm.imports.reader import Table, read_table

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files; none is copied into this project."""
    if not SHARED.is_dir():
        pytest.skip(f"the real files are not there ({SHARED.parent.name}/{SHARED.name})")
    return SHARED


@pytest.fixture(scope="session")
def table_of() -> Callable[..., Table]:
    """Read text or bytes as a CSV file."""

    def read(content: str | bytes, **settings: object) -> Table:
        data = content if isinstance(content, bytes) else content.encode()
        return read_table(io.BytesIO(data), **settings)  # type: ignore[arg-type]

    return read
