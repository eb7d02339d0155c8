"""What people see when something does not go: a broken rule, a missing page, a database that is away."""

from __future__ import annotations

import logging

from flask import Flask, json, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, TooManyRequests, default_exceptions
from werkzeug.wrappers import Response

from abm.kit.db import is_away, session
from abm.kit.rules import RuleBroken
from abm.kit.web import wants_fragment

log = logging.getLogger("abm")

TITLES = {
    400: "That request did not make sense",
    403: "You may not do this",
    404: "There is nothing here",
    405: "This address does not work that way",
    409: "Not saved",
    413: "Too large",
    422: "Please look at this again",
    429: "Too many tries",
    500: "Something broke on our side",
    503: "The database is away for a moment",
}
MESSAGES = {
    404: "The address is wrong, or it leads to something that you may not see.",
    405: "Go back and use the button or the form on the page.",
    413: "What was sent is larger than this page takes. Send less, or split the file.",
    500: "Not saved. Your text is still here: go back and send it again. We have kept a note of the fault.",
    503: "Not saved. Your text is still here: send it again in a few seconds.",
}


class Forbidden(HTTPException):
    """403 that says who may."""

    code = 403

    def __init__(self, message: str, *, may: list[str]) -> None:
        super().__init__(message)
        self.may = may


def init_errors(app: Flask) -> None:
    """Give the app its error pages."""
    app.register_error_handler(RuleBroken, _rule_broken)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


def problem(status: int, message: str, *, may: list[str] | None = None) -> Response:
    """An answer that says what happened, the cause and the way on: a page, a fragment or problem+json."""
    title = TITLES.get(status, "That did not work")
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": message})
        return Response(body, status, content_type="application/problem+json")
    values = {"title": title, "message": message, "may": may or [], "status": status}
    if wants_fragment():
        answer = Response(render_template("kit/_problem.html", **values), status, content_type="text/html")
        answer.headers["HX-Retarget"] = "#messages"
        answer.headers["HX-Reswap"] = "innerHTML"
        return answer
    return Response(render_template(f"errors/{_template(status)}.html", **values), status, content_type="text/html")


def _template(status: int) -> int:
    """The page that speaks of a status, or of the nearest that has one."""
    if status in TITLES and status not in {400, 405}:
        return status
    return 500 if status >= 500 else 404


def _rule_broken(error: RuleBroken) -> Response:
    session.rollback()
    return problem(409, error.message)


def _stale_form(_error: CSRFError) -> Response:
    return problem(400, "This form is from another session, so nothing was saved. Go back, reload and send it again.")


def _http_error(error: HTTPException) -> Response:
    session.rollback()
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    written = error.description if error.description != default_exceptions[status].description else None
    answer = problem(status, written or MESSAGES.get(status, ""), may=getattr(error, "may", None))
    if isinstance(error, TooManyRequests) and error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _fault(error: Exception) -> Response:
    session.rollback()
    status = 503 if is_away(error) else 500
    log.error("%s %s", request.method, request.path, exc_info=error)
    return problem(status, MESSAGES[status])
