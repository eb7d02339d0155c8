"""The world of these tests, and the clock that its pages read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from tests.campaigns.happened import LATER, Stage
from tests.campaigns.world import NOW, Signed, World
from tests.cast import Cast


@pytest.fixture
def as_(world: World, client: FlaskClient) -> Signed:
    """Somebody's browser, by first name; the plan at `ADDRESS` is in review."""
    world.submitted()

    def signed(name: str) -> FlaskClient:
        return world.enter(client.application.test_client(), world.cast.everyone[name])

    return signed


@pytest.fixture
def world(session: scoped_session[Session], cast: Cast) -> Iterator[World]:
    """The company on Tuesday, 24 November 2026, with a list that both sides signed a month ago."""
    with time_machine.travel(NOW, tick=False):
        yield World(session(), cast)


@pytest.fixture
def running(world: World) -> Iterator[Stage]:
    """A campaign of tier 1 that is live, on Tuesday, 1 December."""
    campaign = world.approved()
    world.launch(campaign)
    world.session.flush()
    with time_machine.travel(LATER, tick=False):
        yield Stage(world, campaign)
