"""Where accounts stand on a day, since when and why, out of the changes that are kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from abm.stages.models import Stage, StageChange
from abm.stages.queries import AccountIds

SETTLED = (Stage.CUSTOMER, Stage.DISQUALIFIED)  # whence nobody is expected to move


class Standing(NamedTuple):
    """A stage, the day since which an account is in it, and what put it there."""

    stage: Stage
    since: date
    cause: str

    def days(self, day: date) -> int:
        """How long it is there by a day: 0 on the first."""
        return (day - self.since).days


def standing_on(session: Session, accounts: AccountIds, day: date) -> dict[int, Standing]:
    """Where each account stands at the end of `day`; who never left `target` is missing. One query."""
    rows = session.execute(
        select(StageChange.account_id, StageChange.stage, StageChange.day, StageChange.cause).where(
            StageChange.account_id.in_(accounts), latest_by(day)
        )
    )
    return {row.account_id: Standing(row.stage, row.day, row.cause) for row in rows}


def latest_by(day: date) -> ColumnElement[bool]:
    """That a change is the last of its account up to a day."""
    other = aliased(StageChange)
    last = select(func.max(other.day)).where(other.account_id == StageChange.account_id, other.day <= day)
    return StageChange.day == last.correlate(StageChange).scalar_subquery()


def stalled_for(stage: Stage, since: Iterable[date | None], *, day: date, after: int) -> int | None:
    """For how many days an account of the list has not moved, where that is `after` days or more; else None.

    `since` are the day of its last change and the first day on the list: the later counts. A customer
    never stalls, nor one that is disqualified.
    """
    begun = max((one for one in since if one is not None), default=day)
    days = (day - begun).days
    return days if days >= after and stage not in SETTLED else None
