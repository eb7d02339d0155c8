"""Who is asking: from the cookie's token to a person, on every request anew (trust 14, 16)."""

from __future__ import annotations

from datetime import datetime

from flask import Flask, g, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager
from sqlalchemy import select, update
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.db import db, session, write_apart
from abm.people.current import find_organisation
from abm.people.models import User
from abm.people.sessions import SEEN_EVERY, SignIn, token_hash

login = LoginManager()
COOKIE_TOKEN = "token"
OPEN_BEFORE_FIRST_RUN = {"people.first_run", "assets.asset_file", "health.alive", "health.ready", "theme.choose_theme"}


def init_sign_in(app: Flask) -> None:
    """Give the app its way from a cookie to a person."""
    login.init_app(app)
    login.session_protection = None  # the token is what counts; addresses of phones change
    app.before_request(_first_run_first)


@login.request_loader
def person_of(_request: object) -> User | None:
    """The person whose session the cookie names, if it still holds."""
    token = cookie.get(COOKIE_TOKEN)
    if not isinstance(token, str):
        return None
    row = session.scalar(select(SignIn).where(SignIn.token_hash == token_hash(token)))
    at = clock.now()
    if row is None or not row.holds(at):
        return None
    find_organisation()
    g.sign_in = row
    if at - row.seen_at > SEEN_EVERY:
        _note_seen(row.id, at)
    return row.user


def begin(token: str) -> None:
    """Put a new session's token into a fresh cookie: nothing of the one before survives."""
    cookie.clear()
    cookie[COOKIE_TOKEN] = token
    cookie.permanent = True


def finish() -> None:
    """Forget the session in this browser."""
    cookie.clear()


def current_sign_in() -> SignIn:
    """The session of this request."""
    row: SignIn = g.sign_in
    return row


def _note_seen(sign_in_id: int, at: datetime) -> None:
    """Write "last seen" in a transaction of its own, so that a page that reads never waits for a writer."""
    statement = update(SignIn).where(SignIn.id == sign_in_id, SignIn.seen_at < at).values(seen_at=at)
    write_apart(db.engine, statement)


def _first_run_first() -> Response | None:
    """Until there is an organisation, every page leads to the form that founds it."""
    if request.endpoint in OPEN_BEFORE_FIRST_RUN or find_organisation() is not None:
        return None
    return redirect(url_for("people.first_run"), 303)
