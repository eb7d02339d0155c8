"""What the API answered, so that the same request sent again has one effect and the same answer (trust 7)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from abm.kit.base import Base, Digest, Facts, Instant, Key
from abm.people.models import User

KEPT = timedelta(hours=24)


class ApiAnswer(Base):
    """The answer to a request that a person's program named by a key of its own."""

    __tablename__ = "api_answer"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    key: Mapped[Digest]  # hash of the program's key
    fingerprint: Mapped[Digest]  # of what was asked under it
    status: Mapped[int]
    body: Mapped[Facts]
    at: Mapped[Instant] = mapped_column(index=True)


def claim(session: Session, user: User, key: str, asked: bytes, *, at: datetime) -> tuple[ApiAnswer, bool]:
    """The row of a key, and whether this request is the first to bring it; whoever comes second waits for the first."""
    digest, fingerprint = hashlib.sha256(key.encode()).hexdigest(), hashlib.sha256(asked).hexdigest()
    session.execute(delete(ApiAnswer).where(ApiAnswer.user_id == user.id, ApiAnswer.at < at - KEPT))
    found = select(ApiAnswer).where(ApiAnswer.user_id == user.id, ApiAnswer.key == digest)
    known = session.scalar(found)
    if known is not None:
        return known, False
    row = ApiAnswer(user_id=user.id, key=digest, fingerprint=fingerprint, status=0, body={}, at=at)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return session.scalars(found).one(), False
    return row, True


def says_the_same(row: ApiAnswer, asked: bytes) -> bool:
    """Whether the key came with this very request."""
    return row.fingerprint == hashlib.sha256(asked).hexdigest()


def keep_answer(row: ApiAnswer, status: int, body: dict[str, Any]) -> None:
    """What the same request gets from now on."""
    row.status, row.body = status, body
