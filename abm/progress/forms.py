"""What a weekly view is narrowed to."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import AnyOf, Length, NumberRange, Optional, Regexp

from abm.progress.behind import FIGURES


class Narrowing(FlaskForm):
    """Filters of the week, from the address: each may be left out."""

    class Meta:
        csrf = False

    quarter = StringField("Quarter", [Optional(), Regexp(r"(?:19|2\d)\d{2}-q[1-4]\Z")])
    tier = IntegerField("Tier", [Optional(), NumberRange(1, 3, "Tiers are 1, 2 and 3.")])
    ae = StringField("AE", [Optional(), Length(max=16)])
    team = StringField("Team", [Optional(), Length(max=200)])
    segment = StringField("Segment", [Optional(), Length(max=200)])
    campaign = StringField("Campaign", [Optional(), Length(max=200)])
    figure = StringField("Figure", [Optional(), AnyOf(list(FIGURES), "There is no such figure.")])
    after = IntegerField("After", [Optional(), NumberRange(0, 1_000_000)])

    @property
    def chosen(self) -> dict[str, Any]:
        """What accounts are narrowed to, by the name that an address carries; empty for all of them."""
        fields = (self.tier, self.ae, self.team, self.segment, self.campaign)
        return {field.name: field.data for field in fields if field.data}


class Parted(FlaskForm):
    """Which part of a quarter's accounts its weeks speak of: `tier 1`, `team North`; all without one.

    The figures of one AE are for that AE and their manager: a quarter's page does not offer them.
    """

    class Meta:
        csrf = False

    part = StringField("Accounts", [Optional(), Length(max=200), Regexp(r"tier [1-3]\Z|team \S")])
