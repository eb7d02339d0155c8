"""The one short form that founds an organisation."""

from __future__ import annotations

from collections.abc import Iterator

from flask_wtf import FlaskForm
from wtforms import Field, PasswordField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from abm.kit.forms import choices, clean, email_field, line_field, name_field
from abm.people.founding import Named, Plan
from abm.people.locales import MONTHS, currencies, zone_named
from abm.people.mail_fields import MailServerFields
from abm.people.passwords import PASSWORD_HINT, weakness
from abm.people.seats import Side

NEITHER = "neither"


class FirstRunForm(MailServerFields, FlaskForm):
    """Organisation, founder, both seats and, where there is one, the mail server."""

    company = name_field("Organisation", "Write the company's name.")
    time_zone = StringField("Time zone", [DataRequired("Choose the time zone.")], filters=[clean])
    fiscal_start_month = SelectField("Fiscal year starts in", choices=choices(MONTHS), default="1")
    currency = SelectField("Reporting currency", choices=choices(currencies()), default="EUR")

    name = name_field("Your name", "Write your name.")
    email = email_field("Your e-mail")
    password = PasswordField("Password", [InputRequired("Choose a password.")], description=PASSWORD_HINT)
    seat = RadioField(
        "Your seat",
        [InputRequired("Choose one of the three.")],
        choices=choices(
            [
                (Side.MARKETING.value, "I sign for Marketing"),
                (Side.SALES.value, "I sign for Sales"),
                (NEITHER, "Neither: I set things up (RevOps)"),
            ]
        ),
    )

    marketing_title = name_field("Title of the Marketing seat", "Write the title, such as CMO.", default="CMO")
    marketing_name = line_field("Who holds it")
    marketing_email = email_field("Their e-mail", required=False)
    sales_title = name_field("Title of the Sales seat", "Write the title, such as VP Sales.", default="CRO")
    sales_name = line_field("Who holds it")
    sales_email = email_field("Their e-mail", required=False)

    def validate_time_zone(self, field: Field) -> None:
        zone = zone_named(field.data or "")
        if zone is None:
            raise ValidationError("There is no such time zone. Choose one from the list, such as Europe/Berlin.")
        field.data = zone

    def validate_password(self, field: Field) -> None:
        fault = weakness(
            field.data or "", context=(self.name.data or "", self.email.data or "", self.company.data or "")
        )
        if fault is not None:
            raise ValidationError(fault)

    def validate_marketing_email(self, field: Field) -> None:
        self._check_holder(Side.MARKETING, field)

    def validate_sales_email(self, field: Field) -> None:
        self._check_holder(Side.SALES, field)
        if field.data and self.seat.data == NEITHER and field.data == self.marketing_email.data:
            raise ValidationError("One person never holds both seats.")

    def plan(self, password_hash: str) -> Plan:
        """What was filled in, for the founding."""
        own = Side(self.seat.data) if self.seat.data != NEITHER else None
        return Plan(
            name=self.company.data or "",
            time_zone=self.time_zone.data or "",
            fiscal_start_month=int(self.fiscal_start_month.data),
            currency=self.currency.data,
            founder=Named(self.name.data or "", self.email.data or ""),
            password_hash=password_hash,
            own_side=own,
            titles={side: self[f"{side}_title"].data for side in Side},
            holders=dict(self._holders()),
        )

    def _holders(self) -> Iterator[tuple[Side, Named]]:
        """Who else was named: for the founder's own seat nothing counts that was typed beside it."""
        for side in Side:
            name, email = self[f"{side}_name"].data, self[f"{side}_email"].data
            if self.seat.data != side and name and email:
                yield side, Named(name, email)

    def _check_holder(self, side: Side, email: Field) -> None:
        name = self[f"{side}_name"].data
        if self.seat.data == side:
            return
        if bool(name) != bool(email.data):
            raise ValidationError("Write both the name and the e-mail, or leave both empty and fill the seat later.")
        if email.data and email.data == self.email.data:
            raise ValidationError("This is your own address. Choose this seat as yours instead.")
