"""That somebody was written to about a version that waits: each letter is written once, however many workers look."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from abm.kit.base import Base, Instant, Key, check, choice


class ReminderKind(enum.StrEnum):
    """Why somebody is written to."""

    SIGN = "sign"  # their own signature is awaited
    ALSO_WITH = "also with"  # next in line: another's is, for longer than agreed


class Reminder(Base):
    """One letter about a version that waits, to one person; `number` counts the agreed days that went by."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("version_id", "user_id", "kind", "number"), check("number > 0", "number"))

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[ReminderKind] = mapped_column(choice(ReminderKind, "reminder_kind"))
    number: Mapped[int]
    at: Mapped[Instant]

    @property
    def natural_key(self) -> tuple[int, ReminderKind, int]:
        return self.user_id, self.kind, self.number
