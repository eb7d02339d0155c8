"""The cast with passwords: they sign in as people do."""

from __future__ import annotations

from functools import cache

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from abm.people.passwords import hashed
from tests.cast import PASSWORD, Cast


@cache
def _hash() -> str:
    return hashed(PASSWORD)


def give_passwords(cast: Cast, session: Session) -> Cast:
    """Everybody has chosen the same password, as far as their hash goes. Commits."""
    for user in cast.everyone.values():
        user.password_hash = _hash()
    session.commit()
    return cast


def enter(client: FlaskClient, email: str | None, password: str = PASSWORD, target: str = "") -> TestResponse:
    """Send the sign-in form."""
    query = {"next": target} if target else None
    return client.post("/sign-in", query_string=query, data={"email": email, "password": password})
