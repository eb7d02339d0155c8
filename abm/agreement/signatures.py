"""Who has to approve a version, and what was said: signatures and withdrawals are rows that are only ever added."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.kit.base import Base, Digest, Instant, Key, LongText, Word, choice
from abm.people.models import User

if TYPE_CHECKING:
    from abm.agreement.models import Version


class Verdict(enum.StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"


class Voice(Base):
    """Somebody whose approval a version needs: a seat (`sales`) or one of several (`sales:ines`).

    A voice with a colon is covered by the general one before it: the sales seat approves for all its managers.
    """

    __tablename__ = "version_voice"
    __table_args__ = (UniqueConstraint("version_id", "voice"),)

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    voice: Mapped[Word]

    @property
    def general(self) -> str:
        return self.voice.partition(":")[0]


class Signature(Base):
    """What one voice said to a version: approve or decline, by whom, when, on which digest. Only ever added."""

    __tablename__ = "signature"

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    voice: Mapped[Word]
    person_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    deputy_for_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict, "verdict"))
    comment: Mapped[LongText]
    at: Mapped[Instant]
    digest: Mapped[Digest]

    version: Mapped[Version] = relationship(back_populates="signatures")
    person: Mapped[User] = relationship(foreign_keys=[person_id], lazy="joined", innerjoin=True)
    deputy_for: Mapped[User | None] = relationship(foreign_keys=[deputy_for_id], lazy="joined")
    withdrawal: Mapped[Withdrawal | None] = relationship(lazy="joined")


class Withdrawal(Base):
    """That a signature was taken back. Only ever added."""

    __tablename__ = "withdrawal"

    id: Mapped[Key]
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id"), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]
    reason: Mapped[LongText]


class StandingSignature(Base):
    """Projection: the signatures that stand. One per version and voice, one per version and person."""

    __tablename__ = "standing_signature"
    __table_args__ = (UniqueConstraint("version_id", "voice"), UniqueConstraint("version_id", "person_id"))

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    voice: Mapped[Word]
    person_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id"), unique=True)

    signature: Mapped[Signature] = relationship()
