"""Being signed in: sessions kept on the server, one-time links and the count of wrong tries (trust 14, 16, 18)."""

from __future__ import annotations

import enum
import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Digest, Email, Instant, Key, Name, choice, session_of
from abm.kit.rules import require
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
    device: Mapped[Name] = mapped_column(default="")  # as its browser names it: "Firefox on Linux"
    started_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    confirmed_at: Mapped[Instant]  # when the password was last given
    ended_at: Mapped[Instant | None]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @staticmethod
    def start(user: User, *, at: datetime, device: str = "") -> str:
        """Open a session and hand over its token: 256 random bits that only the cookie keeps."""
        token = secrets.token_urlsafe(32)
        row = SignIn(user=user, token_hash=token_hash(token), device=device, started_at=at, seen_at=at, confirmed_at=at)
        session_of(user).add(row)
        record(user, "signed in", by=user, at=at)
        return token

    def holds(self, at: datetime) -> bool:
        """Whether the session still counts: not ended, not idle, not too old, and its person active."""
        return (
            self.ended_at is None and at < self.seen_at + IDLE and at < self.started_at + ABSOLUTE and self.user.active
        )

    def is_fresh(self, at: datetime) -> bool:
        """Whether the password was given recently enough for a signature."""
        return at < self.confirmed_at + FRESH

    def end(self, *, by: User, at: datetime) -> None:
        """Close the session on its device. Ending one twice is harmless."""
        if self.ended_at is None:
            self.ended_at = at
            record(self.user, "signed out", by=by, at=at)


class LinkPurpose(enum.StrEnum):
    INVITATION = "invitation"
    NEW_PASSWORD = "new password"  # noqa: S105 a name, not a secret


LIFETIMES = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.NEW_PASSWORD: timedelta(hours=1)}


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

    @staticmethod
    def make(user: User, purpose: LinkPurpose, *, by: User | None, at: datetime) -> str:
        """A new link; those made before end. Hands over the token, of which only a hash is kept."""
        require(user.active, f"{user.name} is deactivated: reactivate first.")
        require(user.email, f"{user.name} has no e-mail address yet: write one down first.", field="email")
        end_links(user, at=at)
        token = secrets.token_urlsafe(32)
        link = OneTimeLink(
            user=user,
            purpose=purpose,
            token_hash=token_hash(token),
            made_at=at,
            expires_at=at + LIFETIMES[purpose],
            made_by_id=by.id if by else None,
        )
        session_of(user).add(link)
        verb = "invited" if purpose is LinkPurpose.INVITATION else "sent a link for a new password"
        record(user, verb, by=by, at=at)
        return token

    def holds(self, at: datetime) -> bool:
        """Whether it still lets its reader in: not used, not expired, and its person active."""
        return self.used_at is None and at < self.expires_at and self.user.active

    def use(self, password_hash: str, *, at: datetime) -> None:
        """Keep the password that its reader chose. Every session and every other link of theirs ends."""
        require(self.holds(at), "This link was used already, or it is too old. Ask for a new one.")
        self.used_at = at
        self.user.choose_password(password_hash, by=self.user, at=at)
        end_links(self.user, at=at)
        end_sessions(self.user, at=at)


class PasswordRequest(Base):
    """That somebody asked for a new password for an address. The letter is written afterwards, by the worker:

    the answer to a known address and to an unknown one is then the same work, and takes the same time.
    """

    __tablename__ = "password_request"

    id: Mapped[Key]
    email: Mapped[Email]
    asked_at: Mapped[Instant]


class WrongTries(Base):
    """Wrong passwords per (address typed, network address), so that guessing slows down and nobody is shut out."""

    __tablename__ = "wrong_tries"

    id: Mapped[Key]
    key: Mapped[Digest] = mapped_column(unique=True)
    count: Mapped[int]
    last_at: Mapped[Instant] = mapped_column(index=True)


def end_sessions(user: User, *, at: datetime, but: SignIn | None = None) -> None:
    """End every session of a person, on all devices, save perhaps the one that asks."""
    statement = update(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None)).values(ended_at=at)
    session_of(user).execute(statement.where(SignIn.id != but.id) if but is not None else statement)


def end_links(user: User, *, at: datetime) -> None:
    """Make every open link of a person worthless."""
    open_ones = update(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
    session_of(user).execute(open_ones.values(used_at=at))
