"""The expected answers of what builds a list: cells, words for many, pasted lines, comments, kept views."""

from __future__ import annotations

from typing import Any

from tests.matrix.expectations import AE, CMO, CRO, EDITORS, EVERYONE, LISTING, MANAGER, MARKETER, Case, case

NOMINATING, ASSESSING = frozenset({CRO, MANAGER, AE}), frozenset({CMO, MARKETER})
ENTRY: Any = {"quarter": "quarter", "public_id": "entry"}

BUILDING: dict[str, list[Case]] = {
    "targets.nominate_many": [case(NOMINATING, 422, quarter="quarter")],
    "targets.assess_many": [case(ASSESSING, 422, quarter="quarter")],
    "targets.cell": [case(EVERYONE, 302, cell="cell", **ENTRY)],
    "targets.closed_cell": [case(EVERYONE, 302, cell="cell", **ENTRY)],
    "targets.decide_one": [case(LISTING, 303, cell="cell", sent={"value": "3", "seen": "2"}, **ENTRY)],
    "targets.paste": [case(LISTING, quarter="quarter")],
    "targets.look_at_pasted": [case(LISTING, 422, quarter="quarter")],
    "targets.enter_pasted": [case(LISTING, 422, quarter="quarter")],
    "targets.keep_view": [case(EVERYONE, 422, quarter="quarter")],
    "targets.remove_view": [case(EVERYONE, 404, quarter="quarter", public_id="entry")],
    "targets.write_comment": [case(EDITORS, 422, **ENTRY)],
    "targets.edit_comment": [case(EDITORS, 403, but={MARKETER: 200}, comment_id="comment", **ENTRY)],
    "targets.correct_comment": [case(EDITORS, 403, but={MARKETER: 422}, comment_id="comment", **ENTRY)],
    "targets.answer_comment": [case(EVERYONE, 303, comment_id="comment", **ENTRY)],
}
