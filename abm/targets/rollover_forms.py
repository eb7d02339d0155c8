"""What people accept of a roll-over: ticked accounts or everything suggested, or their own choice instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, StringField
from wtforms.validators import AnyOf, Length, Optional, Regexp, ValidationError
from wtforms.widgets import HiddenInput

from abm.kit.forms import clean
from abm.targets.forms import PUBLIC_ID, TIER_NAMES, TOO_LONG, PublicIds
from abm.targets.rolling_over import Choice
from abm.targets.rollover import Kind
from abm.targets.rollover_facts import Candidate

OUT: Final = "out"
CHOICES: Final = {**TIER_NAMES, OUT: "Out"}
STATES: Final = ("open", "decided")
PREFIX: Final = "to-"


class ChosenTiers(Field):
    """By the account's public id, the tier that its row chooses, or that it is out."""

    widget = HiddenInput()
    data: dict[str, str]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ARG002 WTForms calls it so
        sent: Mapping[str, str] = formdata or {}
        self.data = {name.removeprefix(PREFIX): sent[name] for name in sent if name.startswith(PREFIX)}
        self.process_errors = []

    def pre_validate(self, form: object) -> None:  # noqa: ARG002 WTForms hands over the form
        if not set(self.data.values()) <= CHOICES.keys():
            raise ValidationError("Choose tier 1, 2 or 3, or out.")


class RollOverFilters(FlaskForm):
    """What of the list is shown, from the address; what cannot be read narrows nothing."""

    class Meta:
        csrf = False

    kind = StringField("Suggestion", [Optional(), AnyOf(list(Kind))])
    state = StringField("State", [Optional(), AnyOf(STATES)])
    tier = StringField("Tier", [Optional(), AnyOf(list(TIER_NAMES))])
    page = StringField("Page", [Optional(), Regexp(r"[1-9]\d{0,4}\Z")])

    def shows(self, one: Candidate) -> bool:
        """Whether the filters leave a row."""
        kind, state, tier = (self._asked(name) for name in ("kind", "state", "tier"))
        return (
            (not kind or one.suggestion.kind == kind)
            and (not state or (one.decided is not None) == (state == "decided"))
            and (not tier or str(one.row.tier) == tier)
        )

    @property
    def page_number(self) -> int:
        return int(self._asked("page") or 1)

    def _asked(self, name: str) -> str:
        return "" if name in self.errors else self[name].data or ""


class RollOverForm(FlaskForm):
    """What is accepted: one account, those that are ticked, or every suggestion that the filter shows."""

    one = StringField("Account", [Optional(), Regexp(PUBLIC_ID, message="Open the page again, then accept.")])
    accounts = PublicIds("Accounts")
    everything = BooleanField("Everything that is suggested here")
    chosen = ChosenTiers("Tiers")
    reason = StringField("Why it is out", [Length(max=500, message=TOO_LONG)], filters=[clean])

    def validate_everything(self, field: BooleanField) -> None:
        if not field.data and not self.accounts.data and not self.one.data:
            raise ValidationError("Tick the accounts whose suggestion you accept.")

    def choices(self, rows: Iterable[Candidate], filters: RollOverFilters) -> list[Choice]:
        """What is accepted for which account; a row's own choice goes before its suggestion."""
        return [self._choice(row) for row in rows if self._accepts(row, filters)]

    def _accepts(self, row: Candidate, filters: RollOverFilters) -> bool:
        name = row.row.account
        if self.one.data:
            return name == self.one.data
        return name in set(self.accounts.data) or (self.everything.data and row.decided is None and filters.shows(row))

    def _choice(self, row: Candidate) -> Choice:
        said, suggested = self.chosen.data.get(row.row.account), row.suggestion.tier
        tier = suggested if said is None else None if said == OUT else int(said)
        return Choice(row, tier, (self.reason.data or "") if tier is None and suggested is not None else "")
