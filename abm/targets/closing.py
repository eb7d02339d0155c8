"""Lists whose quarter is over become history: found by the worker, closed once, however many workers look."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from abm.kit.base import session_of
from abm.people.models import Organisation
from abm.targets.letters import Step, tell_expired
from abm.targets.models import TargetList


def lists_to_close(session: Session, at: datetime) -> list[TargetList]:
    """The lists of quarters that are over and that were not closed yet. Reads only, one query."""
    organisation = session.scalar(select(Organisation))
    if organisation is None:
        return []
    current = str(organisation.quarter_of(organisation.today(at)))
    unclosed = select(TargetList).where(TargetList.closed_at.is_(None), TargetList.quarter < current)
    return list(session.scalars(unclosed.options(lazyload(TargetList.policies)).order_by(TargetList.id)))


def close_for_good(target_list: TargetList, at: datetime) -> None:
    """Close a list, and first the proposal that still waits, telling those whom that concerns. The caller commits."""
    expired = target_list.expire(at=at)
    if expired is not None:
        tell_expired(Step(target_list, expired, by=None, at=at))
        session_of(target_list).flush()
    target_list.close(at=at)
