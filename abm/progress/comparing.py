"""A week beside the weeks before it: last week's figure, and the range of four. Read from headlines alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.kit.charts import Point
from abm.kit.clock import Quarter, Week
from abm.people.models import Organisation
from abm.progress.moments import Moment
from abm.progress.snapshots import ALL, Snapshot

WEEKS: Final = 4
Headlines = Mapping[str, int]


@dataclass(frozen=True)
class Before:
    """A figure in the weeks before: last week's where that is frozen, and lowest and highest of up to four."""

    last: int | None
    low: int
    high: int
    weeks: int
    points: Sequence[Point] = ()  # the same weeks, the earliest first


def before(
    session: Session, organisation: Organisation, moment: Moment, programme_id: int, *, group: str
) -> dict[str, Before]:
    """By headline, how the frozen ones of the four weeks before were. A week that a quarter's end cuts is left out.

    `group` is what the week is narrowed to: `all`, or a kind with a name, as `group_of` puts them together.
    """
    weeks = [moment.week.plus(-back) for back in range(1, WEEKS + 1)]
    rows = session.execute(
        select(Snapshot.week, Snapshot.quarter, Snapshot.headlines).where(
            Snapshot.programme_id == programme_id, Snapshot.week.in_([str(week) for week in weeks])
        )
    )
    known = {
        week: headlines[group]
        for week, quarter, headlines in rows
        if group in headlines and is_whole(organisation.quarter(quarter), Week.parse(week))
    }
    found = [known[str(week)] for week in weeks if str(week) in known]
    names = dict.fromkeys(name for one in found for name in one)
    return {name: _range(name, weeks, known) for name in names}


def group_of(**kinds: object) -> str | None:
    """The group that a choice of filters stands for, such as `tier 1`, `team North`, `ae` with a public id.

    None where several meet, which no headline repeats.
    """
    named = [f"{kind} {name}" for kind, name in kinds.items() if name]
    return None if len(named) > 1 else next(iter(named), ALL)


def is_whole(quarter: Quarter, week: Week) -> bool:
    """Whether a quarter has all seven days of a week."""
    return quarter.days_in(week) == (week.monday, week.sunday)


def _range(name: str, weeks: Sequence[Week], known: Mapping[str, Headlines]) -> Before:
    """Of the weeks that say it: in a stage that nobody stood in there are no days."""
    values = {week: known[str(week)][name] for week in weeks if name in known.get(str(week), ())}
    points = [Point(week, value) for week, value in sorted(values.items())]
    return Before(values.get(weeks[0]), min(values.values()), max(values.values()), len(values), points)
