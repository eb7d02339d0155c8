"""What the tests of progress begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy.orm import Session, scoped_session

from tests.cast import Cast
from tests.progress.ground import NOW, Ground


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ground(session: scoped_session[Session], cast: Cast, today: None) -> Ground:
    return Ground(session(), cast)
