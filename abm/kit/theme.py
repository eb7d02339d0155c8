"""Light, dark or as the device has it: each person's choice, kept in a cookie of this browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, redirect, request
from werkzeug.wrappers import Response

THEMES = ("auto", "light", "dark")
COOKIE = "theme"
YEAR = 365 * 24 * 3600

blueprint = Blueprint("theme", __name__)


def init_theme(app: Flask) -> None:
    """Give pages `theme` and the form that changes it."""
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"theme": chosen(), "themes": THEMES})


def chosen() -> str:
    """The theme of this request; a cookie that somebody wrote by hand counts as `auto`."""
    theme = request.cookies.get(COOKIE, "auto")
    return theme if theme in THEMES else "auto"


@blueprint.post("/theme")
def choose_theme() -> Response:
    """Keep the choice and go back to the page that it was made on."""
    theme = request.form.get("theme", "")
    if theme not in THEMES:
        abort(422, description="The theme is light, dark or as the device has it. Choose one of the three.")
    answer = redirect(_way_back(), 303)
    answer.set_cookie(COOKIE, theme, max_age=YEAR, secure=request.is_secure, httponly=True, samesite="Lax")
    return answer


choose_theme.access = None  # type: ignore[attr-defined]  # open to everyone: it concerns one browser only


def _way_back() -> str:
    """The page of this site that the form stood on: its path and query, so that it cannot lead elsewhere."""
    page = urlsplit(request.referrer or "/")
    if page.netloc != request.host or not page.path.startswith("/") or page.path.startswith(("//", "/\\")):
        return "/"
    return f"{page.path}?{page.query}" if page.query else page.path
