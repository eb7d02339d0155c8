"""What happened on accounts, and what was said of it before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from abm.people.models import User
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


def touch_by_key(session: Session, by: User, client_key: str) -> Touch | None:
    """What a person logged with a form, by its key."""
    return session.scalar(select(Touch).where(Touch.logged_by_id == by.id, Touch.client_key == client_key))


def revisions(session: Session, touch_id: int) -> list[TouchRevision]:
    """What a touch said before each correction, the first correction first."""
    statement = select(TouchRevision).where(TouchRevision.touch_id == touch_id).order_by(TouchRevision.id)
    return list(session.scalars(statement.options(joinedload(TouchRevision.corrected_by).lazyload(User.grants))))
