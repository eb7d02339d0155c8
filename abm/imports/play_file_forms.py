"""The form that takes a file about plays."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField
from wtforms.validators import Length, Optional, Regexp

from abm.imports.filetype import ENCODINGS
from abm.kit.forms import choices


class PlayFileForm(FlaskForm):
    """A file, and the campaign and play of the lines that name none."""

    campaign = HiddenField("Campaign", [Optional(), Length(max=80)])
    play = HiddenField("Play", [Optional(), Regexp(r"[a-z0-9]{16}\Z")])
    file = FileField("CSV file", [FileRequired("Choose a file.")])
    encoding = SelectField(
        "Encoding",
        choices=choices([("", "Found by itself"), *ENCODINGS.items()]),
        description="Only where letters with accents came out wrong.",
    )
