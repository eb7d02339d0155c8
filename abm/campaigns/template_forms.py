"""What people write into a play template: its texts, its plays row by row, and the days counted from the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from abm.accounts.fields import Choice, Difference, Seen, WholeNumber, text
from abm.campaigns.forms import LONG, long_field
from abm.campaigns.templates import LONGEST, MOST_PLAYS, WORDS, PlayTemplate, TemplatePlay
from abm.kit.forms import Checkboxes, choices, clean, name_field
from abm.kit.rules import Conflict
from abm.touches.kinds import Channel

BLANK = 2  # rows for plays that are still to be written


class PlayRow(Form):
    """One play; a row without words is none. Day 1 is the first day of the campaign."""

    day = WholeNumber("Day", [Optional(), NumberRange(1, LONGEST, "Write a day from %(min)d to %(max)d.")])
    channel = Choice("Channel", choices={channel.value: channel.label for channel in Channel})
    what = StringField("What", [Length(max=200, message="Use at most 200 characters.")], filters=[clean])
    notes = TextAreaField("Content and notes", [LONG], filters=[text], render_kw={"rows": 2})


class TemplateForm(FlaskForm):
    """A template with its plays."""

    revision = Seen()
    name = name_field("Name", "Write the template's name.")
    tiers = Checkboxes("Meant for", choices=choices((str(tier), f"Tier {tier}") for tier in (1, 2, 3)))
    description = long_field("Description", "When to use it, and when not.")
    days = WholeNumber("Days", [InputRequired("Write how many days it lasts."), NumberRange(1, LONGEST)])
    objective = long_field("Objective", "What should be different afterwards, and by when.")
    message = long_field("Message", "What both sides say, in the customer's words.")
    offer = long_field("Offer and proof", "What they get, and why they should believe it.")
    ask_touches = WholeNumber("Touches per account", [InputRequired("Write how many."), NumberRange(0, 100)])
    ask_day = WholeNumber("Asked by day", [Optional(), NumberRange(1, LONGEST)])
    talk_track = long_field("Talk track", "What an AE says, asks and sends.")
    measure = long_field("Measure", "What will be measured, and what is expected.")
    plays = FieldList(FormField(PlayRow), "Plays", max_entries=MOST_PLAYS + BLANK)

    def validate_plays(self, field: FieldList[Any]) -> None:
        for row in field:
            if row.what.data and row.day.data is None:
                raise ValidationError(f"Write the day of “{row.what.data}”: 1 is the first day.")
            if row.notes.data and not row.what.data:
                raise ValidationError("Say what the play is, beside its notes; without both, the row is left out.")

    @property
    def facts(self) -> dict[str, Any]:
        """What was written, once it validates."""
        names = ("name", "description", "days", "objective", "message", "offer", "ask_touches", "talk_track", "measure")
        return {
            **{name: self.data[name] for name in names},
            "tiers": [int(tier) for tier in self.tiers.data or ()],
            "ask_day": None if self.ask_day.data is None else self.ask_day.data - 1,
            "plays": [
                TemplatePlay(row.day.data - 1, Channel(row.channel.data), row.what.data, row.notes.data or "").facts()
                for row in self.plays
                if row.what.data
            ],
        }

    @classmethod
    def of(cls, template: PlayTemplate | None) -> TemplateForm:
        """The form as it begins: what the template says, and rows for more plays."""
        form = cls(formdata=None, data=shown(template) if template else {"days": 42, "ask_touches": 4})
        for _ in range(BLANK):
            form.plays.append_entry()
        return form


def shown(template: PlayTemplate) -> dict[str, Any]:
    """What a template's form begins with: tiers as words, days as people count them."""
    facts = template.facts()
    return {
        **facts,
        "revision": template.revision,
        "tiers": [str(tier) for tier in facts["tiers"]],
        "ask_day": None if facts["ask_day"] is None else facts["ask_day"] + 1,
        "plays": [{**play, "day": play["day"] + 1} for play in facts["plays"]],
    }


def clashes(conflict: Conflict) -> list[Difference]:
    """Both values of each fact that somebody else changed meanwhile, in words."""
    theirs, yours = (value if isinstance(value, Mapping) else {} for value in (conflict.theirs, conflict.yours))
    return [Difference(WORDS[name], _words(name, theirs[name]), _words(name, yours[name])) for name in yours]


def _words(name: str, value: Any) -> str:
    if name == "tiers":
        return ", ".join(f"Tier {tier}" for tier in value)
    if name == "plays":
        plays = map(TemplatePlay.read, value)
        return "; ".join(
            f"day {play.day + 1}, {play.channel.label}: {play.what} {play.notes}".strip() for play in plays
        )
    if name == "ask_day":
        return "not said" if value is None else f"day {value + 1}"
    return str(value)
