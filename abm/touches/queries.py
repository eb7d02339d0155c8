"""What happened on accounts, and when somebody last reached out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from abm.people.models import User
from abm.touches.kinds import Direction, TouchSide
from abm.touches.models import Touch, TouchRevision

TIMELINE = 60


def timeline(
    session: Session, account_id: int, *, before: tuple[datetime, int] | None = None, limit: int = TIMELINE
) -> list[Touch]:
    """The touches of an account, newest first, with the voided; `before` is the (at, id) of the last one seen."""
    statement = (
        select(Touch)
        .where(Touch.account_id == account_id)
        .options(
            joinedload(Touch.contact),
            joinedload(Touch.logged_by).lazyload(User.grants),
            joinedload(Touch.voided_by).lazyload(User.grants),
        )
        .order_by(Touch.at.desc(), Touch.id.desc())
        .limit(limit)
    )
    if before is not None:
        at, touch_id = before
        statement = statement.where((Touch.at < at) | ((Touch.at == at) & (Touch.id < touch_id)))
    return list(session.scalars(statement))


def touch_by_public_id(session: Session, account_id: int, public_id: str) -> Touch | None:
    """One touch of an account."""
    return session.scalar(select(Touch).where(Touch.account_id == account_id, Touch.public_id == public_id))


def revisions(session: Session, touch_id: int) -> list[TouchRevision]:
    """What a touch said before each correction, the first correction first."""
    statement = select(TouchRevision).where(TouchRevision.touch_id == touch_id).order_by(TouchRevision.id)
    return list(session.scalars(statement.options(joinedload(TouchRevision.corrected_by).lazyload(User.grants))))


def last_outbound(session: Session, account_ids: Sequence[int], side: TouchSide) -> dict[int, date]:
    """The latest day on which that side reached out to each account; accounts without one are missing."""
    rows = session.execute(
        select(Touch.account_id, func.max(Touch.day).label("day"))
        .where(
            Touch.account_id.in_(account_ids),
            Touch.side == side,
            Touch.direction == Direction.OUTBOUND,
            Touch.voided_at.is_(None),
        )
        .group_by(Touch.account_id)
    )
    return {row.account_id: row.day for row in rows}
