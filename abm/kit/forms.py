"""Fields that several domains ask for, so that a name or an address is cleaned and refused the same way everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import EmailField, Form, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, Email, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from abm.kit.rules import RuleBroken
from abm.kit.text import one_line


def clean(value: str | None) -> str:
    """One line without what nobody sees."""
    return one_line(value or "")


def cleaned_email(value: str | None) -> str:
    """An address in lower case: people do not tell addresses apart by it."""
    return clean(value).lower()


def name_field(label: str, needed: str, **options: Any) -> StringField:
    """A name of at most 200 characters; `needed` is what to say when it is missing."""
    rules = [DataRequired(needed), Length(max=200, message="Use at most 200 characters.")]
    return StringField(label, rules, filters=[clean], **options)


def line_field(label: str, *, longest: int = 200, **options: Any) -> StringField:
    """One line of text that may be left out."""
    return StringField(
        label, [Length(max=longest, message=f"Use at most {longest} characters.")], filters=[clean], **options
    )


def email_field(label: str, *, required: bool = True, **options: Any) -> EmailField:
    """An e-mail address."""
    first = DataRequired("Write the e-mail address.") if required else Optional()
    shape = Email("This does not read as an e-mail address. Write it like name@company.com.")
    rules = [first, shape, Length(max=254, message="Use at most 254 characters.")]
    return EmailField(label, rules, filters=[cleaned_email], **options)


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """The options of a select from (value, words) pairs."""
    return [SelectChoice(value, words) for value, words in pairs]


class Checkboxes(SelectMultipleField):
    """Several of a few: a checkbox each."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def show_refusal(form: Form, refusal: RuleBroken) -> None:
    """Let a form say which rule its values broke: beside the field that the rule names, else above all fields."""
    field = form[refusal.field] if refusal.field and refusal.field in form else None
    if field is None:
        form.form_errors.append(refusal.message)
    else:
        field.errors = [*field.errors, refusal.message]
