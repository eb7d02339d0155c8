"""The forms of an import: the file, and what a person says about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import Field, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from abm.accounts.money import is_currency
from abm.imports.choices import Choices, StageMeaning, guessed_meaning
from abm.imports.dates import DateOrder
from abm.imports.fields import FIELDS, NEEDED, Rows
from abm.imports.filetype import ENCODINGS
from abm.imports.models import Import, Kind
from abm.imports.money import NumberStyle
from abm.imports.planning import ROWS_OF, is_ambiguous
from abm.kit.forms import choices, line_field

KINDS = {
    Kind.ACCOUNTS: "Accounts: the companies we sell to",
    Kind.OPPORTUNITIES: "Opportunities: deals with their stage",
    Kind.PEOPLE: "People: contacts at accounts, or our own teams",
    Kind.TOUCHES: "Touches: calls, e-mails and meetings that were",
}
ORDERS = {
    "": "Say which",
    DateOrder.DAY_FIRST: "Day first: 31/12/2026",
    DateOrder.MONTH_FIRST: "Month first: 12/31/2026",
}
STYLES = {"": "Say which", NumberStyle.POINT: "1,234.56", NumberStyle.COMMA: "1.234,56"}


class UploadForm(FlaskForm):
    """A file and what it holds."""

    kind = RadioField(
        "What is in the file?",
        choices=choices((kind.value, words) for kind, words in KINDS.items()),
        default=Kind.ACCOUNTS.value,
    )
    file = FileField("CSV file", [FileRequired("Choose a file.")], description="Saved as CSV, with a row of headings.")
    encoding = SelectField(
        "Encoding",
        choices=choices([("", "Found by itself"), *ENCODINGS.items()]),
        description="Only where letters with accents came out wrong.",
    )


class TakeBackForm(FlaskForm):
    """Why the touches of a file do not count."""

    reason = TextAreaField(
        "Why they do not count",
        [InputRequired("Say why these touches do not count."), Length(max=500, message="Use at most 500 characters.")],
    )


class ChoicesForm(FlaskForm):
    """What the file leaves open. Stages and columns are asked about beside it, under names of their own."""

    date_order = SelectField("Days are written", choices=choices(ORDERS.items()))
    number_style = SelectField("Amounts are written", choices=choices(STYLES.items()))
    currency = line_field("Currency of the amounts", longest=3, description="A code such as EUR.")

    @classmethod
    def asking(cls, batch: Import, *, reporting: str, formdata: Any = None) -> ChoicesForm:
        """The form with what was chosen, and without what the file says by itself."""
        chosen = Choices.read(batch.options["choices"])
        values = {"date_order": chosen.date_order, "number_style": chosen.number_style}
        form = cls(formdata, data={**values, "currency": chosen.currency or batch.options["currency"] or reporting})
        columns = batch.mapping["columns"]
        if not is_ambiguous(batch.options["dates"]):
            del form.date_order
        if not is_ambiguous(batch.options["styles"]):
            del form.number_style
        if "currency" in columns or not {"amount", "revenue"} & columns.keys():
            del form.currency
        return form

    def validate_currency(self, field: Field) -> None:
        """Refuse what is no currency."""
        field.data = (field.data or "").upper()
        if field.data and not is_currency(field.data):
            field.errors = [*field.errors, f"{field.data} is no currency: write a code such as EUR."]

    def said(self, name: str) -> str:
        """What was chosen for a field that may not be asked."""
        return str(self[name].data or "") if name in self else ""


def mapping_field(name: str) -> str:
    return f"column-{name}"


def stage_field(place: int) -> str:
    return f"stage-{place}"


def read_choices(
    form: ChoicesForm, batch: Import, stages: Sequence[tuple[str, int]], sent: Mapping[str, str]
) -> Choices:
    """Everything that a person said: the form's fields, the stages by their place, the columns by field."""
    before = Choices.read(batch.options["choices"])
    meanings = {name: sent.get(stage_field(place), "") for place, (name, _) in enumerate(stages)}
    known = {meaning.value for meaning in StageMeaning}
    columns = batch.mapping["columns"]
    mapping = {
        name: column for name in FIELDS[Rows(batch.mapping["rows"])] if (column := sent.get(mapping_field(name)))
    }
    currency = form.said("currency")
    return Choices(
        date_order=form.said("date_order"),
        number_style=form.said("number_style"),
        currency=before.currency if currency == "" else currency,
        stages={**before.stages, **{name: meaning for name, meaning in meanings.items() if meaning in known}},
        mapping=mapping if mapping and mapping != columns else before.mapping,
    )


def stage_choices(stages: Sequence[tuple[str, int]], chosen: Choices) -> list[dict[str, Any]]:
    """What is asked about each unknown stage: its name, its rows, and what its name suggests."""
    return [
        {
            "field": stage_field(place),
            "name": name,
            "count": count,
            "value": chosen.meaning_of(name) or guessed_meaning(name) or "",
        }
        for place, (name, count) in enumerate(stages)
    ]


def read_mapping(kind: Kind, sent: Mapping[str, str]) -> dict[str, str]:
    """The columns that somebody named for needed fields while uploading."""
    names = {name for rows in ROWS_OF[kind] for name in FIELDS[rows]}
    return {name: column[:300] for name in sorted(names) if (column := sent.get(mapping_field(name), "").strip())}


def needed_fields(kind: Kind) -> dict[str, str]:
    """The fields that a file of this kind must have, with their words."""
    return {name: FIELDS[rows][name] for rows in ROWS_OF[kind] for choice in NEEDED[rows] for name in choice}
