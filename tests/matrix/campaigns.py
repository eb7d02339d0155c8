"""The expected answers of a campaign: its plan, its review by Sales, its life."""

from __future__ import annotations

from typing import Any

from tests.matrix.expectations import AE, CMO, CRO, EVERYONE, MANAGER, MARKETER, Case, case
from tests.matrix.recording import HAPPENED
from tests.matrix.starting import STARTING

PLANNING, REVIEWING = frozenset({CMO, MARKETER}), frozenset({CRO, MANAGER, AE})
PLAN: Any = {"slug": "campaign", "number": "plan version"}
SAID: Any = {"slug": "campaign", "public_id": "requested change"}

CAMPAIGNS: dict[str, list[Case]] = (
    STARTING
    | HAPPENED
    | {
        "campaigns.index": [case(EVERYONE)],
        "campaigns.show": [case(EVERYONE, slug="campaign")],
        "campaigns.section": [case(EVERYONE, slug="campaign", section="section")],
        "campaigns.save_section": [case(PLANNING, 422, slug="campaign", section="section")],
        "campaigns.plays": [case(EVERYONE, slug="campaign")],
        "campaigns.add": [case(PLANNING, 422, slug="campaign")],
        "campaigns.play": [case(PLANNING, slug="campaign", public_id="play")],
        "campaigns.save_play": [case(PLANNING, 422, slug="campaign", public_id="play")],
        "campaigns.remove": [case(PLANNING, 303, slug="campaign", public_id="play")],
        "campaigns.submit": [case(PLANNING, 409, slug="campaign")],
        "campaigns.review": [case(EVERYONE, slug="campaign")],
        "campaigns.plan_version": [case(EVERYONE, **PLAN)],
        "campaigns.keep_remark": [case(REVIEWING, 422, **PLAN)],
        "campaigns.rewrite_remark": [case(REVIEWING, 404, **SAID)],  # what others keep is there for nobody
        "campaigns.drop_remark": [case(REVIEWING, 404, **SAID)],
        "campaigns.finish_review": [case(REVIEWING, 422, **PLAN)],
        "campaigns.reopen": [case(REVIEWING, 409, but={AE: 403}, **SAID)],
        "campaigns.apply": [case(PLANNING, 409, **SAID)],
        "campaigns.put_aside": [case(PLANNING, 409, **SAID)],
        "campaigns.correct": [case(PLANNING, 422, **PLAN)],
        "campaigns.object_to": [case(REVIEWING, 404, **SAID)],
        "campaigns.remind": [case(PLANNING, 409, slug="campaign")],
        "campaigns.reply": [case(PLANNING, 422, **SAID)],
        "campaigns.settle": [case(REVIEWING, 303, but={AE: 403}, **SAID)],
        "campaigns.approve": [case(REVIEWING, 422, **PLAN)],
        "campaigns.withdraw": [case(PLANNING, 403, but={MARKETER: 303}, **PLAN)],
        "campaigns.pause": [case(PLANNING, 409, slug="campaign")],
        "campaigns.resume": [case(PLANNING, 409, slug="campaign")],
        "launching.launch": [case(PLANNING, 409, slug="campaign")],
        "launching.ending": [case(PLANNING, slug="campaign")],
        "launching.complete": [
            case(PLANNING, 422, slug="campaign"),
            case(PLANNING, 409, slug="campaign", sent={"keep": "It never ran", "retire": "Nothing"}),
        ],
        "launching.cancel": [
            case(PLANNING, 422, slug="campaign"),
            case(PLANNING, 303, slug="campaign", sent={"note": "No budget"}),
        ],
    }
)
