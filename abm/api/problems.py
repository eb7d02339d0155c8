"""What a program is told when something does not go: RFC 9457, with the field, the cause and the mend of each fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, json
from werkzeug.exceptions import HTTPException, default_exceptions

from abm.kit.db import is_away, session
from abm.kit.errors import MESSAGES, TITLES, log
from abm.kit.rules import RuleBroken

MEND = "Correct it and send the request again."


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `field`: where in the request, such as `responses/2/account`."""

    field: str
    cause: str
    mend: str = MEND

    @classmethod
    def of(cls, field: str, sentence: str) -> Fault:
        """From a sentence of ours, which says the cause, then the mend behind a colon or a full stop."""
        for mark in (": ", ". "):
            cause, found, mend = sentence.partition(mark)
            if found:
                return cls(field, cause.rstrip(".") + ".", mend[0].upper() + mend[1:])
        return cls(field, sentence)


class Refused(Exception):
    """A request that cannot be carried out as it is."""

    def __init__(self, faults: Sequence[Fault], status: int = 422) -> None:
        super().__init__("; ".join(fault.cause for fault in faults))
        self.faults, self.status = faults, status


def problem(
    status: int, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer as problem+json."""
    title = "Sign in with a token" if status == 401 else TITLES.get(status, "That did not work")
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if faults:
        body["errors"] = [vars(fault) for fault in faults]
    return Response(json.dumps(body), status, content_type="application/problem+json", headers=headers)


def refused(error: Refused) -> Response:
    session.rollback()
    return problem(error.status, "Nothing is recorded.", error.faults)


def rule_broken(error: RuleBroken) -> Response:
    session.rollback()
    return problem(409, error.message, [Fault.of(error.field or "", error.message)])


def http_error(error: HTTPException) -> Response:
    """Shape faults come from webargs with their messages by field; all else has its own sentence."""
    session.rollback()
    status = error.code or 500
    messages = (getattr(error, "data", None) or {}).get("messages")
    if messages:
        return problem(status, "The request is not as the description says.", list(_faults("", messages)))
    written = error.description if error.description != default_exceptions[status].description else None
    headers = dict(error.get_headers())
    kept = {name: value for name, value in headers.items() if name in {"Allow", "Retry-After", "WWW-Authenticate"}}
    return problem(status, written or MESSAGES.get(status, error.name), headers=kept)


def fault(error: Exception) -> Response:
    session.rollback()
    status = 503 if is_away(error) else 500
    log.error("API", exc_info=error)
    sentence = "Nothing is recorded. Send it again, with the same Idempotency-Key."
    return problem(status, sentence, headers={"Retry-After": "5"} if status == 503 else None)


def _faults(place: str, messages: object) -> Iterator[Fault]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            whole = not place and name in {"json", "query", "headers"}
            yield from _faults("" if whole else f"{place}/{name}".strip("/").removesuffix("/_schema"), inner)
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _faults(place, inner)
    else:
        yield Fault.of(place, str(messages))
