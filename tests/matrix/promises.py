"""The expected answers of commitments, which Tomás promised and others answer, and of what is done from Today."""

from __future__ import annotations

from typing import Any

from tests.matrix.expectations import AE, CMO, CRO, EVERYONE, LOGGERS, MANAGER, Case, case

LEADS_MARCUS = frozenset({MANAGER, CRO})
ANSWERING = frozenset({AE, MANAGER, CRO})  # Tomás, and who leads him
SAYING = ANSWERING | {CMO}  # who answers for the account, and both seats
LEADERS = frozenset({CMO, CRO, MANAGER})
PROMISE: Any = {"commitment_id": "commitment"}

PROMISES: dict[str, list[Case]] = {
    "outbound.commitments": [
        case(EVERYONE),
        case(EVERYONE, sent={"by": "me"}),
        case(LEADS_MARCUS, sent={"by": "=person"}),
    ],
    "outbound.commitment": [case(EVERYONE, **PROMISE)],
    "outbound.accept": [case(LOGGERS, 404)],
    "outbound.propose_way": [case(ANSWERING, 422, **PROMISE)],
    "outbound.answer_proposal": [case(LEADS_MARCUS, 409, **PROMISE)],  # nothing is proposed
    "outbound.withdraw_way": [case(LOGGERS, 404, **PROMISE)],
    "outbound.wait": [case(ANSWERING, 409, **PROMISE)],  # it is not accepted
    "outbound.stop_waiting": [case(ANSWERING, 409, **PROMISE)],
    "outbound.handing_over": [case(LEADERS, 404), case(LEADERS, 409, sent={"by": "=person"})],  # who promised nothing
    "outbound.hand_over_many": [case(LEADERS, 409)],
    "outbound.team": [case(LEADERS)],
    "stages.way": [case(EVERYONE, slug="account")],
    "stages.leave_way": [case(SAYING, 422, slug="account")],
    "stages.take_back": [case(SAYING, 303, slug="other account", exit_id="exit")],
    "outbound.meetings": [case(EVERYONE), case(EVERYONE, sent={"whose": "team"})],
    "outbound.new_meeting": [case(LOGGERS, slug="account")],
    "outbound.book_meeting": [case(LOGGERS, 422, slug="account")],
    "outbound.meeting": [case(EVERYONE, meeting_id="meeting")],
    "outbound.change_meeting": [case(LOGGERS, 422, meeting_id="meeting")],
    "outbound.close_meeting": [case(LOGGERS, 422, meeting_id="meeting")],
    "outbound.judgements": [case(EVERYONE, slug="account")],
    "outbound.judge_account": [case(LOGGERS, 422, slug="account")],
    "outbound.new_snooze": [case(LOGGERS, slug="account")],
    "outbound.put_aside": [case(LOGGERS, 422, slug="account")],
    "outbound.end_snooze": [case(LOGGERS, 404, slug="account")],  # nobody put it aside
    "outbound.new_touches": [case(LOGGERS, 409), case(LOGGERS, sent={"accounts": "=account id"})],
    "outbound.log_touches": [case(LOGGERS, 409), case(LOGGERS, 422, sent={"accounts": "=account id"})],
}
