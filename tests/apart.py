"""A client whose requests stand apart from the test, as they do in production.

A request made inside an app context would otherwise share it: its session, its person, its organisation.
"""

from __future__ import annotations

from contextvars import Context
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class ApartClient(FlaskClient):
    """Each request gets a context of its own."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **kwargs)
