"""Letters on their way out: written in the transaction that causes them, sent afterwards, at least once."""

from __future__ import annotations

import base64
import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import ForeignKey, LargeBinary, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from abm.audit.models import record
from abm.kit.base import Base, Email, Instant, Key, LongText, Name, PublicId, choice, session_of
from abm.kit.keys import key_for
from abm.kit.text import one_line
from abm.people.models import User

FIRST_PAUSE = timedelta(seconds=30)  # doubled with each try
LONGEST_PAUSE = timedelta(hours=1)


class Security(enum.StrEnum):
    """How the way to the mail server is kept from listeners."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"

    @property
    def label(self) -> str:
        return {"starttls": "STARTTLS", "tls": "TLS from the start", "none": "None (this machine only)"}[self.value]


@dataclass(frozen=True)
class Address:
    """Where a mail server is found, how it is spoken to, and in whose name."""

    host: str
    port: int
    security: Security
    username: str
    sender: str


class MailServer(Base):
    """The SMTP server to send through. The password is kept encrypted under the installation's secret."""

    __tablename__ = "mail_server"

    id: Mapped[Key] = mapped_column(default=1)
    host: Mapped[Name]
    port: Mapped[int]
    security: Mapped[Security] = mapped_column(choice(Security, "security"))
    username: Mapped[Name] = mapped_column(default="")
    password: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    sender: Mapped[Email]

    @property
    def plain_password(self) -> str:
        """The password to sign in with; empty where none is kept, or where the installation's secret was changed."""
        try:
            return _cipher().decrypt(self.password).decode() if self.password else ""
        except InvalidToken:
            return ""

    def remove(self, *, by: User, at: datetime) -> None:
        """Send no more mail, what waits included: with another server, some day, it would come out of nowhere."""
        record(self, "removed", by=by, at=at, before={"host": self.host})
        waiting = update(Letter).where(Letter.sent_at.is_(None), Letter.given_up_at.is_(None))
        session_of(self).execute(waiting.values(given_up_at=at, last_error="Mail was switched off."))
        session_of(self).delete(self)


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
    leased_until: Mapped[Instant | None]  # one worker at a time has it in hand
    sent_at: Mapped[Instant | None]
    given_up_at: Mapped[Instant | None]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[LongText] = mapped_column(default="")

    def note_sent(self, at: datetime) -> None:
        """It is in the other server's hands. What it said is not kept: it may hold a one-time link."""
        self.sent_at, self.leased_until, self.last_error = at, None, ""
        self.text = self.html = ""

    def note_failure(self, error: str, at: datetime, *, for_good: bool) -> None:
        """It did not go: again after a pause that grows to an hour, or never, where its address was refused."""
        self.tries += 1
        self.last_error, self.leased_until = error, None
        if for_good:
            self.given_up_at = at
        self.due_at = at + min(FIRST_PAUSE * 2 ** min(self.tries - 1, 20), LONGEST_PAUSE)


def mail_server(session: Session) -> MailServer | None:
    """The server that mail goes through, or None where this installation sends none."""
    return session.scalar(select(MailServer))


def set_mail_server(session: Session, address: Address, *, password: str | None, by: User, at: datetime) -> MailServer:
    """Send mail through this server from now on. `password` None keeps the one that is there."""
    server = mail_server(session) or MailServer()
    before = {"host": server.host, "port": server.port} if server in session else {}
    server.host, server.port, server.security = address.host, address.port, address.security
    server.username, server.sender = address.username, address.sender
    if password is not None:
        server.password = _cipher().encrypt(password.encode()) if password else b""
    session.add(server)
    after = {"host": address.host, "port": address.port, "security": address.security.value}
    record(server, "changed", by=by, at=at, before=before, after=after, personal={"sender": address.sender})
    return server


def write_letter(user: User, *, subject: str, text: str, at: datetime, html: str = "") -> Letter | None:
    """Write to a person, in the transaction of what it tells; the worker sends it. None where no mail can go."""
    session = session_of(user)
    if user.email is None or not user.active or mail_server(session) is None:
        return None
    letter = Letter(
        user_id=user.id,
        to=user.email,
        subject=one_line(subject)[:200],
        text=text,
        html=html,
        written_at=at,
        due_at=at,
    )
    session.add(letter)
    return letter


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key_for("mail")))
