"""What people ask of a list's past: a day, and the two ends of a difference. Everything stands in the address."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Optional, ValidationError

from abm.accounts.fields import Choice, say
from abm.kit.forms import DayField, clean
from abm.kit.text import shortened
from abm.targets.as_of import SORTS
from abm.targets.ends import End, read_end, usual_ends

EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)
LARGEST_PAGE: Final = 100_000


class AsOfForm(FlaskForm):
    """A day to look at, with the order and the page of the table. What is no day is said; the rest falls back."""

    class Meta:
        csrf = False

    day = DayField("Day", [Optional()])
    sort = StringField("Sort")
    page = StringField("Page")

    def validate_day(self, field: DayField) -> None:
        if field.data is not None and not EARLIEST <= field.data <= LATEST:
            raise ValidationError(f"Choose a day from {EARLIEST} to {LATEST}.")

    @property
    def sorted_by(self) -> str:
        return self.sort.data if self.sort.data in SORTS else SORTS[0]

    @property
    def page_number(self) -> int:
        written = self.page.data or ""
        whole = written.isascii() and written.isdigit() and len(written) < 7
        return min(int(written), LARGEST_PAGE) if whole else 1


class DifferencesForm(FlaskForm):
    """Both ends of a difference, chosen from what there is; an address may name others."""

    class Meta:
        csrf = False

    before = Choice("From", name="from", filters=[clean], validate_choice=False)
    after = Choice("To", name="to", filters=[clean], validate_choice=False)

    def offer(self, choices: list[tuple[str, str]], *, here: str, quarter_before: str) -> None:
        """Let people choose from these; what the address leaves out is what one mostly wants to see."""
        usual = usual_ends(choices, here=here, before=quarter_before)
        for field, value in zip((self.before, self.after), usual, strict=True):
            field.data = field.data or value
            known = dict(choices)
            field.choices = known if field.data in known else {field.data: shortened(field.data, 30), **known}

    def ends(self, here: str) -> tuple[End, End] | None:
        """Both ends; None where one cannot be read, which the form then says."""
        found = []
        for field in (self.before, self.after):
            try:
                found.append(read_end(field.data, here=here))
            except ValueError as fault:
                say(field, str(fault))
        return (found[0], found[1]) if len(found) == 2 else None
