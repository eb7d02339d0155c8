"""The expected answers of a list's past and of what leaves: everybody signed in reads them."""

from __future__ import annotations

from typing import Any

from tests.matrix.expectations import EVERYONE, Case, case

FILE: Any = {"quarter": "quarter", "kind": "file kind"}

LOOKING_BACK: dict[str, list[Case]] = {
    "targets.as_of": [case(EVERYONE, quarter="quarter"), case(EVERYONE, 422, sent={"day": "soon"}, quarter="quarter")],
    "targets.differences": [
        case(EVERYONE, quarter="quarter"),
        case(EVERYONE, 422, sent={"from": "soon"}, quarter="quarter"),
        case(EVERYONE, 404, sent={"from": "1990-q1"}, quarter="quarter"),
    ],
    "targets.export_version": [case(EVERYONE, number="version", **FILE)],
    "targets.export_draft": [case(EVERYONE, **FILE)],
    "targets.export_as_of": [case(EVERYONE, **FILE)],
    "targets.export_differences": [case(EVERYONE, **FILE)],
    "desk.account_lists": [case(EVERYONE, slug="account"), case(EVERYONE, slug="archived account")],
}
