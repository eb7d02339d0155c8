"""The world of these tests, and the clock that its pages read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask, g
from sqlalchemy.orm import Session, scoped_session

from abm.kit.db import session as app_session
from tests.cast import Cast
from tests.desk.overasked import Ground
from tests.outbound.world import NOW, World


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app without CSRF. A request shares the context of the test, so it must leave nothing of its own behind."""
    app.config["WTF_CSRF_ENABLED"] = False

    @app.teardown_request
    def leave_nothing_behind(_error: BaseException | None) -> None:
        app_session.rollback()
        for name in ("_login_user", "organisation", "seats"):
            g.pop(name, None)

    return app


@pytest.fixture
def world(session: scoped_session[Session], cast: Cast) -> Iterator[World]:
    """The company at work on Tuesday, 24 November 2026, at eleven in Berlin."""
    with time_machine.travel(NOW, tick=False):
        yield World(session(), cast)


@pytest.fixture
def ground(session: scoped_session[Session], cast: Cast) -> Iterator[Ground]:
    """Next quarter's draft, on the same day, which asks Tomás for more than he did."""
    with time_machine.travel(NOW, tick=False):
        yield Ground(session(), cast)
