"""How an expected answer is written down: who may, what they get, and which thing is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ANONYMOUS = "anonymous"
CMO, CRO, MARKETER, MANAGER, AE, SDR, REVOPS, VIEWER = (
    "cmo",
    "cro",
    "marketer",
    "sales_manager",
    "ae",
    "sdr",
    "revops",
    "viewer",
)
ROLES = (CMO, CRO, MARKETER, MANAGER, AE, SDR, REVOPS, VIEWER)

EVERYONE = frozenset(ROLES)  # who is signed in
ANYBODY = EVERYONE | {ANONYMOUS}
NOBODY: frozenset[str] = frozenset()
EDITORS = EVERYONE - {VIEWER}
LOGGERS = EVERYONE - {VIEWER, REVOPS}
ADMINISTRATORS = frozenset({CMO, CRO, REVOPS})
ASSIGNERS = frozenset({CRO, MANAGER, REVOPS})
LISTING = frozenset({CMO, CRO, MARKETER, MANAGER, REVOPS})  # who drafts and proposes the list

TO_SIGN_IN = 303


@dataclass(frozen=True)
class Case:
    """One thing asked for by everybody in turn: whoever may gets `answer`, all others `refused`."""

    may: frozenset[str]
    answer: int
    refused: int
    on: Mapping[str, str]  # what stands in the address: its part and the thing of the world
    but: Mapping[str, int]  # whose answer is another one
    sent: Mapping[str, str]  # what the form says

    def expected(self, role: str) -> int:
        """The status that this role gets."""
        otherwise = TO_SIGN_IN if role == ANONYMOUS else self.refused
        return self.but.get(role, self.answer if role in self.may else otherwise)


def case(
    may: frozenset[str],
    answer: int = 200,
    *,
    refused: int = 403,
    but: Mapping[str, int] | None = None,
    sent: Mapping[str, str] | None = None,
    **on: str,
) -> Case:
    """Write a case down; what is left out is the usual."""
    return Case(may=may, answer=answer, refused=refused, on=on, but=but or {}, sent=sent or {})
