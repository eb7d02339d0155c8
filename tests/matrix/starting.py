"""The expected answers where a campaign begins: blank, from a template or an earlier one, or taken in."""

from __future__ import annotations

from typing import Any

from tests.matrix.expectations import CMO, EVERYONE, MARKETER, Case, case

PLANNING = frozenset({CMO, MARKETER})
TEMPLATE: Any = {"public_id": "template"}

STARTING: dict[str, list[Case]] = {
    "campaigns.new": [
        case(PLANNING),
        case(PLANNING, sent={"template": "=template"}),
        case(PLANNING, sent={"earlier": "=campaign"}),
        case(PLANNING, 404, sent={"template": "=no such template"}),
    ],
    "campaigns.create": [
        case(PLANNING, 422),
        case(PLANNING, 422, sent={"template": "=template"}),
        case(PLANNING, 404, sent={"earlier": "=no such campaign"}),
    ],
    "campaigns.adopting": [case(PLANNING)],
    "campaigns.adopt": [case(PLANNING, 422)],
    "campaigns.templates": [case(EVERYONE)],
    "campaigns.new_template": [case(PLANNING)],
    "campaigns.add_template": [case(PLANNING, 422)],
    "campaigns.add_standard": [case(PLANNING, 303)],
    "campaigns.template": [case(EVERYONE, **TEMPLATE)],
    "campaigns.edit_template": [case(PLANNING, **TEMPLATE)],
    "campaigns.save_template": [case(PLANNING, 422, **TEMPLATE)],
    "campaigns.archive_template": [case(PLANNING, 303, **TEMPLATE)],
    "campaigns.restore_template": [case(PLANNING, 409, **TEMPLATE)],
    "campaigns.grow": [case(PLANNING, 409, slug="campaign")],
}
