"""That somebody looked at a version: what "since I last looked" counts from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Insert, insert, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from abm.kit.base import Base, Instant, UtcDateTime


class Reading(Base):
    """The first time a person had a version before them."""

    __tablename__ = "reading"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    first_at: Mapped[Instant]


def mark_of(version_id: int, user_id: int, at: datetime) -> Insert:
    """The statement that keeps the first look; a second one changes nothing. It is run apart from the page."""
    known = select(Reading.version_id).where(Reading.version_id == version_id, Reading.user_id == user_id)
    row = select(literal(version_id), literal(user_id), literal(at, UtcDateTime())).where(~known.exists())
    return insert(Reading).from_select(["version_id", "user_id", "first_at"], row)
