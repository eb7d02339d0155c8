"""A week as pages show it: as a snapshot keeps it, or as the facts stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.kit.clock import Week
from abm.people.models import Organisation, User
from abm.progress.content import ListShown, StagesShown, aes_in, read_accounts
from abm.progress.figures import WeekFigures, figures_of, headlines
from abm.progress.flight import OnTheWay
from abm.progress.freshness import Freshness
from abm.progress.moments import Moment, moment_of
from abm.progress.queries import WeekOfList, week_of_list
from abm.progress.snapshots import Snapshot
from abm.progress.weekly import AccountWeek, together


@dataclass(frozen=True)
class Frozen:
    """What a page says of a snapshot."""

    at: datetime
    digest: str
    sealed_upto: int
    sources: Sequence[Freshness]
    on_the_way: OnTheWay


@dataclass(frozen=True)
class ShownWeek:
    """One week of one list: on which version it is measured, and a row per account. Worths are in `currency`."""

    moment: Moment
    list: ListShown
    rows: Sequence[AccountWeek]
    currency: str
    stages: StagesShown
    frozen: Frozen | None = None

    def figures(self, rows: Sequence[AccountWeek]) -> WeekFigures:
        """What some of its rows add up to."""
        return self._all_figures if len(rows) == len(self.rows) else self._added_up(rows)

    @cached_property
    def _all_figures(self) -> WeekFigures:
        return self._added_up(self.rows)

    def _added_up(self, rows: Sequence[AccountWeek]) -> WeekFigures:
        return figures_of(rows, together(row.promises for row in rows), self.stages.coverage)


def standing_week(session: Session, organisation: Organisation, moment: Moment, programme_id: int) -> ShownWeek | None:
    """A week by the facts as they stand now, read from scratch; None where no list was in force."""
    found = week_of_list(session, organisation, moment, programme_id)
    return None if found is None else standing_of(found, organisation)


def standing_of(found: WeekOfList, organisation: Organisation) -> ShownWeek:
    """What was found of a week, as pages show it."""
    return ShownWeek(found.moment, found.list, found.rows, organisation.currency, StagesShown.of(found.stages))


@dataclass(frozen=True)
class Read:
    """What a snapshot says, with the names that its AEs had when it was read: its bytes never change."""

    shown: ShownWeek
    names: Mapping[str, str]


MOST_READ: Final = 4  # snapshots in memory: of 10,000 accounts each takes some 8 MB
READ: Final[dict[str, Read]] = {}  # by digest


def read_snapshot(session: Session, snapshot: Snapshot) -> ShownWeek:
    """The week that a snapshot keeps, with the names that its AEs have today; from memory where it was read before."""
    known = READ.get(snapshot.digest)
    if known is None or _names(session, set(known.names)) != known.names:
        known = _read(session, snapshot)
        if len(READ) >= MOST_READ:
            READ.clear()
        READ[snapshot.digest] = known
    return known.shown


def _read(session: Session, snapshot: Snapshot) -> Read:
    content, organisation = snapshot.read(), session.get_one(Organisation, 1)
    moment = moment_of(organisation, Week.parse(snapshot.week), organisation.quarter(snapshot.quarter))
    if moment is None:
        raise ValueError(f"{snapshot.quarter} has no day of {snapshot.week}.")
    names = _names(session, aes_in(content))
    shown = ShownWeek(
        moment=moment,
        list=ListShown.read(content["list"], organisation.fiscal_start_month),
        rows=read_accounts(content, names),
        currency=content["currency"],
        stages=StagesShown.read(content["stages"]),
        frozen=Frozen(
            at=snapshot.frozen_at,
            digest=snapshot.digest,
            sealed_upto=snapshot.sealed_upto,
            sources=_sources(content),
            on_the_way=OnTheWay.read(content),
        ),
    )
    return Read(shown, names)


def _names(session: Session, public_ids: set[str]) -> dict[str, str]:
    rows = session.execute(select(User.public_id, User.name).where(User.public_id.in_(public_ids)))
    return {row.public_id: row.name for row in rows}


def _sources(content: Mapping[str, Any]) -> list[Freshness]:
    return [
        Freshness(one["kind"], datetime.fromisoformat(one["through"]), overdue=one["overdue"])
        for one in content["sources"]
    ]


def corrected(frozen: WeekFigures, standing: WeekFigures) -> dict[str, int]:
    """The headlines that stand otherwise today, with what arrived after the freeze."""
    before, now = headlines(frozen), headlines(standing)
    return {name: now.get(name, 0) for name in {**before, **now} if now.get(name) != before.get(name)}
