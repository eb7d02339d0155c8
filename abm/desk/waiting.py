"""What needs a person now, gathered from every domain: the heaviest first, among equals the oldest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from abm.outbound.queries import waiting_for as promises_waiting_for
from abm.people.models import Organisation, User
from abm.people.waiting import Waiting

ROWS = 7
SOURCES = (promises_waiting_for,)


@dataclass(frozen=True)
class NeedsMe:
    """The first rows, and how many more there are."""

    rows: Sequence[Waiting]
    more: int


def needs_me(session: Session, user: User, organisation: Organisation) -> NeedsMe:
    """Everything whose next step is this person's."""
    found = [row for source in SOURCES for row in source(session, user, organisation)]
    found.sort(key=lambda row: (-row.weight, row.since))
    return NeedsMe(found[:ROWS], max(0, len(found) - ROWS))
