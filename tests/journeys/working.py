"""The pages of touches and commitments that are visited, by whom."""

from __future__ import annotations

AMARA, INES, JONAS, TOMAS, WEN = "Amara", "Ines", "Jonas", "Tomás", "Wen"

PAGES_OF_WORK: dict[str, list[tuple[str, str]]] = {
    "outbound.quick_log": [
        (TOMAS, "/log"),
        (TOMAS, "/log?line=kestrel foods call vm pricing yesterday"),
        (TOMAS, "/log?line=called kestrel"),
    ],
    "outbound.touches": [(TOMAS, "/accounts/{account}/touches")],
    "outbound.new_touch": [(TOMAS, "/accounts/{account}/touches/new")],
    "outbound.touch": [(TOMAS, "/accounts/{account}/touches/{touch}"), (AMARA, "/accounts/{account}/touches/{touch}")],
    "outbound.edit_touch": [(INES, "/accounts/{account}/touches/{touch}/edit")],
    "outbound.commitments": [(INES, "/commitments"), (TOMAS, "/commitments?by=me")],
    "outbound.commitment": [
        (TOMAS, "/commitments/{commitment}"),
        (TOMAS, "/commitments/{waiting}"),
        (INES, "/commitments/{otherwise}"),
        (JONAS, "/commitments/{waiting}"),
    ],
    "outbound.meetings": [(TOMAS, "/meetings"), (INES, "/meetings?whose=team"), (AMARA, "/meetings?whose=all")],
    "stages.way": [(TOMAS, "/accounts/{account}/stages")],
    "outbound.new_meeting": [(TOMAS, "/accounts/{account}/meetings/new")],
    "outbound.meeting": [(TOMAS, "/meetings/{meeting}"), (AMARA, "/meetings/{meeting to come}")],
    "outbound.judgements": [(TOMAS, "/accounts/{account}/judgements"), (WEN, "/accounts/{account}/judgements")],
    "outbound.new_snooze": [(TOMAS, "/accounts/{account}/snoozes/new")],
    "outbound.new_touches": [(TOMAS, "/today/touches/new?accounts={account id}")],
    "outbound.team": [(INES, "/team"), (AMARA, "/team")],
    "outbound.handing_over": [(INES, "/commitments/handing-over?by={person}")],
}
