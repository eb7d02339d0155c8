"""Who a program speaks for: its token in the Authorization header, never a cookie (trust 14, 15, 20)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar, cast

from flask import Flask, current_app, g, request
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import BadRequest, Forbidden, TooManyRequests, Unauthorized

from abm.kit import clock
from abm.kit.db import SAFE_METHODS, db, session, write_apart
from abm.people.access import May, may, who_may
from abm.people.tokens import SEEN_EVERY, ApiToken, TokenScope, token_of

P = ParamSpec("P")
R = TypeVar("R")

A_MINUTE = 120  # requests of a token
WRONG_A_MINUTE = 20  # wrong tokens from one address
PER_TOKEN, PER_ADDRESS = "token", "address"


class Pace:
    """How often each token, or each address with a wrong one, asked within this minute; per process."""

    def __init__(self) -> None:
        self._lock, self._minute, self._asked = Lock(), 0, dict[tuple[str, str], int]()

    def count(self, kind: str, name: str) -> int:
        """One more; hand back how many there were within this minute."""
        with self._lock:
            self._turn()
            self._asked[kind, name] = asked = self._asked.get((kind, name), 0) + 1
            return asked

    def so_far(self, kind: str, name: str) -> int:
        with self._lock:
            self._turn()
            return self._asked.get((kind, name), 0)

    def _turn(self) -> None:
        minute = int(clock.now().timestamp()) // 60
        if minute != self._minute:
            self._minute = minute
            self._asked.clear()


def init_pace(app: Flask) -> None:
    app.extensions["abm-api-pace"] = Pace()


def bearer(permission: May, scope: TokenScope) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a program in whose token holds, is for this, and whose person may do it."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            token = _asked_with()
            if not token.scope.covers(scope):
                raise Forbidden(f"The token “{token.name}” is only for: {token.scope.label.lower()}.")
            if not may(token.user, permission):
                told = ", ".join(who_may(permission))
                raise Forbidden(f"The role of {token.user.name} does not let them {permission}: {told} may.")
            _readable()
            g.api_token = token
            return view(*args, **kwargs)

        wrapper.access = permission  # type: ignore[attr-defined]
        return wrapper

    return decorate


def token() -> ApiToken:
    """The token of this request."""
    return cast(ApiToken, g.api_token)


def _asked_with() -> ApiToken:
    at, pace = clock.now(), cast(Pace, current_app.extensions["abm-api-pace"])
    address = request.remote_addr or ""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if pace.so_far(PER_ADDRESS, address) >= WRONG_A_MINUTE:
        raise TooManyRequests("Too many wrong tokens from here: try again in a minute.", retry_after=60)
    found = token_of(session(), secret.strip(), at) if kind.lower() == "bearer" else None
    if found is None:
        if kind:
            pace.count(PER_ADDRESS, address)
        sentence = "The token is wrong, expired or revoked." if kind else "Send a token: Authorization: Bearer abm_…"
        raise Unauthorized(sentence, www_authenticate=WWWAuthenticate("bearer", {"realm": "Accountable"}))
    if pace.count(PER_TOKEN, found.public_id) > A_MINUTE:
        raise TooManyRequests(f"More than {A_MINUTE} requests a minute: wait a little.", retry_after=60)
    if found.used_at is None or at - found.used_at > SEEN_EVERY:
        _note_used(found)
    return found


def _note_used(found: ApiToken) -> None:
    """Write "last used" beside what only reads; in a write it belongs to the request's own transaction."""
    at = clock.now()
    if request.method not in SAFE_METHODS:
        found.used_at = at
        return
    with suppress(OperationalError):  # a writer in the way is no reason to answer nothing: the next request notes it
        write_apart(db.engine, update(ApiToken).where(ApiToken.id == found.id).values(used_at=at))


def _readable() -> None:
    """Refuse a body that no parser should follow to its end."""
    if request.method in SAFE_METHODS:
        return
    try:
        request.get_json(silent=True)
    except RecursionError:
        raise BadRequest("The JSON is nested too deep: send it as the description says.") from None
