"""One row of "needs me now": what waits on a person, since when, and the way to it. Each domain lists its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Waiting:
    """Something whose next step is this person's. `verb` and `object` read as a sentence: *Sign* the list."""

    verb: str
    object: str
    why: str
    since: datetime
    href: str
    button: str
    weight: int = 0  # larger first; among equals the oldest first
