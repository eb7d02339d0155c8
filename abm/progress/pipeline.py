"""The deals behind a week: what is open, what came in, and by which source. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from abm.accounts.deals import Source


class DealState(enum.StrEnum):
    """Where a deal stood at the end of a week's last day."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True)
class Deal:
    """A deal as it stood in a week. `worth` is in minor units of the reporting currency, None where no rate reaches it.

    Won and lost are those alone that closed in the week.
    """

    public_id: str
    name: str
    source: Source
    step: str  # the stage of the selling process, in the CRM's words
    state: DealState
    worth: int | None
    created_on: date
    new: bool  # created in the week


@dataclass(frozen=True)
class Pipeline:
    """Some deals, added up: how many, their worth in minor units, and how many of them have no known worth."""

    deals: int = 0
    worth: int = 0
    unknown: int = 0


def added_up(deals: Iterable[Deal]) -> Pipeline:
    """All of these deals together."""
    worths = [deal.worth for deal in deals]
    return Pipeline(len(worths), sum(worth or 0 for worth in worths), worths.count(None))


@dataclass(frozen=True)
class SourceLine:
    """What one source brought: open now, new in the week, won and lost in the week."""

    source: Source
    open: Pipeline
    new: Pipeline
    won: Pipeline
    lost: Pipeline


def by_source(deals: Iterable[Deal]) -> list[SourceLine]:
    """A line per source that has a deal, in the order in which sources are listed."""
    listed = list(deals)
    found = []
    for source in Source:
        own = [deal for deal in listed if deal.source is source]
        if own:
            parts = (added_up(deal for deal in own if deal.state is state) for state in DealState)
            still_open, won, lost = parts
            new = added_up(deal for deal in own if deal.new)
            found.append(SourceLine(source, still_open, new, won, lost))
    return found
