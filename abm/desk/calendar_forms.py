"""What the calendar's address asks for, and the form that moves a play; shape only."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, StringField
from wtforms.validators import (
    AnyOf,
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from abm.kit.clock import Week
from abm.kit.forms import DayField, clean


class CalendarForm(FlaskForm):
    """From which week on, which accounts, and how it is shown."""

    class Meta:
        csrf = False

    week = StringField("From week", [Optional(), Regexp(r"20\d\d-w\d\d\Z")])
    tier = IntegerField("Tier", [Optional(), NumberRange(1, 3)])
    ae = StringField("AE", [Optional(), Regexp(r"[a-z0-9]{16}\Z")])
    campaign = StringField("Campaign", [Optional(), Regexp(r"[a-z0-9][a-z0-9-]{0,79}\Z")])
    over = BooleanField("Only accounts over the cap")
    view = StringField("View", [Optional(), AnyOf(["agenda", "grid"])])
    page = IntegerField("Page", [Optional(), NumberRange(1, 10_000)])

    def validate_week(self, field: StringField) -> None:
        if field.data:
            try:
                Week.parse(field.data)
            except ValueError as fault:
                raise ValidationError(str(fault)) from fault

    def first_week(self, usual: Week) -> Week:
        return Week.parse(self.week.data) if self.week.data else usual

    @property
    def narrowing(self) -> dict[str, Any]:
        """The words of the address that stay when somebody goes on from here."""
        return {name: value for name, value in self.data.items() if name not in {"week", "page"} and value}


class MoveForm(FlaskForm):
    """Another day for a play, and why."""

    mark = HiddenField("Mark", [Optional(), Length(max=64)])
    day = DayField("New day", [InputRequired("Write the day.")])
    reason = StringField(
        "Why it moves",
        [
            DataRequired("Say why it moves; the history shows it."),
            Length(max=500, message="Use at most 500 characters."),
        ],
        filters=[clean],
    )
