"""What people type while they build the draft: one cell, words for many, comments, pasted lines, a view's name."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from abm.accounts.fields import Choice, text
from abm.kit.forms import clean
from abm.targets.cells import Cell, Wanted
from abm.targets.forms import (
    OUTCOME_CHOICES,
    TIER_CHOICES,
    TOO_LONG,
    PublicIds,
    Ticked,
    tier_or_none,
)
from abm.targets.kinds import Motion, Outcome, Priority, Readiness
from abm.targets.queries import Colleague

LONGEST_PASTE = 500_000  # characters
LONGEST_COMMENT = 2000
LONGEST_VIEW_NAME = 60


class CellForm(FlaskForm):
    """One cell of the table: what it is to say, and what it said on the page."""

    value = Choice("Value", validators=[Optional()])
    reason = StringField("Why it is out", [Length(max=2000, message=TOO_LONG)], filters=[clean])
    seen = HiddenField("Seen")

    def __init__(self, *args: Any, cell: Cell, aes: list[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.value.choices = OUTCOME_CHOICES if cell is Cell.OUTCOME else TIER_CHOICES
        if cell is Cell.AE:
            self.offer(aes)
        self.value.label.text = {Cell.TIER: "Tier", Cell.AE: "AE", Cell.OUTCOME: "Outcome"}[cell]
        self.cell = cell

    def offer(self, aes: list[Colleague]) -> None:
        """Let these people be chosen."""
        self.value.choices = {"": "Nobody yet", **{one.public_id: one.name for one in aes}}

    def words(self, value: str) -> str:
        """What people read for a value."""
        choices: Any = self.value.choices
        return str(choices.get(value, value))

    def wanted(self, ae: Any) -> Wanted:
        """The decision; `ae` is the person whom the value names."""
        if self.cell is Cell.TIER:
            return Wanted(tier=tier_or_none(self.value.data))
        if self.cell is Cell.AE:
            return Wanted(ae=ae)
        return Wanted(outcome=Outcome(self.value.data or Outcome.CANDIDATE), reason=self.reason.data or "")


class NominateAllForm(Ticked):
    """Sales' word on several accounts."""

    priority = Choice("Priority", choices={one.value: f"{one.label} priority" for one in Priority})
    why = StringField("Why Sales wants them", [Length(max=2000, message=TOO_LONG)], filters=[clean])


class AssessAllForm(Ticked):
    """Marketing's word on several accounts."""

    readiness = Choice("Can we reach them?", choices={one.value: one.label for one in Readiness})
    why = StringField("What helps or is missing", [Length(max=2000, message=TOO_LONG)], filters=[clean])


class NominationCellForm(FlaskForm):
    """Sales' word in the table."""

    priority = Choice("Priority", choices={one.value: one.label for one in Priority})
    why = StringField("Why Sales wants it", [Length(max=2000, message=TOO_LONG)], filters=[clean])


class AssessmentCellForm(FlaskForm):
    """Marketing's word in the table."""

    readiness = Choice("Can we reach it?", choices={one.value: one.label for one in Readiness})
    why = StringField("What helps or is missing", [Length(max=2000, message=TOO_LONG)], filters=[clean])


class CommentForm(FlaskForm):
    """A comment on an entry, and a colleague whom it asks."""

    text = TextAreaField(
        "Comment",
        [InputRequired("Write what you want to say."), Length(max=LONGEST_COMMENT, message=TOO_LONG)],
        filters=[text],
        description="Ask a colleague by @ and their name: it shows on their home until they answer.",
        render_kw={"rows": 2},
    )
    ask = Choice("Ask", validators=[Optional()])

    def __init__(self, *args: Any, people: list[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask.choices = {"": "Nobody in particular", **{one.public_id: one.name for one in people}}


class PasteForm(FlaskForm):
    """Lines that name companies, typed, pasted or from a small file; and what was recognised of them before."""

    lines = TextAreaField(
        "Web domains or names",
        [Length(max=LONGEST_PASTE, message=TOO_LONG)],
        description="One company a line, up to 2,000: halden.com, Halden Freight, or the id that your CRM gives it.",
        render_kw={"rows": 10},
    )
    file = FileField("Or a text or CSV file with one column")
    accounts = PublicIds("Accounts")
    tier = Choice("Tier", choices=TIER_CHOICES, validators=[Optional()])
    ae = Choice("AE", validators=[Optional()])
    motion = Choice("Motion", choices={one.value: one.label for one in Motion}, default=Motion.NEW.value)

    def __init__(self, *args: Any, aes: list[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whoever = {"": "Whoever answers for the account"}
        self.ae.choices = {**whoever, **{one.public_id: one.name for one in aes}}


class ViewForm(FlaskForm):
    """A name for the present filter."""

    name = StringField(
        "Name of this view",
        [InputRequired("Write a name for this view."), Length(max=LONGEST_VIEW_NAME, message=TOO_LONG)],
        filters=[clean],
    )
