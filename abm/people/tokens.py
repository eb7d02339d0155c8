"""Personal API tokens: what a program shows instead of its person, of which only a hash is kept (trust 14, 20)."""

from __future__ import annotations

import enum
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Digest, Instant, Key, Name, PublicId, check, choice, session_of
from abm.kit.rules import require
from abm.people.models import User
from abm.people.sessions import token_hash

PREFIX = "abm_"  # so that whoever finds one, a scanner of secrets too, knows what it is
LONGEST = 100
MOST = 20  # open tokens of a person
SEEN_EVERY = timedelta(minutes=1)
LIFETIMES = {30: "30 days", 90: "90 days", 365: "One year"}


class TokenScope(enum.StrEnum):
    """What a token is for. It never lets a program do more than its person may."""

    READ = "read"
    RECORD = "record"

    @property
    def label(self) -> str:
        return "Read" if self is TokenScope.READ else "Read, and record plays"

    def covers(self, asked: TokenScope) -> bool:
        return self is asked or self is TokenScope.RECORD


class ApiToken(Base):
    """One token of one person. It ends on its day, when it is renewed or revoked, and with its person's access."""

    __tablename__ = "api_token"
    __table_args__ = (check("made_at < expires_at", "span"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[Name]
    scope: Mapped[TokenScope] = mapped_column(choice(TokenScope, "token_scope"))
    token_hash: Mapped[Digest] = mapped_column(unique=True)
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    def holds(self, at: datetime) -> bool:
        """Whether it still opens anything: not ended, not expired, and its person active."""
        return self.ended_at is None and at < self.expires_at and self.user.active

    def renew(self, *, at: datetime) -> tuple[ApiToken, str]:
        """A new secret under the same name, for as long again; this one ends. Hands over the new row and its secret."""
        require(self.ended_at is None, f"“{self.name}” was revoked. Make a new token.")
        self.ended_at = at
        secret = _secret()
        fresh = _token(self.user, self.name, self.scope, secret, at=at, expires=at + (self.expires_at - self.made_at))
        session_of(self).add(fresh)
        record(self.user, "renewed an API token", by=self.user, at=at, after=_said(fresh, self))
        return fresh, secret

    def revoke(self, *, by: User, at: datetime) -> None:
        """End it from the next request on. Ending one twice is harmless."""
        if self.ended_at is None:
            self.ended_at = at
            record(self.user, "revoked an API token", by=by, at=at, after=_said(self))


def make_token(user: User, *, name: str, scope: TokenScope, days: int, at: datetime) -> tuple[ApiToken, str]:
    """A new token of one's own. Hands over its row and its secret, which is kept nowhere."""
    require(user.active, f"{user.name} is deactivated.")
    require(days in LIFETIMES, "Choose how long it holds.", field="days")
    session = session_of(user)
    session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    open_ones = [token for token in tokens_of(session, user) if token.holds(at)]
    require(len(open_ones) < MOST, f"You have {MOST} tokens. Revoke one that nobody uses first.")
    taken = name.casefold() in {token.name.casefold() for token in open_ones}
    require(not taken, "You have a token of this name. Choose another, or renew that one.", field="name")
    secret = _secret()
    token = _token(user, name, scope, secret, at=at, expires=at + timedelta(days=days))
    session.add(token)
    record(user, "made an API token", by=user, at=at, after=_said(token))
    return token, secret


def tokens_of(session: Session, user: User) -> Sequence[ApiToken]:
    """The tokens of a person that were not ended, the newest first."""
    own = select(ApiToken).where(ApiToken.user_id == user.id, ApiToken.ended_at.is_(None))
    return session.scalars(own.order_by(ApiToken.id.desc())).all()


def token_of(session: Session, secret: str, at: datetime) -> ApiToken | None:
    """The token of a secret, if it holds."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST or not secret.isascii():
        return None
    digest = token_hash(secret)
    found = select(ApiToken).where(ApiToken.token_hash == digest)
    row = session.scalars(found.options(joinedload(ApiToken.user).joinedload(User.grants))).unique().one_or_none()
    if row is None or not hmac.compare_digest(row.token_hash, digest) or not row.holds(at):
        return None
    return row


def _secret() -> str:
    """256 random bits behind a prefix."""
    return PREFIX + secrets.token_urlsafe(32)


def _token(user: User, name: str, scope: TokenScope, secret: str, *, at: datetime, expires: datetime) -> ApiToken:
    return ApiToken(user=user, name=name, scope=scope, token_hash=token_hash(secret), made_at=at, expires_at=expires)


def _said(token: ApiToken, before: ApiToken | None = None) -> dict[str, object]:
    renewed = {"instead_of": before.public_id} if before is not None else {}
    return {"token": token.name, "scope": token.scope, "expires": token.expires_at} | renewed
