"""What is asked when a campaign ends: what to keep and what to retire, or why it is cancelled."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from abm.accounts.fields import text


def _asked(label: str, needed: str, description: str) -> TextAreaField:
    rules: list[Any] = [DataRequired(needed), Length(max=10_000, message="Write no more than %(max)d characters.")]
    return TextAreaField(label, rules, filters=[text], description=description, render_kw={"rows": 4})


class CompletionForm(FlaskForm):
    """The closing note of a campaign that ran, in two parts."""

    keep = _asked(
        "What to keep",
        "Write what to keep; “nothing” is an answer.",
        "What worked and why, so that the next plan can begin with it.",
    )
    retire = _asked(
        "What to retire",
        "Write what to retire; “nothing” is an answer.",
        "What nobody should do again, and what it cost to find out.",
    )


class CancellationForm(FlaskForm):
    """Why a campaign ends before its time."""

    note = _asked("Why it is cancelled", "Say why it is cancelled.", "Both sides read it beside the plan.")
