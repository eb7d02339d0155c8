"""A week as pages show it: the frozen one where there is one, else the facts as they stand; and what came after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.people.models import Organisation, User
from abm.people.seats import Side
from abm.progress.content import ListShown, StagesShown, aes_in, read_accounts
from abm.progress.figures import WeekFigures, figures_of, headlines
from abm.progress.flight import OnTheWay
from abm.progress.freshness import Freshness
from abm.progress.moments import Moment
from abm.progress.promises import promises_of
from abm.progress.queries import WeekOfList, week_of_list
from abm.progress.snapshots import Snapshot, snapshot_of
from abm.progress.weekly import AccountWeek, Promise, together


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
    account_ids: Select[int] | None = None  # of all rows, where the facts are asked as they stand
    known: WeekFigures | None = None  # of all rows, where they were added up before

    def figures(self, session: Session, rows: Sequence[AccountWeek]) -> WeekFigures:
        """What some of its rows add up to."""
        if self.known is not None and len(rows) == len(self.rows):
            return self.known
        return figures_of(rows, self._promises(session, rows), self.stages.coverage)

    def _promises(self, session: Session, rows: Sequence[AccountWeek]) -> dict[Side, Promise]:
        if self.account_ids is None:
            return together(row.promises for row in rows)
        if len(rows) == len(self.rows):  # no statement names thousands
            return promises_of(session, self.account_ids, moment=self.moment)
        chosen = select(Account.id).where(Account.public_id.in_([row.public_id for row in rows]))
        return promises_of(session, chosen, moment=self.moment)


def shown_week(session: Session, organisation: Organisation, moment: Moment, programme_id: int) -> ShownWeek | None:
    """A week as both sides saw it, or as it stands while it is not frozen; None where no list was in force."""
    snapshot = None if moment.open else snapshot_of(session, moment, programme_id)
    if snapshot is None:
        return standing_week(session, organisation, moment, programme_id)
    return read_snapshot(session, organisation, moment, snapshot)


def standing_week(session: Session, organisation: Organisation, moment: Moment, programme_id: int) -> ShownWeek | None:
    """A week by the facts as they stand now; None where no list was in force."""
    found = week_of_list(session, organisation, moment, programme_id)
    return None if found is None else _standing(found, organisation)


def _standing(found: WeekOfList, organisation: Organisation) -> ShownWeek:
    return ShownWeek(
        found.moment,
        found.list,
        found.rows,
        organisation.currency,
        StagesShown.of(found.stages),
        account_ids=found.account_ids,
    )


@dataclass(frozen=True)
class Kept:
    """What a snapshot says, with the names that its AEs had when it was read: its bytes never change."""

    about: Mapping[str, Any]  # everything but its accounts
    names: Mapping[str, str]
    rows: Sequence[AccountWeek]
    figures: WeekFigures


MOST_KEPT: Final = 4  # snapshots in memory: of 10,000 accounts each takes some 12 MB
KEPT: Final[dict[str, Kept]] = {}  # by digest


def read_snapshot(session: Session, organisation: Organisation, moment: Moment, snapshot: Snapshot) -> ShownWeek:
    """The week that a snapshot keeps, with the names that its AEs have today."""
    kept = kept_of(session, snapshot)
    return ShownWeek(
        moment=moment,
        list=ListShown.read(kept.about["list"], organisation.fiscal_start_month),
        rows=kept.rows,
        currency=kept.about["currency"],
        stages=StagesShown.read(kept.about["stages"]),
        frozen=Frozen(
            at=snapshot.frozen_at,
            digest=snapshot.digest,
            sealed_upto=snapshot.sealed_upto,
            sources=_sources(kept.about),
            on_the_way=OnTheWay.read(kept.about),
        ),
        known=kept.figures,
    )


def kept_of(session: Session, snapshot: Snapshot) -> Kept:
    """What a snapshot says, from memory where it was read before."""
    kept = KEPT.get(snapshot.digest)
    if kept is None or _names(session, set(kept.names)) != kept.names:
        kept = _read(session, snapshot)
        if len(KEPT) >= MOST_KEPT:
            KEPT.clear()
        KEPT[snapshot.digest] = kept
    return kept


def _read(session: Session, snapshot: Snapshot) -> Kept:
    content = snapshot.read()
    names = _names(session, aes_in(content))
    rows = read_accounts(content, names)
    about = {name: value for name, value in content.items() if name != "accounts"}
    return Kept(
        about,
        names,
        rows,
        figures_of(rows, together(row.promises for row in rows), StagesShown.read(content["stages"]).coverage),
    )


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
