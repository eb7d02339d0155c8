"""A campaign with its arms, and the clock that its pages read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy.orm import Session, scoped_session

from tests.campaigns.world import NOW, World
from tests.cast import Cast


@pytest.fixture
def world(session: scoped_session[Session], cast: Cast) -> Iterator[World]:
    """The company on Tuesday, 24 November 2026, with a list that both sides signed a month ago."""
    with time_machine.travel(NOW, tick=False):
        yield World(session(), cast)
