"""What is written in a review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from abm.accounts.fields import text
from abm.kit.forms import DayField, WholeNumberField, choices, line_field, name_field
from abm.kit.text import one_line
from abm.people.models import User
from abm.rhythm.agenda import Point
from abm.rhythm.decisions import EVERY, FIGURES, TIERS, WORTHS, Choice, Lever
from abm.rhythm.meeting_times import WEEKDAYS
from abm.rhythm.reviews import LONGEST_NOTE

NAMED: Final = "named"


class WhichWeek(FlaskForm):
    """What the address of a review may say beside its week."""

    class Meta:
        csrf = False

    quarter = StringField("Quarter", [Optional(), Regexp(r"(?:19|2\d)\d{2}-q[1-4]\Z")])
    seen = IntegerField("Seen", [Optional(), NumberRange(0, 1_000_000_000)])


class PointForm(FlaskForm):
    """Which point is taken up."""

    point = StringField("Point", [AnyOf([point.value for point in Point], "There is no such point.")])


class NoteForm(FlaskForm):
    """What was said on a point."""

    text = TextAreaField("Notes", [Length(max=LONGEST_NOTE)], filters=[text])
    seen = HiddenField(validators=[Regexp(r"\d{1,9}\Z")], default="0")


class DecisionForm(FlaskForm):
    """A bet: what is done, with which lever, and what it should move by when."""

    what = name_field("What we decide", "Say in a sentence what you decide.")
    lever = SelectField("Lever", choices=choices((one.value, one.label) for one in Lever))
    scope = SelectField(
        "Which accounts", choices=choices([(EVERY, "All accounts"), *TIERS.items(), (NAMED, "These accounts:")])
    )
    names = TextAreaField(
        "Accounts by name",
        [Length(max=4_000, message="Use at most 4,000 characters.")],
        filters=[text],
        description="Only for “these accounts”; one on each line, as this week calls them.",
    )
    figure = SelectField("Figure that it should move", choices=choices(FIGURES.items()))
    expected = WholeNumberField(
        "We expect it to become",
        [InputRequired("Say what you expect the figure to become."), NumberRange(0, 10**12, "Write 0 or more.")],
        description="A number of accounts, meetings or deals; pipeline in whole units of the currency.",
    )
    check_on = DayField("Day to check", [InputRequired("Say on which day you look at what became of it.")])

    @property
    def named(self) -> list[str]:
        """The names of accounts, one of each line."""
        return [name for line in (self.names.data or "").splitlines() if (name := one_line(line))]

    @property
    def written(self) -> str:
        """What was typed, for a refusal that has no form to show it in."""
        return "; ".join(words for words in (self.what.data, self.names.data) if words)

    @property
    def is_worth(self) -> bool:
        return self.figure.data in WORTHS


class ActionForm(FlaskForm):
    """Who does what by when."""

    what = name_field("What", "Say what is to be done.", id="action-what")  # a decision's form stands beside it
    owner = SelectField("Who", [DataRequired("Choose who does it.")])
    due_on = DayField("By when", [InputRequired("Say by which day.")])

    def offer(self, people: Sequence[User]) -> None:
        self.owner.choices = choices((user.public_id, user.name) for user in people)


class FinishForm(FlaskForm):
    """How an action ended."""

    ending = RadioField("How it ended", choices=choices([("done", "Done"), ("dropped", "Dropped")]), default="done")
    outcome = line_field("In a word", description="What came of it; why, where it is dropped.")


class PassOnForm(FlaskForm):
    """Who does it now, and by when; `seen` is how the action stood when the form was shown."""

    seen = HiddenField(default="")
    owner = SelectField("Who", [DataRequired("Choose who does it.")])
    due_on = DayField("By when", [InputRequired("Say by which day.")])

    offer = ActionForm.offer


class JudgeForm(FlaskForm):
    """What a side makes of a decision once its day has come."""

    said = RadioField(
        "What becomes of it",
        [InputRequired("Choose what becomes of it.")],
        choices=choices((one.value, one.label) for one in Choice),
    )

    @property
    def chosen(self) -> Choice:
        return Choice(self.said.data)

    words = TextAreaField("Why", [Length(max=2_000, message="Use at most 2,000 characters.")], filters=[text])


class RhythmForm(FlaskForm):
    """When the review takes place."""

    weekday = SelectField("Day", coerce=int, choices=choices((str(n), name) for n, name in enumerate(WEEKDAYS)))
    begins = TimeField("Begins at", [InputRequired("Say when it begins, such as 10:00.")])
    lasts = WholeNumberField(
        "Minutes", [InputRequired("Say how many minutes."), NumberRange(15, 180, "Between 15 and 180 minutes.")]
    )
