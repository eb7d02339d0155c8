"""What people may type about accounts, contacts, deals, stages and rates; shape only."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from abm.accounts.contacts import OPT_OUT_CHANNELS
from abm.accounts.fields import Choice, DayField, Seen, WholeNumber, text
from abm.accounts.identity import clean_domain
from abm.accounts.models import (
    Account,
    BuyingRole,
    Contact,
    DealType,
    Opportunity,
    Source,
    StageCategory,
    TeamFunction,
)
from abm.accounts.money import is_currency, parse_amount, written_amount
from abm.kit.forms import Checkboxes, clean
from abm.kit.rules import RuleBroken

TOO_LONG = "Write no more than %(max)d characters."
NO_ACCOUNT = "Write the account's name; as you type, those that match are offered."


class CurrencyField(StringField):
    """A currency by its code, whatever its case."""

    def pre_validate(self, form: object) -> None:  # noqa: ARG002 WTForms hands over the form
        self.data = (self.data or "").upper()
        if self.data and not is_currency(self.data):
            raise ValidationError(f"{self.data[:10]} is not a currency: write a code like EUR.")


def one_line_field(label: str, most: int = 200, *, missing: str = "", description: str = "") -> StringField:
    """A field of one line that may stay empty unless there is something to say when it is `missing`."""
    first = DataRequired(missing) if missing else Optional()
    return StringField(label, [first, Length(max=most, message=TOO_LONG)], filters=[clean], description=description)


def lines_field(label: str, description: str) -> TextAreaField:
    return TextAreaField(label, [Length(max=4000, message=TOO_LONG)], filters=[text], description=description)


def minor_units(written: Field, currency: Field) -> int | None:
    """An amount and its currency in minor units. Raises ValidationError with the mend."""
    if not (written.data or "").strip():
        return None
    if not currency.data or currency.errors:
        raise ValidationError("Write the currency beside it, such as EUR.")
    try:
        return parse_amount(written.data, currency.data)
    except RuleBroken as refusal:
        raise ValidationError(refusal.message) from refusal


def clean_domains(field: Field) -> list[str]:
    """The domains of a field, one on a line. Raises ValidationError for what is none."""
    try:
        return [clean_domain(one) for one in field.data.split()]
    except RuleBroken as refusal:
        raise ValidationError(refusal.message) from refusal


class AccountForm(FlaskForm):
    """A company."""

    name = one_line_field("Company name", missing="Write the company's name.")
    parent = one_line_field("Parent company", description=NO_ACCOUNT)
    division = one_line_field("Division", 40)
    industry = one_line_field("Industry", 40)
    segment = one_line_field("Segment", 40)
    country = one_line_field("Country", 40)
    city = one_line_field("City", 40)
    employees = WholeNumber("Employees", [Optional(), NumberRange(max=10**8, message="No company has that many.")])
    revenue_currency = CurrencyField("Currency of the revenue", filters=[clean])
    revenue = one_line_field("Yearly revenue", 40)
    domains = lines_field("Web domains that identify it", "One on a line, such as halden.com; each is one account's.")
    shared_domains = lines_field("Web domains shared with others", "One on a line: app stores, hosts, a group's site.")
    another = BooleanField("It is another company: add it all the same")
    revision = Seen()

    revenue_minor: int | None = None
    identifying: list[str] = []
    shared: list[str] = []

    FACTS = ("name", "division", "industry", "segment", "country", "city", "employees")

    @classmethod
    def showing(cls, account: Account) -> AccountForm:
        """The form of an account as it stands."""
        shown: dict[str, object] = {name: getattr(account, name) for name in cls.FACTS}
        if account.revenue_currency:
            shown["revenue"] = written_amount(account.revenue, account.revenue_currency)
        return cls(
            formdata=None,
            data=shown
            | {
                "revenue_currency": account.revenue_currency,
                "parent": account.parent.name if account.parent else "",
                "domains": "\n".join(one.domain for one in account.domains if one.identifies),
                "shared_domains": "\n".join(one.domain for one in account.domains if not one.identifies),
                "revision": account.revision,
            },
        )

    def validate_revenue(self, field: Field) -> None:
        self.revenue_minor = minor_units(field, self.revenue_currency)

    def validate_domains(self, field: Field) -> None:
        self.identifying = clean_domains(field)

    def validate_shared_domains(self, field: Field) -> None:
        self.shared = clean_domains(field)

    def facts(self) -> dict[str, Any]:
        """What a model takes; the parent and the domains need a look into the database."""
        currency = self.revenue_currency.data if self.revenue_minor is not None else None
        named = {name: self[name].data for name in self.FACTS}
        return named | {"revenue": self.revenue_minor, "revenue_currency": currency}


class LeaveAloneForm(FlaskForm):
    """Why nobody should approach an account, and until when."""

    why = TextAreaField(
        "Why",
        [DataRequired("Say why nobody should approach this account."), Length(max=1000, message=TOO_LONG)],
        filters=[text],
    )
    until = DayField("Until", [Optional()], description="The last day of it; without one until taken back.")


class AssignmentForm(FlaskForm):
    """Who works an account from a day on."""

    user = Choice("Person", validators=[InputRequired("Choose a person.")])
    function = Choice("Function", {one.value: one.label for one in TeamFunction})
    first_day = DayField("From", [InputRequired("Write the first day.")])


class ContactForm(FlaskForm):
    """A person at an account."""

    name = one_line_field("Name", missing="Write the person's name.")
    title = one_line_field("Title")
    email = one_line_field("E-mail", 254)
    phone = one_line_field("Phone", 40)
    buying_role = Choice(
        "Buying role", {role.value: role.label for role in BuyingRole}, default=BuyingRole.UNKNOWN.value
    )
    opted_out = Checkboxes("Leave alone by", choices={channel: channel.capitalize() for channel in OPT_OUT_CHANNELS})
    revision = Seen()

    FACTS = ("name", "title", "email", "phone")

    @classmethod
    def showing(cls, contact: Contact) -> ContactForm:
        """The form of a contact as it stands."""
        shown = {name: getattr(contact, name) for name in cls.FACTS}
        shown |= {"buying_role": contact.buying_role.value, "opted_out": list(contact.opted_out)}
        return cls(formdata=None, data=shown | {"revision": contact.revision})

    def facts(self) -> dict[str, Any]:
        named = {name: self[name].data for name in self.FACTS}
        return {**named, "buying_role": BuyingRole(self.buying_role.data)}


class MergeForm(FlaskForm):
    """Who else the same person is."""

    other = Choice("The same person as", validators=[InputRequired("Choose who is the same person.")])

    @classmethod
    def among(cls, contacts: Sequence[Contact]) -> MergeForm:
        """The form with these to choose from."""
        form = cls()
        form.other.choices = {"": "Choose a contact"} | {
            one.public_id: ", ".join(filter(None, (one.name, one.title, one.email))) for one in contacts
        }
        return form


class OpportunityForm(FlaskForm):
    """A deal. Its stages and people come from the database."""

    name = one_line_field("Opportunity", missing="Write the opportunity's name.")
    account = one_line_field("Account", description=NO_ACCOUNT)
    stage = Choice("Stage", validators=[InputRequired("Choose a stage.")])
    amount = one_line_field("Amount", 40)
    currency = CurrencyField("Currency", [DataRequired("Write the currency, such as EUR.")], filters=[clean])
    owner = Choice("Owner", default="")
    source = Choice("Source", {source.value: source.label for source in Source}, default="unknown")
    partner = one_line_field("Partner", description="Where a partner brought it or leads it.")
    type = Choice("Type", {kind.value: kind.label for kind in DealType}, default="new")
    created_on = DayField("Created", [Optional()])
    qualified_on = DayField(
        "Qualified", [Optional()], description="Filled in by itself when the stage is a qualified one."
    )
    closed_on = DayField("Closed", [Optional()], description="The day on which it was won or lost.")
    revision = Seen()

    amount_minor: int | None = None

    FACTS = ("name", "currency", "partner", "created_on", "qualified_on", "closed_on")

    @classmethod
    def showing(cls, deal: Opportunity) -> OpportunityForm:
        """The form of a deal as it stands."""
        shown: dict[str, object] = {name: getattr(deal, name) for name in cls.FACTS}
        return cls(
            formdata=None,
            data=shown
            | {
                "account": deal.account.name if deal.account else "",
                "stage": str(deal.stage_id),
                "owner": deal.owner.public_id if deal.owner else "",
                "amount": written_amount(deal.amount, deal.currency),
                "source": deal.source.value,
                "type": deal.type.value,
                "revision": deal.revision,
            },
        )

    def validate_amount(self, field: Field) -> None:
        self.amount_minor = minor_units(field, self.currency)

    def facts(self) -> dict[str, Any]:
        """What a model takes; account, stage and owner need a look into the database."""
        named = {name: self[name].data for name in self.FACTS}
        kinds = {"source": Source(self.source.data), "type": DealType(self.type.data)}
        return named | kinds | {"amount": self.amount_minor}


class StageForm(FlaskForm):
    """A stage of the company's own sales process."""

    name = one_line_field("Stage", missing="Write the stage's name, as your CRM has it.")
    position = WholeNumber("Place in the order", [Optional(), NumberRange(1, 1000, "A place lies between 1 and 1000.")])
    category = Choice("What it comes down to", {one.value: one.value.capitalize() for one in StageCategory})
    qualified = BooleanField("Its deals are qualified pipeline")


class RateForm(FlaskForm):
    """What a currency is worth in the reporting currency from a day on."""

    currency = CurrencyField("Currency", [DataRequired("Write the currency, such as USD.")], filters=[clean])
    day = DayField("From", [InputRequired("Write the day from which the rate holds.")])
    rate = one_line_field("Worth of one unit", 30, missing="Write the rate, such as 0.92.")

    def validate_rate(self, field: Field) -> None:
        whole, _, decimals = field.data.partition(".")
        readable = (whole + decimals).isascii() and (whole + decimals).isdigit()
        if not readable:
            raise ValidationError("Write the rate with a point, such as 0.92.")
        self.exact = Decimal(field.data)
