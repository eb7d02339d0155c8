"""Requests of these tests end as real ones do: whatever they left open is rolled back."""

from __future__ import annotations

import pytest
from flask import Flask

from abm.kit.db import session as app_session


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app without CSRF; a request shares the session of the test, so it must not leave its transaction behind."""
    app.config["WTF_CSRF_ENABLED"] = False

    @app.teardown_request
    def leave_nothing_open(_error: BaseException | None) -> None:
        app_session.rollback()

    return app
