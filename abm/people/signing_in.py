"""Who is asking: from the cookie's token to a person, on every request anew (trust 14, 16)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask, g, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from abm.kit import clock
from abm.kit.db import SAFE_METHODS, db, session, write_apart
from abm.people.current import find_organisation
from abm.people.models import User
from abm.people.sessions import ABSOLUTE, SEEN_EVERY, SignIn, token_hash

login = LoginManager()
COOKIE_TOKEN = "token"  # noqa: S105 a name, not a secret
OPEN_BEFORE_FIRST_RUN = {
    "first_run.show",
    "first_run.found",
    "assets.asset_file",
    "health.alive",
    "health.ready",
    "theme.choose_theme",
}
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


def init_sign_in(app: Flask) -> None:
    """Give the app its way from a cookie to a person."""
    login.init_app(app)
    login.session_protection = None  # the token is what counts; addresses of phones change
    app.config["REMEMBER_COOKIE_NAME"] = "unused"  # another site's cookie on this host must not get in the way
    app.permanent_session_lifetime = ABSOLUTE
    app.before_request(_first_run_first)
    app.add_template_global(must_confirm)


@login.request_loader
def person_of(_request: object) -> User | None:
    """The person whose session the cookie names, if it still holds."""
    token = cookie.get(COOKIE_TOKEN)
    if not isinstance(token, str):
        return None
    held = select(SignIn).where(SignIn.token_hash == token_hash(token))
    held = held.options(joinedload(SignIn.user).joinedload(User.grants))  # every page asks: one question less
    row = session.scalars(held).unique().one_or_none()
    at = clock.now()
    if row is None or not row.holds(at):
        return None
    find_organisation()
    g.sign_in = row
    if at - row.seen_at > SEEN_EVERY:
        _note_seen(row, at)
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


def must_confirm() -> bool:
    """Whether the person signed in has to give the password before signing something."""
    return not current_sign_in().is_fresh(clock.now())


def device_of(user_agent: str) -> str:
    """What somebody knows a session by: `Firefox on Linux`. Told by the browser, so good for nothing else."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    device = next((name for mark, name in DEVICES if mark in user_agent), "")
    return " on ".join(word for word in (browser, device) if word) or "Unknown device"


def way_on(target: str) -> str:
    """A page of this site to go on to; the start instead of anything that a browser might read as another site."""
    unsafe = not target.startswith("/") or target.startswith("//") or "\\" in target
    if unsafe or any(ord(character) <= 32 for character in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def _note_seen(row: SignIn, at: datetime) -> None:
    """Write "last seen" beside a page that only reads; in a write it belongs to the request's own transaction,

    which on SQLite holds the only pen. A writer in the way is no reason to show no page: the next request notes it.
    """
    if request.method not in SAFE_METHODS:
        row.seen_at = at
        return
    statement = update(SignIn).where(SignIn.id == row.id, SignIn.seen_at < at).values(seen_at=at)
    with suppress(OperationalError):
        write_apart(db.engine, statement)


def _first_run_first() -> Response | None:
    """Until there is an organisation, every page leads to the form that founds it."""
    if request.endpoint in OPEN_BEFORE_FIRST_RUN or find_organisation() is not None:
        return None
    return redirect(url_for("first_run.show"), 303)
