"""The look in two files: every style sheet joined into one, every script into one, each named by its content.

A page asks for `asset("css")` and `asset("js")`; since the name changes with the content, browsers
keep both for good and never show yesterday's look on today's page.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, abort, url_for
from werkzeug.wrappers import Response

STATIC = Path(__file__).parent.parent / "static"

# Later sheets may lean on earlier ones: names first, then elements, then components, then paper.
SHEETS = (
    "tokens",
    "elements",
    "layout",
    "page",
    "buttons",
    "forms",
    "marks",
    "tables",
    "panels",
    "notices",
    "menus",
    "lists",
    "charts",
    "today",
    "grid",
    "calendar",
    "print",
)
VENDORED = ("htmx.min.js", "idiomorph-ext.min.js")
SCRIPTS = ("focus", "sending", "drafts", "failures", "menus", "keys", "passwords", "copying", "today", "grid", "review")
KINDS = {"css": "text/css", "js": "text/javascript"}
FOREVER = "public, max-age=31536000, immutable"

blueprint = Blueprint("assets", __name__)


@dataclass(frozen=True)
class Asset:
    """One joined file: the name that its content gives it, and the content."""

    name: str
    body: bytes


def init_assets(app: Flask) -> None:
    """Serve both files and give templates `asset(kind)`. A missing source stops the start."""
    joined("css")
    joined("js")
    app.register_blueprint(blueprint)
    app.add_template_global(address_of, "asset")


def address_of(kind: str) -> str:
    """Where the joined file of a kind (`css` or `js`) is served."""
    return url_for("assets.asset_file", name=joined(kind).name)


@blueprint.get("/assets/<string:name>")
def asset_file(name: str) -> Response:
    """A joined file, to be kept for good. Any other name is not here."""
    kind = name.rpartition(".")[2]
    if kind not in KINDS or name != joined(kind).name:
        abort(404)
    return Response(joined(kind).body, mimetype=KINDS[kind], headers={"Cache-Control": FOREVER})


asset_file.access = None  # type: ignore[attr-defined]  # open to everyone: the sign-in page wears it too


@cache
def joined(kind: str) -> Asset:
    """All sources of a kind in their order. Raises FileNotFoundError where one is missing."""
    text = "\n".join(own_sources(kind) if kind == "css" else [*_vendored(), *own_sources(kind)])
    body = text.encode()
    return Asset(f"accountable-{hashlib.sha256(body).hexdigest()[:12]}.{kind}", body)


def own_sources(kind: str) -> list[str]:
    """What this project wrote itself, file by file, without comments and indentation."""
    names = SHEETS if kind == "css" else SCRIPTS
    return [_squeezed((STATIC / kind / f"{name}.{kind}").read_text(encoding="utf-8")) for name in names]


def _vendored() -> list[str]:
    return [(STATIC / "vendor" / name).read_text(encoding="utf-8") for name in VENDORED]


def _squeezed(source: str) -> str:
    """Source without block comments, whole-line `//` comments, indentation and empty lines."""
    bare = re.sub(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/", "", source)
    lines = (line.strip() for line in bare.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
