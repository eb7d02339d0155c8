"""Forms about people: their shape. What may be done, and by whom, the models say."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from abm.kit.forms import Checkboxes, choices, clean, email_field, line_field, name_field
from abm.people.mail_fields import MailServerFields
from abm.people.models import Role
from abm.people.passwords import PASSWORD_HINT, weakness

class SignInForm(FlaskForm):
    email = EmailField("E-mail", [DataRequired("Write your e-mail address."), Length(max=254)], filters=[clean])
    password = PasswordField("Password", [InputRequired("Write your password.")])


class ForgottenForm(FlaskForm):
    email = email_field("E-mail")


class PasswordForm(FlaskForm):
    """A new password. `context` are words of the person and the company that it must not consist of."""

    password = PasswordField("Password", [InputRequired("Choose a password.")], description=PASSWORD_HINT)

    def __init__(self, *args: Any, context: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.context = context

    def validate_password(self, field: PasswordField) -> None:
        fault = weakness(field.data or "", context=self.context)
        if fault is not None:
            raise ValidationError(fault)


class ChangePasswordForm(PasswordForm):
    current = PasswordField("Your password now", [InputRequired("Write your password as it is now.")])


class PersonForm(FlaskForm):
    """Who somebody is."""

    name = name_field("Name", "Write the name.", description="First and last name, as colleagues know them.")
    email = email_field("E-mail", required=False)
    team = SelectField("Team", [Optional()])

    def offer_teams(self, teams: list[tuple[str, str]]) -> None:
        self.team.choices = choices([("", "No team"), *teams])


class RolesForm(FlaskForm):
    roles = Checkboxes("Roles", choices=choices((role.value, role.label) for role in Role))

    def validate_roles(self, field: Checkboxes) -> None:
        if not field.data:
            raise ValidationError("Choose at least one role.")

    def chosen(self) -> frozenset[Role]:
        return frozenset(Role(value) for value in self.roles.data or ())


class InvitationForm(PersonForm, RolesForm):
    """A new person; with an address they get a link to choose a password."""


class TeamForm(FlaskForm):
    name = name_field("Team", "Write the team's name.")
    region = line_field("Region", longest=40)
    manager = SelectField("Sales manager", [Optional()])


class SeatForm(FlaskForm):
    title = name_field("Title", "Write the title of the function that signs, such as VP Sales.")
    holder = SelectField("Held by", [Optional()])


class DaysForm(FlaskForm):
    """From one day to another, both included."""

    first_day = DateField("First day", [DataRequired("Choose the first day.")])
    last_day = DateField("Last day", [DataRequired("Choose the last day.")])

    def validate_last_day(self, field: DateField) -> None:
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError("The last day lies before the first.")


class DeputyForm(DaysForm):
    deputy = SelectField("Deputy", [DataRequired("Choose who stands in.")])
    reason = StringField(
        "Reason", [DataRequired("Say why: the other side reads it."), Length(max=500)], filters=[clean]
    )



class OrganisationForm(FlaskForm):
    name = name_field("Organisation", "Write the company's name.")
    time_zone = StringField("Time zone", [Optional()], filters=[clean])


class MailServerForm(MailServerFields, FlaskForm):
    """The server that letters leave through."""

    host = StringField("Server", [DataRequired("Write the server's name, such as smtp.company.com.")], filters=[clean])
