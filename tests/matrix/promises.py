"""The expected answers of commitments: what Tomás promised, and what is answered to it."""

from __future__ import annotations

from typing import Any

from tests.matrix.expectations import AE, CMO, CRO, EVERYONE, LOGGERS, MANAGER, Case, case

LEADS_MARCUS = frozenset({MANAGER, CRO})
ANSWERING = frozenset({AE, MANAGER, CRO})  # Tomás, and who leads him
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
}
