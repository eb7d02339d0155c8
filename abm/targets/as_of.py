"""Who was on a list on any day: read from the memberships that its signed versions wrote, in four queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, lazyload

from abm.accounts.models import Account
from abm.agreement.models import Version
from abm.agreement.queries import VersionLine, Versions
from abm.kit.clock import Quarter
from abm.people.models import Organisation, User
from abm.targets.kinds import Motion
from abm.targets.models import Membership, TargetList
from abm.targets.pages import versions_of

ROWS: Final = 150
SHORTEST: Final = timedelta(microseconds=1)  # what an instant is kept to
SORTS: Final = ("tier", "-tier", "name", "-name")


@dataclass(frozen=True)
class Member:
    """An account that was on the list: as signed, with the day since when, and the version that brought it so."""

    account: str
    slug: str
    name: str
    tier: int
    motion: Motion
    with_children: bool
    ae: str | None
    ae_name: str | None
    since: datetime
    version_id: int


@dataclass(frozen=True)
class TierFigure:
    """How many accounts a tier had, and how many AEs were planned for them."""

    tier: int
    accounts: int
    aes: int


@dataclass(frozen=True)
class Origin:
    """A version by number, and the list that it is of: a list that carries over rests on that of another quarter."""

    number: int
    target_list: TargetList


@dataclass(frozen=True)
class AsOf:
    """A list as it held on a day: `at` is the instant that stands for the day."""

    day: date
    at: datetime
    quarter: Quarter
    figures: Sequence[TierFigure]
    rows: Sequence[Member]
    page: int
    origins: Mapping[int, Origin]
    versions: Versions
    began: Sequence[VersionLine]  # versions that came into force in the course of this day
    ahead: bool  # whether the day is still to come: it is shown as signed so far

    @property
    def accounts(self) -> int:
        return sum(one.accounts for one in self.figures)

    @property
    def in_force(self) -> VersionLine | None:
        return self.versions.in_force

    @property
    def has_next(self) -> bool:
        return self.page * ROWS < self.accounts

    def came_with(self, member: Member) -> str:
        """The version that brought an account so, with its quarter where that is another one."""
        origin = self.origins[member.version_id]
        of_another = origin.target_list.quarter != str(self.quarter)
        return f"{origin.target_list.quarter}, version {origin.number}" if of_another else f"version {origin.number}"

    @property
    def summary(self) -> str | None:
        """Which of the rows are shown, where not all of them are."""
        first = (self.page - 1) * ROWS
        shown = f"{first + 1:,} to {first + len(self.rows):,} of {self.accounts:,}"
        return shown if self.accounts > len(self.rows) else None

    @property
    def why_nothing(self) -> str:
        """Why nobody was on the list, in a sentence."""
        spans = [(line.starts, line.ends) for line in self.versions.lines if line.starts and line.starts != line.ends]
        begins = min((starts for starts, _ in spans), default=None)
        if begins is None:
            return "No version of this list is signed by both seats."
        if self.at < begins:
            return "The first version that both seats signed begins later."
        return "The last version of this list ends earlier."


def instant_of(day: date, organisation: Organisation, now: datetime) -> datetime:
    """The instant that stands for a day: its last one, so that what changed in its course is in; today is now."""
    if day == organisation.today(now):
        return now
    return organisation.end_of(day) - SHORTEST


def usual_day(quarter: Quarter, today: date) -> date:
    """Today, or the nearest day that the quarter has."""
    return min(max(today, quarter.first), quarter.last)


def list_as_of(
    session: Session,
    target_list: TargetList,
    day: date,
    *,
    organisation: Organisation,
    now: datetime,
    sort: str = "tier",
    page: int | None = 1,
) -> AsOf:
    """A page of a list as it held on a day of the organisation, the last one at most; every row where it is None."""
    at = instant_of(day, organisation, now)
    versions = versions_of(session, target_list, at)
    figures = _figures(session, target_list.id, at)
    if page is not None:
        page = max(1, min(page, -(-sum(one.accounts for one in figures) // ROWS)))
    rows = _rows(session, _sorted(_members(target_list.id, at), sort), page)
    first = organisation.start_of(day)
    return AsOf(
        day=day,
        at=at,
        quarter=organisation.quarter(target_list.quarter),
        figures=figures,
        rows=rows,
        page=page or 1,
        origins=origins_of(session, {row.version_id for row in rows}),
        versions=versions,
        ahead=day > organisation.today(now),
        began=[line for line in versions.lines if line.starts and first <= line.starts <= at and _held(line)],
    )


def origins_of(session: Session, version_ids: set[int]) -> dict[int, Origin]:
    """By id of a version: its number and its list. One query."""
    found = session.execute(
        select(Version.id, Version.number, TargetList)
        .join(TargetList, TargetList.document_id == Version.document_id)
        .where(Version.id.in_(version_ids))
        .options(lazyload(TargetList.policies))
    )
    return {row.id: Origin(row.number, row.TargetList) for row in found}


def _held(line: VersionLine) -> bool:
    return line.ends is None or line.starts is None or line.ends > line.starts


def _holding(list_id: int, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Membership.list_id == list_id,
        Membership.starts <= at,
        Membership.ends.is_(None) | (Membership.ends > at),
    )


def _members(list_id: int, at: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Account.public_id,
            Account.slug,
            Account.name,
            Membership.tier,
            Membership.motion,
            Membership.with_children,
            User.public_id.label("ae"),
            User.name.label("ae_name"),
            Membership.starts,
            Membership.version_id,
        )
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(User, User.id == Membership.ae_id)
        .where(*_holding(list_id, at))
    )


def _sorted(query: Select[*tuple[Any, ...]], sort: str) -> Select[*tuple[Any, ...]]:
    """By tier or by name, either way round; names decide among equal tiers."""
    down = sort.startswith("-")
    keys = [Account.normal_name, Account.id]
    first = [Membership.tier, *keys] if sort.removeprefix("-") == "tier" else keys
    return query.order_by(first[0].desc() if down else first[0].asc(), *first[1:])


def _rows(session: Session, query: Select[*tuple[Any, ...]], page: int | None) -> list[Member]:
    if page is not None:
        query = query.limit(ROWS).offset((page - 1) * ROWS)
    return [Member(*row) for row in session.execute(query)]


def _figures(session: Session, list_id: int, at: datetime) -> list[TierFigure]:
    counted = session.execute(
        select(Membership.tier, func.count(), func.count(Membership.ae_id.distinct()))
        .where(*_holding(list_id, at))
        .group_by(Membership.tier)
        .order_by(Membership.tier)
    )
    return [TierFigure(*row) for row in counted]
