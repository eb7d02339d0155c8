"""The form that makes an API token."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField

from abm.kit.forms import choices, name_field
from abm.people.tokens import LIFETIMES, TokenScope


class TokenForm(FlaskForm):
    """What a token is called, what it is for, and how long it holds."""

    name = name_field("Name", "Write a name, such as the program that will use it.")
    scope = RadioField(
        "What for", choices=choices((scope.value, scope.label) for scope in TokenScope), default=TokenScope.READ.value
    )
    days = SelectField("Holds for", coerce=int, choices=choices(LIFETIMES.items()), default=90)  # type: ignore[arg-type] # WTForms writes numbers as they are
