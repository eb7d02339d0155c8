"""Fields that read what people type, and say in a sentence what they could not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, IntegerField, SelectField
from wtforms.widgets import TextInput

from abm.kit.forms import show_refusal
from abm.kit.rules import Conflict, RuleBroken
from abm.kit.text import one_line, paragraphs

LONGEST_NUMBER = 12  # digits
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)


def text(value: str | None) -> str:
    """What was typed into a field of several lines."""
    return paragraphs(value or "")


class WholeNumber(IntegerField):
    """A number without decimals; commas and blanks between thousands may stand."""

    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        written = one_line(str(valuelist[0])) if valuelist else ""
        digits = written.replace(",", "").replace(" ", "")
        self.data = None
        if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER:
            self.data = int(digits)
        elif written:
            raise ValueError("Write a whole number like 1200.")


class DayField(DateField):
    """A day between 1990 and 2100."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        written = one_line(str(valuelist[0])) if valuelist else ""
        self.data = None
        if not written:
            return
        try:
            day = date.fromisoformat(written)
        except ValueError as error:
            raise ValueError("There is no such day: write it like 2026-11-24.") from error
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValueError("The day lies outside the years 1990 to 2100.")
        self.data = day


class Choice(SelectField):
    """One of a few; what the page did not offer is refused in words."""

    def __init__(self, label: str, choices: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(label, choices=choices or {}, **kwargs)
        self.invalid_choice_message = "Choose one of the list."


class Seen(HiddenField):
    """The revision that the page was made from: an edit of an older one is a conflict."""

    @property
    def revision(self) -> int:
        written = str(self.data or "")
        return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


@dataclass(frozen=True)
class Difference:
    """A field whose value somebody else has changed meanwhile, as both forms show it."""

    label: str
    theirs: str
    yours: str


def differences(theirs: FlaskForm, yours: FlaskForm) -> list[Difference]:
    """Where the form of what stands now differs from what was typed."""
    pairs = [(theirs[field.name], field) for field in yours if not isinstance(field, HiddenField)]
    shown = [(mine.label.text, _shown(other), _shown(mine)) for other, mine in pairs]
    return [Difference(*one) for one in shown if one[1] != one[2]]


def take_refusal(form: FlaskForm, refusal: RuleBroken, *, theirs: FlaskForm) -> list[Difference]:
    """Show in a form why it was refused. After a conflict it carries the newest revision: sending it again decides."""
    if isinstance(refusal, Conflict):
        form.revision.data = theirs.revision.data
        return differences(theirs, form)
    show_refusal(form, refusal)
    return []


def say(field: Field, message: str) -> None:
    """Add a sentence to the errors of a field."""
    field.errors = [*field.errors, message]


def _shown(field: Field) -> str:
    choices: Any = getattr(field, "choices", None)
    if isinstance(choices, dict):
        picked: Iterable[str] = field.data if isinstance(field.data, list) else [field.data or ""]
        return ", ".join(str(choices.get(value, value)) for value in picked)
    if isinstance(field.data, bool):
        return "yes" if field.data else "no"
    return "" if field.data is None else str(field.data)
