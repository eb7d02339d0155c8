"""Forms about people: their shape. What may be done, and by whom, the models say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from abm.kit.forms import Checkboxes, DayField, WholeNumberField, choices, clean, email_field, line_field, name_field
from abm.people.founding import Named
from abm.people.mail_fields import MailServerFields
from abm.people.models import LONGEST_BACK, Role, Team, User
from abm.people.passwords import PASSWORD_HINT, weakness
from abm.people.seats import Side


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

    def facts(self) -> Named:
        return Named(self.name.data or "", self.email.data or None)

    def offer_teams(self, teams: Iterable[Team]) -> None:
        self.team.choices = choices([("", "No team"), *((str(team.id), team.name) for team in teams)])


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

    def facts(self) -> tuple[str, str]:
        """Name and region."""
        return self.name.data or "", self.region.data or ""

    def offer_managers(self, people: Iterable[User]) -> None:
        self.manager.choices = choices([("", "Nobody"), *((str(user.id), user.name) for user in people)])


class ProgrammeForm(FlaskForm):
    """What a business unit or region is called."""

    name = name_field("Programme", "Write what the business unit or region is called.")


class NewProgrammeForm(ProgrammeForm):
    """A further programme, with the titles of its two seats."""

    marketing = name_field("Marketing seat", "Write the title of the function that signs for Marketing.")
    sales = name_field("Sales seat", "Write the title of the function that signs for Sales.")


class SideForm(FlaskForm):
    """One of several forms on the page of both seats: its fields carry the side's name."""

    kind = ""

    def __init__(self, side: Side, *, blank: bool = False, **values: object) -> None:
        self.side, self.name_on_page = side, f"{side}-{self.kind}"
        request = {"formdata": None} if blank else {}
        super().__init__(prefix=self.name_on_page, data=values, **request)


class SeatForm(SideForm):
    kind = "seat"
    title = name_field("Title", "Write the title of the function that signs, such as VP Sales.")
    holder = SelectField("Held by", [Optional()])
    stood = HiddenField("As it was seen")

    def offer_people(self, people: Iterable[User], holder: User | None) -> None:
        """Everybody active, and who holds it now even when deactivated since."""
        offered = {user.public_id: user.name for user in (*people, *([holder] if holder else []))}
        self.holder.choices = choices([("", "Nobody yet"), *offered.items()])


class DaysForm(FlaskForm):
    """From one day to another, both included."""

    first_day = DayField("First day", [DataRequired("Choose the first day.")])
    last_day = DayField("Last day", [DataRequired("Choose the last day.")])

    def validate_last_day(self, field: DayField) -> None:
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError("The last day lies before the first.")


class DeputyForm(DaysForm, SideForm):
    kind = "deputy"
    deputy = SelectField("Deputy", [DataRequired("Choose who stands in.")])
    reason = StringField(
        "Reason", [DataRequired("Say why: the other side reads it."), Length(max=500)], filters=[clean]
    )

    def offer_people(self, people: Iterable[User]) -> None:
        self.deputy.choices = choices([("", "Choose"), *((user.public_id, user.name) for user in people)])


class NextInLineForm(SideForm):
    kind = "next"
    person = SelectField("Next in line", [Optional()])

    def offer_people(self, people: Iterable[User]) -> None:
        self.person.choices = choices([("", "Nobody named"), *((user.public_id, user.name) for user in people)])


class OrganisationForm(FlaskForm):
    name = name_field("Organisation", "Write the company's name.")
    time_zone = StringField("Time zone", [Optional()], filters=[clean])
    backdating_days = WholeNumberField(
        "How many days back people log",
        [Optional(), NumberRange(0, LONGEST_BACK, f"Write a number of days up to {LONGEST_BACK}.")],
        description="Files bring facts of any age.",
    )


class MailServerForm(MailServerFields, FlaskForm):
    """The server that letters leave through."""

    host = StringField("Server", [DataRequired("Write the server's name, such as smtp.company.com.")], filters=[clean])
