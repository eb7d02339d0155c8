"""Letters on their way out: written in the transaction that causes them, sent afterwards, at least once."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from abm.kit.base import Base, Email, Instant, Key, LongText, Name, PublicId, Word


class MailServer(Base):
    """The SMTP server to send through. The password is kept encrypted under the installation's secret."""

    __tablename__ = "mail_server"

    id: Mapped[Key]
    host: Mapped[Name]
    port: Mapped[int]
    security: Mapped[Word]  # starttls, tls, none
    username: Mapped[Name] = mapped_column(default="")
    password: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    sender: Mapped[Email]


class Letter(Base):
    """One mail to one person. Its public id is its Message-ID, so that a second sending is recognised."""

    __tablename__ = "letter"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    to: Mapped[Email]
    subject: Mapped[Name]
    text: Mapped[LongText]
    html: Mapped[LongText]
    written_at: Mapped[Instant]
    due_at: Mapped[Instant] = mapped_column(index=True)
    sent_at: Mapped[Instant | None]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[LongText] = mapped_column(default="")
