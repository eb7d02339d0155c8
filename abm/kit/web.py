"""How a route answers: a whole page, a fragment for htmx, or 'done' with a way on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from flask import flash, g, make_response, redirect, render_template, request
from flask_htmx import HTMX
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from abm.kit.db import one_state, session

htmx = HTMX()

T = TypeVar("T")
TRIES: Final = 3  # before a lost race counts as a fault

Answer = Response | str | tuple[str, int]


def page(template: str, status: int = 200, **values: object) -> tuple[str, int]:
    """A whole page."""
    return render_template(template, **values), status


def wants_fragment() -> bool:
    """Whether htmx asks for a piece to swap in, as against a page."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def commit(location: str | None = None) -> None:
    """The one commit of a write. `location` is kept as the answer to the same form sent again (see `once`)."""
    receipt = g.pop("receipt", None)
    if receipt is not None and location is not None:
        receipt.location = location
    session.commit()


def in_one_state(own: Session, work: Callable[[], T]) -> T:
    """Do something in a transaction of its own that sees one state, and commit it.

    Who loses a race for something that is there once begins anew, and finds what the winner made. What stood open in
    the session before is undone.
    """
    for _ in range(TRIES):
        one_state(own)
        try:
            found = work()
            own.commit()
        except DBAPIError as fault:
            own.rollback()
            if not _lost_race(fault):
                raise
        else:
            return found
    one_state(own)
    found = work()
    own.commit()
    return found


def _lost_race(fault: DBAPIError) -> bool:
    """Whether somebody else was quicker (SQLSTATE 40001: what was read has changed since)."""
    return isinstance(fault, IntegrityError) or getattr(fault.orig, "sqlstate", None) == "40001"


def done(location: str, *, message: str | None = None, fragment: str | None = None, **values: object) -> Response:
    """After a write: the fragment for htmx where one is named, else 303 to `location` with the message."""
    if wants_fragment() and fragment is not None:
        return make_response(render_template(fragment, message=message, **values))
    if message is not None:
        flash(message, "ok")
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": location})
    return redirect(location, 303)


def keep_query(**changes: object) -> dict[str, object]:
    """The query string of this view with some values changed; None takes one out."""
    values: dict[str, object] = {**request.args.to_dict(), **changes}
    return {name: value for name, value in values.items() if value not in (None, "")}
