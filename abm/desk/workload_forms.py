"""That a seat accepts what a list asks of a person; shape only."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from abm.kit.forms import clean

ASKED = r"asked:(sales|marketing):([a-z0-9]{16}|together)\Z"


class AcceptForm(FlaskForm):
    """A seat's word, with its reason."""

    what = HiddenField("What", [Regexp(ASKED, message="Choose what to accept.")])
    reason = StringField(
        "Why it is right this quarter",
        [
            DataRequired("Say why it is right this quarter; both seats read it."),
            Length(max=2000, message="Write no more than %(max)d characters."),
        ],
        filters=[clean],
    )
