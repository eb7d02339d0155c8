"""What people fill in: a touch, its correction, why it does not count, and what they look for among commitments."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than its stubs
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import DateTimeLocalInput

from abm.kit.forms import email_field, line_field
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.outcomes import OUTCOMES, OutcomeRule

PLACES = ("account", "today", "page")  # where the form stands, which says what the answer shows


class MomentField(Field):
    """A day and time as the organisation's clock shows it, or with its own offset where a script sends it."""

    widget = DateTimeLocalInput()
    data: datetime | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        self.data = None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = datetime.min  # noqa: DTZ901 refused below, with what else lies outside the calendar we keep
        if not 2000 <= moment.year <= 2100:
            raise ValueError("Choose the day and the time, like 24 Nov 2026 at 10:30.")
        self.data = moment


class ChoiceField(SelectField):
    """One of a list; `otherwise` is said of anything else."""

    def __init__(self, label: str, validators: Sequence[Any] = (), *, otherwise: str, **options: Any) -> None:
        super().__init__(label, list(validators), **options)
        self.invalid_choice_message = otherwise


@cache
def outcome_choices() -> tuple[SelectChoice, ...]:
    """Every channel with its outcomes, in groups that a browser shows without any script."""
    return tuple(
        SelectChoice(f"{channel}/{outcome}", f"{channel.label}: {rule.label}", optgroup=channel.label)
        for channel, outcomes in OUTCOMES.items()
        for outcome, rule in outcomes.items()
    )


def listed(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Choices from (value, words)."""
    return [SelectChoice(value, words) for value, words in pairs]


class HappenedForm(FlaskForm):
    """What happened, when, and for which side."""

    side = ChoiceField("For", coerce=TouchSide, otherwise="Choose one of the sides.")
    what = ChoiceField(
        "What happened",
        [InputRequired("Choose what happened.")],
        otherwise="Choose one of the outcomes on the list.",
    )
    inbound = BooleanField("They came to us")
    when = MomentField("When", [InputRequired("Say when it was.")])
    note = TextAreaField("Note", [Optional(), Length(max=2000, message="A note has at most 2,000 characters.")])

    def validate_inbound(self, field: BooleanField) -> None:
        if field.data and self.what.data and not self.what.errors and Direction.INBOUND not in self.rule.directions:
            raise ValidationError(f"“{self.rule.label}” is something that we do: take this tick out.")

    @property
    def kind(self) -> tuple[Channel, str]:
        """The channel and the outcome that were chosen."""
        channel, _, outcome = self.what.data.partition("/")
        return Channel(channel), outcome

    @property
    def rule(self) -> OutcomeRule:
        channel, outcome = self.kind
        return OUTCOMES[channel][outcome]

    @property
    def direction(self) -> Direction:
        """Theirs where the tick says so or the outcome is theirs alone."""
        return Direction.INBOUND if self.inbound.data else self.rule.directions[0]

    def moment(self, zone: str) -> datetime:
        """When it was, as an instant."""
        when = self.when.data
        if when is None:
            raise TypeError("The form was not validated.")
        return when if when.tzinfo else when.replace(tzinfo=ZoneInfo(zone))


class TouchForm(HappenedForm):
    """One contact between us and an account: with whom, who may be new here, and for which campaign."""

    contact = ChoiceField("With", [Optional()], otherwise="Choose one of the people on the list.")
    new_name = line_field("Their name")
    new_title = line_field("Their title")
    new_email = email_field("Their e-mail", required=False)
    campaign = ChoiceField("Campaign", [Optional()], otherwise="Choose one of the campaigns on the list.")

    def validate_new_name(self, field: StringField) -> None:
        if field.data and self.contact.data:
            raise ValidationError("Choose one of the people on the list, or write somebody new: not both.")
        if not field.data and (self.new_title.data or self.new_email.data):
            raise ValidationError("Write the name of whoever is new here.")


class LogForm(TouchForm):
    """A new touch. Its key makes sending it twice harmless, however long ago the first time was."""

    client_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=40)])
    place = HiddenField(default="page", validators=[AnyOf(PLACES)])


class CorrectionForm(TouchForm):
    """What a touch really was; `revision` is that of the touch that the form showed."""

    revision = HiddenField(validators=[InputRequired("This form is incomplete. Open it again.")])

    def validate_revision(self, field: HiddenField) -> None:
        if not str(field.data).isdigit():
            raise ValidationError("This form is incomplete. Open it again.")


class VoidForm(FlaskForm):
    """Why a touch does not count."""

    reason = TextAreaField(
        "Why it does not count",
        [InputRequired("Say why this touch does not count."), Length(max=500, message="Use at most 500 characters.")],
    )


class AcceptanceForm(FlaskForm):
    """Which commitments are accepted: one, or all that a person has not answered yet."""

    commitment = StringField("Commitment", [Optional(), Length(max=16)])
    book = StringField("Whose book", [Optional(), Length(max=16)])


class Narrowing(FlaskForm):
    """What the commitments page is narrowed to, from the address."""

    class Meta:
        csrf = False

    by = StringField("Whose", [Optional(), Length(max=16)])
    team = IntegerField("Team", [Optional(), NumberRange(1, 2**31 - 1)])
    tier = IntegerField("Tier", [Optional(), NumberRange(1, 3)])
    campaign = StringField("Campaign", [Optional(), Length(max=80)])
    when = StringField("When", [Optional(), AnyOf(("", "running", "ended"))])
    state = StringField("State", [Optional(), Length(max=16)])
    marketing = StringField("Marketing after", [Optional(), Length(max=40)])
    sales = StringField("Sales after", [Optional(), Length(max=40)])
