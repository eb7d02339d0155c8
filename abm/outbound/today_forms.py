"""What is filled in from Today: an account put aside, one touch for many; and a side's judgement on an account."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from abm.accounts.fields import DayField, text
from abm.accounts.models import Account
from abm.kit.forms import Checkboxes, choices
from abm.outbound.forms import ChoiceField, HappenedForm, listed, outcome_choices
from abm.outbound.judging import Verdict
from abm.people.seats import Side

SHORT = Length(max=500, message="Use at most 500 characters.")


class SnoozeForm(FlaskForm):
    """Until when an account can wait, and why."""

    until = DayField("Until", [InputRequired("Choose the day on which it is back.")])
    reason = TextAreaField(
        "Why it can wait", [InputRequired("Say why it can wait."), SHORT], filters=[text], render_kw={"rows": 2}
    )


class ManyForm(HappenedForm):
    """One touch on each of several accounts; with whom and for which campaign differs, so that is not asked."""

    accounts = Checkboxes("On which accounts", [InputRequired("Choose at least one account.")])
    client_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=32)])

    def offer(self, accounts: Sequence[Account]) -> None:
        self.accounts.choices = choices((one.public_id, one.name) for one in accounts)
        self.what.choices = [*listed([("", "Choose …")]), *outcome_choices()]


class JudgementForm(FlaskForm):
    """How a side sees an account this week."""

    side = ChoiceField("For", coerce=Side, otherwise="Choose one of the sides.")
    verdict = RadioField(
        "How it goes",
        [InputRequired("Choose one of the three.")],
        choices=choices((one.value, one.label) for one in Verdict),
    )
    note = TextAreaField("What is in the way, or what helps", [SHORT], filters=[text], render_kw={"rows": 2})

    def offer(self, sides: Sequence[Side]) -> None:
        """Only who works for both sides chooses one."""
        if len(sides) == 1:
            del self.side
        else:
            self.side.choices = choices((one.value, one.label) for one in sides)
