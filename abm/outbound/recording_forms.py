"""What people fill in about a play that happened: for whom, who responded, and why a record does not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from abm.campaigns.reactions import kinds_of_reaction, our_outcomes, usual_outcome
from abm.campaigns.recordable import Playable, Reachable
from abm.kit.forms import Checkboxes, DayField, choices, clean, line_field
from abm.kit.text import bare

LISTED = 200  # accounts that stand there to be ticked; the search finds the others
LINES = 3  # for responses, at first and with every press of the button
MOST_LINES = 60
WHOM = {"all": "All of them", "some": "Only those ticked below", "but": "All but those ticked below"}


class ReactionLine(Form):
    """One response; a line without an account says nothing."""

    account = line_field("Account")
    what = SelectField("What they did", [Optional()])
    contact = line_field("Person")
    day = DayField("Day", [Optional()])


class ReactionsForm(FlaskForm):
    """Who responded."""

    reactions = FieldList(FormField(ReactionLine), "Who responded", min_entries=LINES, max_entries=MOST_LINES)

    def offer_reactions(self, play: Playable) -> None:
        kinds = choices([("", "Choose"), *kinds_of_reaction(play.channel).items()])
        for line in self.reactions:
            line.form.what.choices = kinds

    def more_lines(self) -> None:
        for _ in range(min(LINES, MOST_LINES - len(self.reactions))):
            self.reactions.append_entry()

    def lines(self) -> list[ReactionLine]:
        """The lines that say something."""
        return [line.form for line in self.reactions if line.form.account.data or line.form.what.data]

    def complete(self) -> bool:
        """Whether each line that says something says what; the fields tell what is missing."""
        for line in self.lines():
            if not line.account.data:
                line.account.errors = ["Write which account."]
            if not line.what.data:
                line.what.errors = ["Choose what they did."]
        return not any(line.account.errors or line.what.errors for line in self.lines())


class RecordForm(ReactionsForm):
    """A play that happened."""

    day = DayField("When it happened", [InputRequired("Write the day.")])
    outcome = SelectField("What we did")
    whom = RadioField("Accounts that it reached", choices=choices(WHOM.items()), default="all")
    q = StringField("Find accounts", [Length(max=80)], filters=[clean])
    accounts = Checkboxes("Accounts", [Optional()], validate_choice=False)
    note = TextAreaField("Note", [Optional(), Length(max=10_000, message="Use at most 10,000 characters.")])

    def offer(self, play: Playable) -> None:
        """What can be chosen for a play of this channel."""
        ours, usual = our_outcomes(play.channel), usual_outcome(play.channel)
        first = [] if usual else [("", "Choose")]
        ordered = sorted(ours.items(), key=lambda pair: pair[0] != usual)
        self.outcome.choices = choices([*first, *ordered])
        self.offer_reactions(play)

    def ticked(self) -> set[str]:
        return set(self.accounts.data or ())

    def chosen(self, offered: Sequence[Reachable]) -> list[Reachable]:
        """The accounts that are meant, of those that are offered."""
        ticked = self.ticked()
        if self.whom.data == "all":
            return list(offered)
        wanted = self.whom.data == "some"
        return [one for one in offered if (one.public_id in ticked) is wanted]

    def shown(self, offered: Sequence[Reachable]) -> list[Reachable]:
        """What stands there to be ticked: the ticked ones, then what the search finds."""
        ticked, words = self.ticked(), bare(self.q.data or "").split()
        first = [one for one in offered if one.public_id in ticked]
        found = (
            one for one in offered if one.public_id not in ticked and all(word in bare(one.name) for word in words)
        )
        return [*first, *(one for _, one in zip(range(LISTED), found, strict=False))]


class CorrectionForm(RecordForm):
    """What a play really was."""

    reason = line_field("What was wrong", longest=500)


class VoidRecordForm(FlaskForm):
    """Why a record does not count."""

    reason = TextAreaField(
        "Why it does not count",
        [InputRequired("Say why this record does not count."), Length(max=500, message="Use at most 500 characters.")],
    )


def begun(day: date, usual: str) -> Mapping[str, Any]:
    """What an empty form begins with."""
    return {"day": day, "outcome": usual, "whom": "all"}
