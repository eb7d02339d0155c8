"""A quarter week by week: what its frozen weeks say, the open week as it stands, and where a meaning changed.

Read from headlines alone, never from what the snapshots hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from abm.agreement.models import Standing, Version
from abm.definitions.catalogue import KINDS
from abm.definitions.models import Definition
from abm.kit.charts import Mark, Point
from abm.kit.clock import Quarter, Week
from abm.people.models import Organisation
from abm.people.seats import Side
from abm.progress.figures import headlines
from abm.progress.lately import standing_lately
from abm.progress.moments import Moment, moment_of
from abm.progress.reading import ShownWeek
from abm.progress.snapshots import Snapshot
from abm.progress.weekly import AccountWeek, select_rows
from abm.targets.models import TargetList

OPEN: Final = "open"
TEAM: Final = "team "
Headlines = Mapping[str, int]


@dataclass(frozen=True)
class Part:
    """The accounts that trends speak of: a tier or a team, or all of them."""

    tier: int | None = None
    team: str | None = None

    @classmethod
    def read(cls, name: str) -> Part:
        """The one that headlines call `tier 1` or `team North`."""
        kind, _, which = name.partition(" ")
        return cls(tier=int(which)) if kind == "tier" else cls(team=which) if kind == "team" else cls()

    def of(self, rows: Sequence[AccountWeek]) -> list[AccountWeek]:
        return select_rows(rows, tier=self.tier, team=self.team)


@dataclass(frozen=True)
class WeekLine:
    """A week of the quarter. `says` is None where it is not frozen; `note` says why it is no whole one, if so."""

    week: Week
    says: Headlines | None
    note: str = ""

    def figure(self, name: str) -> int | None:
        return self.says.get(name) if self.says is not None else None

    def share(self, part: str, whole: str) -> int | None:
        """One figure in whole percent of another; None where there is nothing to share."""
        of = self.figure(whole)
        return round(100 * (self.figure(part) or 0) / of) if of else None


@dataclass(frozen=True)
class Course:
    """How one figure went: a point for each week, in `unit` or, where it is money, in minor units."""

    key: str
    label: str
    points: Sequence[Point]
    unit: str = "accounts"
    money: bool = False


@dataclass(frozen=True)
class WeekByWeek:
    """The weeks of a quarter up to today, the marks on them, and the teams that they can be narrowed to."""

    weeks: Sequence[WeekLine]
    marks: Sequence[Mark]
    teams: Sequence[str]

    @property
    def courses(self) -> list[Course]:
        """Each figure over the weeks."""
        sides = [
            Course(
                f"kept-{side}",
                f"Commitments kept, {side.label}",
                self._shares(f"kept {side}", f"due {side}"),
                "% of what was due",
            )
            for side in Side
        ]
        return [
            Course("covered", "Touched by both sides", self._shares("covered both", "accounts"), "% of accounts"),
            Course("meetings", "Meetings held", self._figures("meetings held"), "meetings"),
            *sides,
            Course("pipeline", "Open pipeline", self._figures("open worth"), money=True),
            Course("past", "Past rhythm", self._figures("joint past")),
        ]

    def _figures(self, name: str) -> list[Point]:
        return [Point(line.week, line.figure(name), line.note) for line in self.weeks]

    def _shares(self, part: str, whole: str) -> list[Point]:
        return [Point(line.week, line.share(part, whole), line.note) for line in self.weeks]


def week_by_week(
    session: Session, organisation: Organisation, target_list: TargetList, at: datetime, *, group: str
) -> WeekByWeek:
    """The quarter's weeks up to now for a group that headlines have: `all`, `tier 1`, `team North`."""
    quarter = organisation.quarter(target_list.quarter)
    frozen = _frozen(session, target_list)
    open_week = _open_week(session, organisation, target_list, quarter)
    said = {week: headlines_of[group] for week, headlines_of in frozen.items() if group in headlines_of}
    teams = {name.removeprefix(TEAM) for one in frozen.values() for name in one if name.startswith(TEAM)}
    if open_week is not None:
        rows = Part.read(group).of(open_week.rows)
        said[open_week.moment.week] = headlines(open_week.figures(rows))
        teams |= {row.team for row in open_week.rows}
    now = open_week.moment.week if open_week is not None else None
    weeks = _lines(quarter, said, until=organisation.today(at), now=now)
    return WeekByWeek(weeks, _marks(session, organisation, target_list, at), sorted(teams - {""}))


def _frozen(session: Session, target_list: TargetList) -> dict[Week, Mapping[str, Headlines]]:
    """The headlines of every frozen week of the quarter, by group."""
    rows = session.execute(
        select(Snapshot.week, Snapshot.headlines).where(
            Snapshot.programme_id == target_list.programme_id, Snapshot.quarter == target_list.quarter
        )
    )
    return {Week.parse(row.week): row.headlines for row in rows}


def _open_week(
    session: Session, organisation: Organisation, target_list: TargetList, quarter: Quarter
) -> ShownWeek | None:
    """The week that is open, as it stands; None once the quarter is over."""
    moment: Moment | None = moment_of(organisation, organisation.current_week(), quarter)
    if moment is None or not moment.open:
        return None
    return standing_lately(session, organisation, moment, target_list.programme_id)


def _lines(quarter: Quarter, said: Mapping[Week, Headlines], *, until: date, now: Week | None) -> list[WeekLine]:
    """Every week of the quarter that has begun, whether it says anything or not."""
    begun = (week for week in quarter.weeks() if week.monday <= until)
    return [WeekLine(week, said.get(week), OPEN if week == now else _cut(quarter, week)) for week in begun]


def _cut(quarter: Quarter, week: Week) -> str:
    """How many days the quarter has of a week that its end cuts."""
    first, last = quarter.days_in(week) or (week.monday, week.sunday)
    days = (last - first).days + 1
    return "" if days == 7 else f"{days} day{'' if days == 1 else 's'}"


def _marks(session: Session, organisation: Organisation, target_list: TargetList, at: datetime) -> list[Mark]:
    """Where, after the quarter began, another version of the list or of a definition came into force."""
    quarter = organisation.quarter(target_list.quarter)
    rows = session.execute(
        select(Definition.slug, Version.number, Standing.starts)
        .join(Standing, Standing.version_id == Version.id)
        .outerjoin(Definition, Definition.document_id == Version.document_id)
        .select_from(Version)
        .where(
            or_(Version.document_id == target_list.document_id, Definition.id.is_not(None)),
            Standing.starts > organisation.start_of(quarter.first),
            Standing.starts < min(at, organisation.end_of(quarter.last)),
            Standing.ends.is_(None) | (Standing.ends > Standing.starts),
        )
        .order_by(Standing.starts, Version.id)
    )
    return [
        Mark(Week.of(organisation.today(row.starts)), f"{_title(row.slug)}, version {row.number}")
        for row in rows
        if row.slug is None or row.slug in KINDS
    ]


def _title(slug: str | None) -> str:
    return KINDS[slug].title if slug is not None else "Target list"
