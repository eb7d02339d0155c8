"""A file that tells which plays happened: kept as it came, with what came of each of its lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.audit.models import record
from abm.campaigns.models import Campaign
from abm.kit.base import Base, Digest, Facts, Instant, Key, Name, PublicId, Word, check
from abm.kit.rules import require
from abm.people.models import User


class PlayFile(Base):
    """An uploaded file. `campaign` and `play` stand for the lines that name none."""

    __tablename__ = "play_file"
    __table_args__ = (check("applied_at IS NULL OR discarded_at IS NULL", "one_end"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    filename: Mapped[Name]
    sha256: Mapped[Digest]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    play: Mapped[Word] = mapped_column(default="")
    header: Mapped[Facts]  # {"names": […]}
    lines: Mapped[Facts]  # {"lines": [[number, {place: cell}, fault], …]}
    notes: Mapped[Facts]  # {"notes": [sentence, …]}
    result: Mapped[Facts]  # once applied: counts, the records, and [number, action, field, message, words] per line
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[Instant]
    applied_at: Mapped[Instant | None]
    discarded_at: Mapped[Instant | None]

    campaign: Mapped[Campaign | None] = relationship()
    uploaded_by: Mapped[User] = relationship()

    @property
    def names(self) -> list[str]:
        """The heads of its columns."""
        found: list[str] = self.header["names"]
        return found

    @property
    def open(self) -> bool:
        return self.applied_at is None and self.discarded_at is None

    def discard(self, *, by: User, at: datetime) -> None:
        """Let the file be: nothing of it is recorded."""
        require(self.applied_at is None, f"{self.filename} is recorded already. Void the records instead.")
        if self.discarded_at is None:
            self.discarded_at = at
            record(self, "discarded", by=by, at=at, after={"file": self.filename})

    def keep(self, result: dict[str, Any], *, by: User, at: datetime) -> None:
        """Note what came of it."""
        self.result, self.applied_at = result, at
        record(self, "applied", by=by, at=at, after={"file": self.filename, **result["counts"]})
