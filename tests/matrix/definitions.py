"""The expected answers of what both sides define: read by all, drafted by those who may, signed by the seats."""

from __future__ import annotations

from typing import Any

from tests.matrix.expectations import CMO, CRO, EVERYONE, MANAGER, MARKETER, REVOPS, Case, case

DEFINING = frozenset({CMO, CRO, MARKETER, MANAGER, REVOPS})  # who drafts and proposes
SIGNERS = frozenset({CMO, CRO, MANAGER})  # both seats, and Ines as deputy
DEFINED: Any = {"slug": "definition", "number": "definition version"}

DEFINITIONS: dict[str, list[Case]] = {
    "definitions.index": [case(EVERYONE)],
    "definitions.show": [case(EVERYONE, slug="definition")],
    "definitions.edit": [case(DEFINING, slug="definition")],
    "definitions.save": [case(DEFINING, 422, slug="definition")],
    "definitions.propose": [case(DEFINING, 422, slug="definition")],
    "definitions.version": [case(EVERYONE, **DEFINED)],
    "definitions.sign": [case(SIGNERS, 422, **DEFINED)],
    "definitions.withdraw_signature": [case(EVERYONE, 409, **DEFINED)],
    "definitions.withdraw": [case(DEFINING, 403, but={MANAGER: 303}, **DEFINED)],
    "definitions.record": [case(EVERYONE, **DEFINED)],
}
