"""What needs a person now, gathered from every domain: the heaviest first, among equals the oldest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from abm.campaigns.unrecorded import waiting_for as plays_waiting_for
from abm.campaigns.waiting import waiting_for as campaigns_waiting_for
from abm.definitions.waiting import waiting_for as definitions_waiting_for
from abm.outbound.answers_waiting import answers_waiting_for
from abm.outbound.queries import waiting_for as promises_waiting_for
from abm.people.models import Organisation, User
from abm.people.queries import waiting_for as people_waiting_for
from abm.people.waiting import Waiting
from abm.rhythm.waiting import waiting_for as reviews_waiting_for
from abm.targets.waiting import waiting_for as lists_waiting_for

ROWS = 7
SOURCES = (
    lists_waiting_for,
    campaigns_waiting_for,
    plays_waiting_for,
    definitions_waiting_for,
    people_waiting_for,
    reviews_waiting_for,
)


@dataclass(frozen=True)
class NeedsMe:
    """The first rows, and how many more there are."""

    rows: Sequence[Waiting]
    more: int


def needs_me(
    session: Session, user: User, organisation: Organisation, *, promises: Sequence[Waiting] | None = None
) -> NeedsMe:
    """Everything whose next step is this person's. `promises` are given where a page shows the others by itself."""
    found = [row for source in SOURCES for row in source(session, user, organisation)]
    found += answers_waiting_for(session, user)
    found += promises_waiting_for(session, user, organisation) if promises is None else promises
    found.sort(key=lambda row: (-row.weight, row.since))
    return NeedsMe(found[:ROWS], max(0, len(found) - ROWS))
