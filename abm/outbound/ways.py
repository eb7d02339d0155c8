"""Another way that somebody proposed to keep a promise: so much, until then, or by somebody else, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.kit.base import Base, Day, Instant, Key, LongText, PublicId, check
from abm.people.models import User

if TYPE_CHECKING:
    from abm.outbound.models import Commitment


class AnotherWay(Base):
    """What is proposed instead; None leaves a thing as it is. Whoever leads the person confirms it, or does not."""

    __tablename__ = "another_way"
    __table_args__ = (
        check("wanted IS NULL OR wanted > 0", "wanted"),
        check("wanted IS NOT NULL OR last_day IS NOT NULL OR person_id IS NOT NULL", "something"),
        check("(answered_at IS NULL) = (answered_by_id IS NULL)", "answered"),
        check("(answered_at IS NULL) = (confirmed IS NULL)", "confirmed"),
        Index(
            "ix_another_way_open",
            "commitment_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    wanted: Mapped[int | None]
    last_day: Mapped[Day | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[LongText]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]
    answered_at: Mapped[Instant | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirmed: Mapped[bool | None]  # False: it stays as it was assigned, or the proposal was taken back
    answer: Mapped[LongText | None]

    commitment: Mapped[Commitment] = relationship(back_populates="ways")
    person: Mapped[User | None] = relationship(foreign_keys=[person_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])

    @property
    def sentence(self) -> str:
        """`2 instead of 3, until 18 Dec 2026, by Marcus Bell`."""
        parts = [f"{self.wanted} instead of {self.commitment.wanted}" if self.wanted is not None else ""]
        parts.append(f"until {self.last_day:%-d %b %Y}" if self.last_day is not None else "")
        parts.append(f"by {self.person.name}" if self.person is not None else "")
        return ", ".join(part for part in parts if part)
