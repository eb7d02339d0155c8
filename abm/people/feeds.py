"""Secret addresses under which a person's calendar program reads along; only a hash of each is kept (trust 20)."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Digest, Instant, Key, choice, session_of
from abm.kit.rules import require
from abm.people.models import User
from abm.people.sessions import token_hash


class FeedKind(enum.StrEnum):
    """What a feed tells: a person's own days, or all plays of live campaigns."""

    MINE = "mine"
    ALL = "all"

    @property
    def label(self) -> str:
        return "My calendar" if self is FeedKind.MINE else "All plays"


class CalendarFeed(Base):
    """One secret address of one person. It ends when it is renewed or switched off, and with its person's access."""

    __tablename__ = "calendar_feed"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[FeedKind] = mapped_column(choice(FeedKind, "feed_kind"))
    token_hash: Mapped[Digest] = mapped_column(unique=True)
    made_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


# One address of a kind holds at a time, whoever asks at once.
_OPEN = CalendarFeed.__table__.c.ended_at.is_(None)
Index(
    "ix_calendar_feed_open",
    CalendarFeed.user_id,
    CalendarFeed.kind,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)


def new_address(user: User, kind: FeedKind, *, at: datetime) -> str:
    """A new secret for one's own feed; the one before ends. Hands over the token, of which only a hash is kept."""
    require(user.active, f"{user.name} is deactivated.")
    before = _hold(user, kind)
    verb = "made a calendar address"
    if before is not None:
        before.ended_at, verb = at, "renewed a calendar address"
        session_of(user).flush()
    token = secrets.token_urlsafe(32)
    session_of(user).add(CalendarFeed(user=user, kind=kind, token_hash=token_hash(token), made_at=at))
    record(user, verb, by=user, at=at, after={"feed": kind.value})
    return token


def switch_off(user: User, kind: FeedKind, *, at: datetime) -> None:
    """End one's own feed. Ending one twice is harmless."""
    row = _hold(user, kind)
    if row is not None:
        row.ended_at = at
        record(user, "switched off a calendar address", by=user, at=at, after={"feed": kind.value})


def feeds_of(session: Session, user: User) -> dict[FeedKind, CalendarFeed]:
    """The addresses of a person that hold."""
    rows = session.scalars(select(CalendarFeed).where(CalendarFeed.user_id == user.id, CalendarFeed.ended_at.is_(None)))
    return {row.kind: row for row in rows}


def feed_of(session: Session, token: str) -> CalendarFeed | None:
    """The feed of a secret, if it holds and its person is active. Found by the hash: no comparison leaks its length."""
    row = session.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == token_hash(token)))
    return row if row is not None and row.ended_at is None and row.user.active else None


def _hold(user: User, kind: FeedKind) -> CalendarFeed | None:
    """Wait for this person's turn; their open address of a kind."""
    session = session_of(user)
    session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    return feeds_of(session, user).get(kind)
