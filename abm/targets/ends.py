"""The two ends of a difference: a quarter as it held last, any version of any quarter, or a draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from abm.agreement.models import State
from abm.kit.text import shortened

DRAFT: Final = "draft"
LARGEST: Final = 1_000_000  # versions of one list

_WRITTEN = re.compile(r"((?:19|2\d)\d{2}-q[1-4])(?::(draft|[1-9]\d{0,6}))?", re.ASCII)


@dataclass(frozen=True)
class End:
    """One side of a difference. Without a number: what held last in the quarter, or its draft."""

    quarter: str
    number: int | None = None
    draft: bool = False

    def __str__(self) -> str:
        """As an address has it: `2026-q3`, `2026-q3:2`, `2026-q3:draft`."""
        within = DRAFT if self.draft else self.number
        return self.quarter if within is None else f"{self.quarter}:{within}"

    @property
    def words(self) -> str:
        """As a sentence names it."""
        if self.draft:
            return f"the draft of {self.quarter}"
        return f"{self.quarter}, version {self.number}" if self.number else f"{self.quarter} as it held last"


def read_end(written: str, *, here: str) -> End:
    """Read an end; `draft` alone is that of the quarter `here`. Raises ValueError with a sentence."""
    if written == DRAFT:
        return End(here, draft=True)
    found = _WRITTEN.fullmatch(written)
    if found is None or (found[2] not in {None, DRAFT} and int(found[2]) > LARGEST):
        how = "Write a quarter like 2026-q3, one of its versions like 2026-q3:2, or draft"
        raise ValueError(f"{how}; “{shortened(written, 30)}” is none of these.")
    within = found[2]
    return End(found[1], number=int(within) if within and within != DRAFT else None, draft=within == DRAFT)


@dataclass(frozen=True)
class Choosable:
    """A version that an end can be, without its bytes."""

    quarter: str
    number: int
    state: State


def choices_of(versions: Sequence[Choosable], drafts: Sequence[str], *, here: str) -> list[tuple[str, str]]:
    """The options of a chooser, newest quarter first: its draft, what held last, each version."""
    found: list[tuple[str, str]] = []
    for quarter in sorted({one.quarter for one in versions} | set(drafts), reverse=True):
        own = sorted((one for one in versions if one.quarter == quarter), key=lambda one: -one.number)
        if quarter in drafts:
            found.append((DRAFT if quarter == here else str(End(quarter, draft=True)), f"{quarter}: the draft"))
        if any(one.state is State.SIGNED for one in own):
            found.append((quarter, f"{quarter}: as it held last"))
        found += [(str(End(quarter, one.number)), f"{quarter}: version {one.number}, {one.state}") for one in own]
    return found


def usual_ends(choices: Sequence[tuple[str, str]], *, here: str, before: str) -> tuple[str, str]:
    """What to compare unless asked otherwise: what holds, or held the quarter before, with the draft."""
    offered = [value for value, _ in choices]
    return next((value for value in (here, before) if value in offered), offered[-1] if offered else DRAFT), DRAFT
