"""What people write into the ledger; shape only, the rules are the models'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional, Regexp

from abm.accounts.fields import Choice, DayField, text
from abm.accounts.money import parse_amount, written_amount
from abm.campaigns.models import Campaign
from abm.kit.forms import clean, line_field, name_field
from abm.kit.rules import RuleBroken
from abm.people.programmes import Programme
from abm.spend.models import SpendBasis, SpendFacts, SpendKind, SpendLine, plays_of


class LineForm(FlaskForm):
    """One line of the ledger."""

    kind = Choice("Kind", choices={kind.value: kind.label for kind in SpendKind})
    basis = Choice("Planned or actual", choices={basis.value: basis.label for basis in SpendBasis})
    what = name_field("What for", "Say what it is for.")
    supplier = line_field("Supplier")
    first_day = DayField("Day, or the first of a period", [InputRequired("Write the day.")])
    last_day = DayField("Last day", description="Only of a period: the amount is spread evenly over its days.")
    amount = StringField("Amount", [InputRequired("Write the amount."), Length(max=40)], filters=[clean])
    currency = line_field("Currency", longest=3, description="Its code, like EUR.")
    campaign = Choice("Campaign", default="", description="Needed for a play.")
    play = Choice("Play", default="", description="Which of the campaign's plays, where it was for one.")
    programme = Choice("Programme")
    external_id = line_field("Number in another system", longest=40, description="An invoice's, for instance.")

    def offer(self, campaigns: Sequence[Campaign], programmes: Sequence[Programme]) -> None:
        """What can be chosen; a company with one programme is not asked for it, nor for a play before a campaign."""
        campaign = next((one for one in campaigns if one.slug == self.campaign.data), None)
        plays = plays_of(campaign) if campaign is not None else {}
        if plays and "play" in self:
            self.play.choices = {"": "None in particular", **plays}
        elif "play" in self:
            del self.play
        self.campaign.choices = {"": "None", **{one.slug: one.name for one in campaigns}}
        if len(programmes) > 1:
            self.programme.choices = {one.slug: one.name for one in programmes}
        elif "programme" in self:
            del self.programme

    def facts(self, campaigns: Sequence[Campaign], programmes: Sequence[Programme]) -> SpendFacts:
        """What was written, once it validates. Raises RuleBroken for an amount that cannot be read."""
        currency = (self.currency.data or "").upper()
        amount = parse_amount(self.amount.data or "", currency, field="amount") if len(currency) == 3 else None
        if amount is None:
            raise RuleBroken("Write the currency's code, like EUR.", field="currency")
        first = self.first_day.data
        if first is None:
            raise RuleBroken("Write the day.", field="first_day")
        programme = self.programme.data if "programme" in self else None
        play = self.play.data if "play" in self else None
        return SpendFacts(
            kind=SpendKind(self.kind.data),
            basis=SpendBasis(self.basis.data),
            what=self.what.data or "",
            supplier=self.supplier.data or "",
            first_day=first,
            last_day=self.last_day.data or first,
            amount=amount,
            currency=currency,
            campaign=next((one for one in campaigns if one.slug == self.campaign.data), None),
            play=play or None,
            programme=next((one for one in programmes if one.slug == programme), None),
            external_id=self.external_id.data or None,
        )


class CorrectionForm(LineForm):
    """What a line should say, and why it is corrected."""

    reason = line_field("Why", description="Both stay in the history.")


class VoidForm(FlaskForm):
    reason = TextAreaField("Why it is voided", [DataRequired("Say why it is voided.")], filters=[text])


class UploadForm(FlaskForm):
    """A file of lines; `told` is its text once it was read, which confirming sends again."""

    file = FileField("CSV file")
    told = HiddenField("What was read")
    confirm = HiddenField("Confirm")


class Narrowing(FlaskForm):
    """What the ledger is narrowed to, from the address."""

    class Meta:
        csrf = False

    quarter = StringField("Quarter", [Optional(), Regexp(r"20\d\d-q[1-4]\Z")])
    kind = StringField("Kind", [Optional(), AnyOf([kind.value for kind in SpendKind])])
    basis = StringField("Basis", [Optional(), AnyOf([basis.value for basis in SpendBasis])])
    campaign = StringField("Campaign", [Optional(), Length(max=80)])
    voided = StringField("Voided too", [Optional(), AnyOf(["1"])])
    page = StringField("Page")

    @property
    def page_number(self) -> int:
        written = self.page.data or ""
        return max(1, int(written)) if written.isascii() and written.isdigit() and len(written) < 7 else 1


def shown(line: SpendLine) -> dict[str, Any]:
    """What the form of a line begins with."""
    facts = {name: getattr(line, name) for name in ("what", "supplier", "first_day", "currency", "external_id")}
    return {
        **facts,
        "kind": line.kind.value,
        "basis": line.basis.value,
        "last_day": None if line.last_day == line.first_day else line.last_day,
        "amount": written_amount(line.amount, line.currency),
        "campaign": line.campaign.slug if line.campaign else "",
        "play": line.play or "",
        "programme": line.programme.slug,
    }
