"""Which meetings are to come, which wait for a word, and which have no day yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload, lazyload, selectinload

from abm.accounts.models import Account, ExternalId
from abm.outbound.meetings import Meeting
from abm.people.models import User
from abm.touches.kinds import OutcomeClass
from abm.touches.models import Touch
from abm.touches.outcomes import all_outcomes

BOOKED = [(channel, name) for channel, name, rule in all_outcomes() if rule.klass is OutcomeClass.MEETING_BOOKED]
SHOWN = 100
LATELY = timedelta(days=60)


@dataclass(frozen=True)
class Diary:
    """The meetings of some people: to come by time, past ones without a word, and bookings without a day."""

    coming: Sequence[Meeting]
    waiting: Sequence[Meeting]
    dayless: Sequence[Touch]


def open_meetings() -> Select[Meeting]:
    """Meetings of which nobody has said yet what became of them."""
    booking, outcome = aliased(Touch), aliased(Touch)
    return (
        select(Meeting)
        .join(booking, booking.id == Meeting.booked_by_id)
        .outerjoin(outcome, outcome.id == Meeting.outcome_id)
        .where(booking.voided_at.is_(None), or_(outcome.id.is_(None), outcome.voided_at.is_not(None)))
    )


def diary_of(session: Session, people: Sequence[User] | None, *, at: datetime) -> Diary:
    """The diary of these people, or of everybody. Three queries, and one for who comes to each part."""
    whose = _owned_by(people)
    wanted = open_meetings().where(whose).options(*_names())
    coming = session.scalars(wanted.where(Meeting.starts_at > at).order_by(Meeting.starts_at).limit(SHOWN)).all()
    past = wanted.where(Meeting.starts_at <= at).order_by(Meeting.starts_at.desc())
    return Diary(coming, session.scalars(past.limit(SHOWN)).all(), _dayless(session, people, at))


def meetings_to_hand_over(session: Session, user: User) -> Sequence[Meeting]:
    """A person's meetings to come and those that wait for a word, by account."""
    wanted = open_meetings().where(Meeting.owner_id == user.id).options(*_names())
    return session.scalars(wanted.order_by(Meeting.account_id, Meeting.id)).all()


def meetings_on(session: Session, account_id: int) -> Sequence[Meeting]:
    """The meetings to come on an account, and those that wait for a word."""
    wanted = open_meetings().where(Meeting.account_id == account_id)
    wanted = wanted.options(joinedload(Meeting.owner).options(lazyload("*")), lazyload(Meeting.account))
    return session.scalars(wanted.order_by(Meeting.starts_at).limit(SHOWN)).all()


def meetings_of(session: Session, user: User, *, since: datetime) -> Sequence[Meeting]:
    """A person's meetings from a moment on, whatever became of them, except those whose booking is voided."""
    booking = aliased(Touch)
    query = select(Meeting).join(booking, booking.id == Meeting.booked_by_id).where(booking.voided_at.is_(None))
    query = query.where(Meeting.owner_id == user.id, Meeting.starts_at >= since)
    return session.scalars(query.options(*_names(), joinedload(Meeting.outcome)).order_by(Meeting.starts_at)).all()


def meeting_by_id(session: Session, public_id: str) -> Meeting | None:
    query = select(Meeting).where(Meeting.public_id == public_id)
    return session.scalar(query.options(*_names(), joinedload(Meeting.booking), joinedload(Meeting.outcome)))


def meeting_of(session: Session, booking: Touch) -> Meeting | None:
    """The meeting that a touch booked, once it has a day."""
    return session.scalar(select(Meeting).where(Meeting.booked_by_id == booking.id))


def _dayless(session: Session, people: Sequence[User] | None, at: datetime) -> Sequence[Touch]:
    """What was booked here lately and has no day yet; what a file brought has its day in the system that it is from."""
    has_day = select(Meeting.id).where(Meeting.booked_by_id == Touch.id)
    from_a_file = select(ExternalId.id).where(ExternalId.kind == Touch.__tablename__, ExternalId.row_id == Touch.id)
    query = (
        select(Touch)
        .where(Touch.day >= (at - LATELY).date(), Touch.voided_at.is_(None))
        .where(tuple_(Touch.channel, Touch.outcome).in_(BOOKED), ~has_day.exists(), ~from_a_file.exists())
        .options(joinedload(Touch.account), joinedload(Touch.logged_by).options(lazyload("*")))
        .order_by(Touch.at.desc())
        .limit(SHOWN)
    )
    if people is not None:
        query = query.where(Touch.logged_by_id.in_([one.id for one in people]))
    return session.scalars(query).all()


def _owned_by(people: Sequence[User] | None) -> ColumnElement[bool]:
    return Meeting.id.is_not(None) if people is None else Meeting.owner_id.in_([one.id for one in people])


def _names() -> tuple[Any, ...]:
    return (
        joinedload(Meeting.account).load_only(Account.name, Account.slug),
        joinedload(Meeting.owner).options(lazyload("*")),
        selectinload(Meeting.attendees),
    )
