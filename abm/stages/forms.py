"""What people say when an account leaves its way; shape only, the rules are the model's."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from abm.kit.forms import choices
from abm.kit.text import paragraphs
from abm.stages.exits import ExitReason
from abm.stages.models import ExitKind

WHAT = {
    ExitKind.DISQUALIFIED: "Disqualified: it goes no further until that is taken back",
    ExitKind.RECYCLED: "Recycled: it begins anew, only what happens from tomorrow on counts",
}


class LeaveForm(FlaskForm):
    """How an account leaves its way, and why."""

    kind = RadioField(
        "What happens to it",
        [InputRequired("Choose one of the two.")],
        choices=choices((kind.value, words) for kind, words in WHAT.items()),
    )
    reason = SelectField(
        "Why",
        [InputRequired("Choose a reason.")],
        choices=choices([("", "Choose a reason"), *((one.value, one.label) for one in ExitReason)]),
    )
    words = TextAreaField(
        "In your words",
        [Length(max=500, message="Use at most 500 characters.")],
        filters=[lambda value: paragraphs(value or "")],
        description="Needed where it does not fit: say what does not.",
        render_kw={"rows": 2},
    )
