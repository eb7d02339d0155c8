"""Fields that several domains ask for, so that a name or an address is cleaned and refused the same way everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import DateField, EmailField, Field, Form, IntegerField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, Email, Length
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
    needed = [DataRequired("Write the e-mail address.")] if required else []
    shape = EmailIfAny("This does not read as an e-mail address. Write it like name@company.com.")
    rules = [*needed, shape, Length(max=254, message="Use at most 254 characters.")]
    return EmailField(label, rules, filters=[cleaned_email], **options)


class EmailIfAny(Email):
    """An e-mail address or nothing. Unlike `Optional` it lets the form's own checks of an empty field run."""

    def __call__(self, form: BaseForm, field: StringField) -> None:
        if field.data:
            super().__call__(form, field)


class WholeNumberField(IntegerField):
    """A whole number; what is none is said in words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as fault:
            raise ValueError("Write a whole number.") from fault


class DayField(DateField):
    """A day; one that does not exist is said in words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as fault:
            raise ValueError("There is no such day. Write it like 2026-11-24.") from fault


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """The options of a select from (value, words) pairs."""
    return [SelectChoice(value, words) for value, words in pairs]


class Checkboxes(SelectMultipleField):
    """Several of a few: a checkbox each."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def given(field: Field) -> Any:
    """What a field holds that the form's validation requires. Raises TypeError for a form that was not validated."""
    if field.data is None:
        raise TypeError(f"{field.name}: the form was not validated.")
    return field.data


def show_refusal(form: Form, refusal: RuleBroken) -> None:
    """Let a form say which rule its values broke: beside the field that the rule names, else above all fields."""
    field = form[refusal.field] if refusal.field and refusal.field in form else None
    if field is None:
        form.form_errors.append(refusal.message)
    else:
        field.errors = [*field.errors, refusal.message]
