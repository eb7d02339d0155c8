"""How an SMTP server is described, in the first run and in the settings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session
from wtforms import Field, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import Length, Optional

from abm.kit.forms import WholeNumberField, choices, clean, email_field
from abm.people.mail import Address, MailServer, Security, mail_server, set_mail_server
from abm.people.models import User


class MailServerFields:
    """Fields for a form: either all that a server needs, or none."""

    host = StringField("Server", [Length(max=200)], filters=[clean])
    port = WholeNumberField("Port", default=587)
    security = SelectField("Encryption", [Optional()], choices=choices((kind.value, kind.label) for kind in Security))
    username = StringField("User name", [Length(max=200)], filters=[clean])
    mail_password = PasswordField("Password of the mail server", [Length(max=500)])
    sender = email_field("Sender", required=False, description="The address that letters come from.")

    def validate_host(self, field: Field) -> None:
        if field.data and ("/" in field.data or " " in field.data or "@" in field.data):
            raise ValidationError("Write the server's name alone, such as smtp.company.com.")

    def validate_port(self, field: Field) -> None:
        if field.data is not None and not 1 <= field.data <= 65535:
            raise ValidationError("A port is a number from 1 to 65535.")
        if self.host.data and field.data is None and not field.errors:
            raise ValidationError("Write the port: usually 587 for STARTTLS, 465 for TLS.")

    def validate_sender(self, field: Field) -> None:
        if self.host.data and not field.data:
            raise ValidationError("Write the address that letters come from.")

    def keep(self, session: Session, *, by: User, at: datetime) -> MailServer:
        """Send mail through what was typed. An empty password keeps the one that is there, for the same user name."""
        server = mail_server(session)
        same = server is not None and (server.host, server.username) == (self.host.data, self.username.data)
        address = Address(
            host=self.host.data or "",
            port=self.port.data or 0,
            security=Security(self.security.data or Security.STARTTLS),
            username=self.username.data or "",
            sender=self.sender.data or "",
        )
        password = None if same and not self.mail_password.data else self.mail_password.data or ""
        return set_mail_server(session, address, password=password, by=by, at=at)
