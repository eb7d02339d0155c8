"""How an SMTP server is described, in the first run and in the settings."""

from __future__ import annotations

from wtforms import Field, IntegerField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import Length, NumberRange, Optional

from abm.kit.forms import choices, clean, email_field
from abm.people.mail import Security


class MailServerFields:
    """Fields for a form: either all that a server needs, or none."""

    host = StringField("Server", [Optional(), Length(max=200)], filters=[clean])
    port = IntegerField("Port", [Optional(), NumberRange(1, 65535, "A port is a number from 1 to 65535.")], default=587)
    security = SelectField("Encryption", choices=choices((kind.value, kind.label) for kind in Security))
    username = StringField("User name", [Length(max=200)], filters=[clean])
    mail_password = PasswordField("Password of the mail server", [Length(max=500)])
    sender = email_field("Sender", required=False, description="The address that letters come from.")

    def validate_host(self, field: Field) -> None:
        if field.data and ("/" in field.data or " " in field.data or "@" in field.data):
            raise ValidationError("Write the server's name alone, such as smtp.company.com.")

    def validate_port(self, field: Field) -> None:
        if self.host.data and not field.data:
            raise ValidationError("Write the port: usually 587 for STARTTLS, 465 for TLS.")

    def validate_sender(self, field: Field) -> None:
        if self.host.data and not field.data:
            raise ValidationError("Write the address that letters come from.")
