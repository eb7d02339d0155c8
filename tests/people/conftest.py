"""People who have chosen passwords, and an app whose forms need no token (that they do is tested apart)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from abm.kit.db import writing
from tests.apart import ApartClient
from tests.cast import Cast
from tests.passwords import give_passwords

Looking = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def app(app: Flask) -> Flask:
    """Forms need no token, and requests stand apart from the test."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = ApartClient
    return app


@pytest.fixture
def cast(cast: Cast, session: scoped_session[Session]) -> Cast:
    """Everybody can sign in."""
    return give_passwords(cast, session())


@pytest.fixture
def looking(app: Flask) -> Looking:
    """A look at what requests have written; holds nothing open afterwards."""

    @contextmanager
    def look() -> Iterator[Session]:
        with app.app_context(), writing(False) as session:
            yield session()
            session.expunge_all()

    return look
