"""Being signed in: sessions kept on the server, one-time links and the count of wrong tries (trust 14, 16, 18)."""

from __future__ import annotations

import enum
import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Digest, Instant, Key, choice, session_of
from abm.people.models import User

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
FRESH = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)


def token_hash(token: str) -> str:
    """What is kept of a token: the token itself leaves only with the cookie or the link."""
    return hashlib.sha256(token.encode()).hexdigest()


class SignIn(Base):
    """One session of a person on one device."""

    __tablename__ = "sign_in"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[Digest] = mapped_column(unique=True)
    started_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    confirmed_at: Mapped[Instant]  # when the password was last given
    ended_at: Mapped[Instant | None]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @staticmethod
    def start(user: User, *, at: datetime) -> str:
        """Open a session and hand over its token: 256 random bits that only the cookie keeps."""
        token = secrets.token_urlsafe(32)
        row = SignIn(user_id=user.id, token_hash=token_hash(token), started_at=at, seen_at=at, confirmed_at=at)
        session_of(user).add(row)
        record(user, "signed in", by=user, at=at)
        return token

    def holds(self, at: datetime) -> bool:
        """Whether the session still counts: not ended, not idle, not too old, and its person active."""
        return (
            self.ended_at is None
            and at < self.seen_at + IDLE
            and at < self.started_at + ABSOLUTE
            and self.user.active
        )

    def is_fresh(self, at: datetime) -> bool:
        """Whether the password was given recently enough for a signature."""
        return at < self.confirmed_at + FRESH

    def end(self, *, at: datetime) -> None:
        self.ended_at = at
        record(self.user, "signed out", by=self.user, at=at)


class LinkPurpose(enum.StrEnum):
    INVITATION = "invitation"
    NEW_PASSWORD = "new password"


class OneTimeLink(Base):
    """A link that lets its reader choose a password, once, until it expires."""

    __tablename__ = "one_time_link"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose, "link_purpose"))
    token_hash: Mapped[Digest] = mapped_column(unique=True)
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class WrongTries(Base):
    """Wrong passwords per (address typed, network address), so that guessing slows down and nobody is shut out."""

    __tablename__ = "wrong_tries"

    id: Mapped[Key]
    key: Mapped[Digest] = mapped_column(unique=True)
    count: Mapped[int]
    last_at: Mapped[Instant]
