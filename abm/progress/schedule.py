"""When a week is frozen: at the end of the Monday after it, or of the Wednesday where a source is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.kit.clock import Quarter, Week
from abm.people.models import Organisation
from abm.people.programmes import Programme
from abm.progress.freshness import freshness_of, overdue
from abm.progress.moments import Moment, moment_of
from abm.progress.snapshots import Snapshot
from abm.targets.in_force import place_at
from abm.targets.models import Membership, TargetList

WAITED_FOR = timedelta(days=2)


@dataclass(frozen=True)
class Share:
    """A quarter's share of a week, and the instant at which it freezes on its own."""

    quarter: Quarter
    week: Week
    last: date
    freezes_at: datetime


def monday_after(day: date) -> date:
    """The first Monday after a day."""
    return day + timedelta(days=7 - day.weekday())


def freezes_at(organisation: Organisation, last: date, *, waits: bool = False) -> datetime:
    """The end of the Monday after a share's last day, of the Wednesday after that where a source is waited for."""
    return organisation.end_of(monday_after(last) + (WAITED_FOR if waits else timedelta()))


def due_to_freeze(session: Session, organisation: Organisation, at: datetime) -> list[tuple[Programme, Moment]]:
    """Weeks of this quarter and the one before whose time has come and that nobody froze, the oldest first."""
    shares = [share for share in _shares(organisation, at) if share.freezes_at <= at]
    if not shares:
        return []
    begun = _first_lists(session)
    weeks = {str(share.week) for share in shares}
    key = Snapshot.programme_id, Snapshot.quarter, Snapshot.week
    frozen = {tuple(row) for row in session.execute(select(*key).where(Snapshot.week.in_(weeks)))}
    found = []
    for programme, since in begun:
        for share in shares:
            known = (programme.id, str(share.quarter), str(share.week)) in frozen
            if known or organisation.end_of(share.last) <= since or _waits(session, organisation, share, at):
                continue
            moment = moment_of(organisation, share.week, share.quarter)
            if moment is not None and place_at(session, organisation, moment.at, programme.id) is not None:
                found.append((programme, moment))
    return found


def _shares(organisation: Organisation, at: datetime) -> Iterator[Share]:
    """Every share of a week from the beginning of the quarter before on that is over."""
    today = organisation.today(at)
    current = organisation.quarter_of(today)
    for quarter in (current.plus(-1), current):
        for week in quarter.weeks():
            days = quarter.days_in(week)
            if days is not None and days[1] < today:
                yield Share(quarter, week, days[1], freezes_at(organisation, days[1]))


def _first_lists(session: Session) -> list[tuple[Programme, datetime]]:
    """Each programme that ever had a list in force, and since when."""
    rows = session.execute(
        select(TargetList.programme_id, func.min(Membership.starts))
        .join(Membership, Membership.list_id == TargetList.id)
        .group_by(TargetList.programme_id)
        .order_by(TargetList.programme_id)
    ).all()
    return [(programme, since) for key, since in rows if (programme := session.get(Programme, key)) is not None]


def _waits(session: Session, organisation: Organisation, share: Share, at: datetime) -> bool:
    """Whether a source is still waited for."""
    if at >= freezes_at(organisation, share.last, waits=True):
        return False
    return bool(overdue(freshness_of(session, organisation, share.last)))
