"""A real mail server of our own, and the company whose letters go through it."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from abm.jobs.worker import work_once
from abm.kit.db import writing
from abm.people.mail import Address, Security, set_mail_server
from tests.cast import FOUNDED, Cast
from tests.passwords import give_passwords


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


class Mailbox:
    """A mail server on this machine: keeps what it takes, refuses whom it is told to, can be away."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refused: dict[str, str] = {}
        self.drops = 0  # letters that it takes and then dies over, before it says so
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_RCPT(  # noqa: N802 aiosmtpd finds it by this name
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        if self.drops:
            self.drops -= 1
            assert server.transport is not None
            server.transport.close()
        return "250 OK"

    def go_away(self) -> None:
        self.controller.stop()

    def come_back(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.go_away()


@pytest.fixture
def cast(cast: Cast, session: scoped_session[Session], mailbox: Mailbox) -> Cast:
    """The company, with a mail server."""
    address = Address(
        host="127.0.0.1", port=mailbox.port, security=Security.NONE, username="", sender="abm@fathom.example"
    )
    set_mail_server(session(), address, password=None, by=cast.wen, at=FOUNDED)
    return give_passwords(cast, session())


@pytest.fixture
def work(app: Flask, session: scoped_session[Session]) -> Callable[[], None]:
    """One round of the worker, beside whatever the test has read."""

    def round_() -> None:
        session.rollback()
        with app.app_context(), writing() as own:
            work_once(own)

    return round_
