"""What the demonstration's banner asks."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length


class ViewAs(FlaskForm):
    """Whose eyes to look through."""

    person = StringField("View as", [InputRequired(), Length(max=200)])
