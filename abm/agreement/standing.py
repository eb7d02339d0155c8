"""Where a version stands, and from when to when it is in force: the projection that is asked most."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.kit.base import Base, Instant, check, choice

if TYPE_CHECKING:
    from abm.agreement.models import Document, Version


class State(enum.StrEnum):
    """Where a version stands. Whether a signed one is scheduled, in force or past follows from its span."""

    OPEN = "open"
    SIGNED = "signed"
    SUPERSEDED = "superseded"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Standing(Base):
    """Projection: where a version stands, and its span once all have signed."""

    __tablename__ = "standing"
    __table_args__ = (
        Index(
            "ix_standing_one_open",
            "document_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        check("(state = 'signed') = (starts IS NOT NULL)", "span_when_signed"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    state: Mapped[State] = mapped_column(choice(State, "state"))
    starts: Mapped[Instant | None]
    ends: Mapped[Instant | None]
    closed_at: Mapped[Instant | None]
    expires_at: Mapped[Instant | None]  # until when all have to sign, fixed when it was proposed

    version: Mapped[Version] = relationship(back_populates="standing")
    document: Mapped[Document] = relationship()

    def overdue(self, at: datetime) -> bool:
        """Whether it is still open although the time to sign it, or the time that it is for, is over."""
        last = [day for day in (self.expires_at, self.version.ends) if day is not None]
        return self.state is State.OPEN and any(at >= day for day in last)

    def end_by(self, at: datetime) -> None:
        """Give way to a successor that starts at this instant. One that had not begun never begins."""
        if self.starts is not None and (self.ends is None or self.ends > at):
            self.ends = max(at, self.starts)
