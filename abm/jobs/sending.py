"""Sending letters: each at least once, under one Message-ID, however often a worker or a server dies."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from abm.people.mail import Letter, MailServer, Security

BATCH = 10
LEASE = timedelta(minutes=10)
PATIENCE = 15  # seconds for a mail server to answer


@dataclass(frozen=True)
class Outcome:
    """What became of one letter: no fault means that the other server took it."""

    letter_id: int
    fault: str = ""
    for_good: bool = False


def due_letters(at: datetime) -> Select[Letter]:
    """The letters that may go out now and are in nobody's hands."""
    free = or_(Letter.leased_until.is_(None), Letter.leased_until <= at)
    return select(Letter).where(Letter.sent_at.is_(None), Letter.given_up_at.is_(None), Letter.due_at <= at, free)


def lease_letters(session: Session, *, at: datetime) -> list[Letter]:
    """Take the letters that are due in hand, so that no other worker sends them meanwhile. The caller commits.

    A worker that dies lets go of its letters after ten minutes: then they go out once more, under the same id.
    """
    statement = due_letters(at).order_by(Letter.due_at, Letter.id).limit(BATCH)
    letters = list(session.scalars(statement.with_for_update(skip_locked=True)))
    for letter in letters:
        letter.leased_until = at + LEASE
    return letters


def send(server: MailServer, letters: list[Letter], *, base_url: str) -> list[Outcome]:
    """Hand letters to the mail server over one connection. No transaction is open meanwhile: servers are slow."""
    try:
        smtp = _connect(server)
    except (OSError, smtplib.SMTPException) as fault:
        return [Outcome(letter.id, _told(fault)) for letter in letters]
    try:
        return [_send_one(smtp, server, letter, base_url) for letter in letters]
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()


def note_outcomes(session: Session, outcomes: list[Outcome], *, at: datetime) -> None:
    """Write down what became of the letters. The caller commits."""
    for outcome in outcomes:
        letter = session.get_one(Letter, outcome.letter_id)
        if outcome.fault:
            letter.note_failure(outcome.fault, at, for_good=outcome.for_good)
        else:
            letter.note_sent(at)


def message_of(letter: Letter, *, sender: str, base_url: str) -> EmailMessage:
    """A letter as it goes out. Its id never changes, so that mailboxes recognise a second sending."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.public_id}@{urlsplit(base_url).hostname or 'accountable'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message


def _connect(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security is Security.TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    try:
        if server.security is Security.STARTTLS:
            smtp.starttls(context=context)
        if server.username:
            smtp.login(server.username, server.plain_password)
    except (OSError, smtplib.SMTPException):
        smtp.close()
        raise
    return smtp


def _send_one(smtp: smtplib.SMTP, server: MailServer, letter: Letter, base_url: str) -> Outcome:
    try:
        smtp.send_message(message_of(letter, sender=server.sender, base_url=base_url))
    except smtplib.SMTPRecipientsRefused as refusal:
        code, words = next(iter(refusal.recipients.values()))
        return Outcome(letter.id, f"{code} {words.decode(errors='replace')}", for_good=500 <= code < 600)
    except (OSError, smtplib.SMTPException, ValueError) as fault:
        return Outcome(letter.id, _told(fault))
    return Outcome(letter.id)


def _told(fault: Exception) -> str:
    """A fault as the settings page shows it."""
    return f"{type(fault).__name__}: {fault}"[:500]
