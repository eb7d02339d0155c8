"""What people fill in to answer a commitment: another way, a wait, its end, and to whom it is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from abm.accounts.fields import Choice, DayField, text
from abm.kit.forms import Checkboxes, WholeNumberField, choices, name_field
from abm.outbound.answering import Otherwise
from abm.outbound.pauses import Ending
from abm.people.models import User

LONGEST = Length(max=1000, message="Use at most 1,000 characters.")


def _words(label: str, *needed: Any, **options: Any) -> TextAreaField:
    return TextAreaField(label, [*needed, LONGEST], filters=[text], render_kw={"rows": 2}, **options)


class AnotherWayForm(FlaskForm):
    """What of a commitment should be otherwise, and why."""

    wanted = WholeNumberField("How much", [Optional(), NumberRange(1, 1000, "Write a number from 1 to 1,000.")])
    last_day = DayField("Until")
    person = Choice("Who", default="")
    reason = _words("Why", InputRequired("Say why, so that whoever confirms it can judge."))

    def offer(self, colleagues: Sequence[User]) -> None:
        self.person.choices = {"": "As it is", **{one.public_id: one.name for one in colleagues}}

    def otherwise(self, colleagues: Sequence[User]) -> Otherwise:
        """What was filled in, once it validates."""
        person = next((one for one in colleagues if one.public_id == self.person.data), None)
        return Otherwise(self.wanted.data, self.last_day.data, person)


class WayAnswerForm(FlaskForm):
    """Whether another way holds from now on."""

    confirmed = StringField("Answer", [AnyOf(("yes", "no"), "Choose one of the two buttons.")])
    answer = _words("A word with it", description="Needed where it stays as it was assigned.")


class WaitForm(FlaskForm):
    """What the other side has to deliver first."""

    what = name_field("What is needed first", "Say what has to be delivered first.")
    on = Choice("Who delivers it", default="")
    by_day = DayField("By when", [InputRequired("Choose the day.")])

    def offer(self, others: Sequence[User]) -> None:
        self.on.choices = {"": "Choose …", **{one.public_id: one.name for one in others}}


class WaitEndForm(FlaskForm):
    """How a wait ended."""

    ending = RadioField("What happened", [InputRequired("Choose what happened.")])
    words = _words("A word with it")

    def offer(self, *, own: bool) -> None:
        """Whoever delivers says so, or why not; whoever waits says that it came, or is not needed any more."""
        other = (Ending.DECLINED, "It will not come") if own else (Ending.TAKEN_BACK, "It is not needed any more")
        endings = ((Ending.DELIVERED, "It was delivered"), other)
        self.ending.choices = choices((ending.value, words) for ending, words in endings)


class HandOverForm(FlaskForm):
    """Which commitments and open meetings go to whom."""

    to = Choice("To whom", default="")
    commitments = Checkboxes("Which")
    meetings = Checkboxes("Which open meetings")

    def offer(
        self,
        colleagues: Sequence[User],
        commitments: Sequence[tuple[str, str]],
        meetings: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.to.choices = {"": "Choose …", **{one.public_id: one.name for one in colleagues}}
        self.commitments.choices, self.meetings.choices = choices(commitments), choices(meetings)
