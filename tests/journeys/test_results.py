"""The results of a campaign of the demonstration, as the product says and as pandas says of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Any

import pandas as pd
import pytest
from flask import Flask
from sqlalchemy import select

from abm.campaigns.models import Campaign
from abm.kit import clock
from abm.kit.db import db, session, writing
from abm.people.current import organisation
from abm.results.campaign_results import CampaignResults, results_of
from abm.results.influence import Model

SLUG = "hours-at-the-border"
ANSWERS = {  # of what the demonstration tells, what somebody did in return
    *("web visit", "web demo request", "email replied", "email clicked", "webinar attended", "content downloaded"),
    *("call connected", "call meeting booked", "meeting held", "event attended"),
}
QUARTER, HALF_YEAR = pd.Timedelta(days=90), pd.Timedelta(days=180)


class Tables:
    """What the database holds of the campaign, as frames."""

    def __init__(self) -> None:
        self.campaign = self.read("SELECT * FROM campaign WHERE slug = :slug", "starts_on", "ends_on").iloc[0]
        self.members = self.read(
            "SELECT m.* FROM audience_member m JOIN campaign c ON c.id = m.campaign_id WHERE c.slug = :slug",
            *("starts", "ends"),
        ).set_index("account_id")
        self.members["day"] = self._day(self.members["starts"])
        ended = self._day(self.members["ends"]).max()
        self.last = min(min(self.campaign["ends_on"], ended) + QUARTER, pd.Timestamp(organisation().today(clock.now())))
        self.touches = self.read("SELECT * FROM touch WHERE voided_at IS NULL", "day", "at")
        self.touches["kind"] = self.touches["channel"] + " " + self.touches["outcome"]
        deals = "SELECT o.*, s.category FROM opportunity o JOIN crm_stage s ON s.id = o.stage_id WHERE o.type = 'new'"
        self.deals = self._within(self.read(deals, "created_on", "closed_on"), "created_on")

    def read(self, query: str, *days: str) -> pd.DataFrame:
        params = {"slug": SLUG} if ":slug" in query else None
        return pd.read_sql_query(query, db.engine, params=params, parse_dates=list(days))

    def accounts(self) -> pd.DataFrame:
        """Each account of both arms, with what came of it."""
        touches = self._within(self.touches, "day")
        answered = touches.loc[touches["kind"].isin(ANSWERS), "account_id"]
        held = touches.loc[touches["kind"] == "meeting held", "account_id"]
        won = self.deals[(self.deals["category"] == "won") & (self.deals["closed_on"] <= self.last)]
        found = self.members[["tier", "held_out"]].copy()
        for name, ids in (("engaged", answered), ("met", held), ("opened", self.deals["account_id"])):
            found[name] = found.index.isin(ids)
        found["won"] = found.index.isin(won["account_id"])
        return found

    def worked_deals(self) -> pd.DataFrame:
        """What the audience opened and has not lost."""
        lost = (self.deals["category"] == "lost") & (self.deals["closed_on"] <= self.last)
        kept: pd.DataFrame = self.deals[~lost & ~self.deals["held_out"].astype(bool)]
        return kept

    def credit(self) -> pd.DataFrame:
        """Of every such deal, what falls to the campaign by the first answer, the last one, and all of them evenly."""
        answers = self.touches[self.touches["kind"].isin(ANSWERS)].sort_values(["at", "id"])
        pairs = self.worked_deals().merge(answers, on="account_id", suffixes=("", "_touch"))
        before = pairs["day"].between(pairs["created_on"] - HALF_YEAR, pairs["created_on"])
        pairs = pairs[before].assign(ours=lambda one: one["campaign_id"] == self.campaign["id"])
        found = pairs.groupby("id")["ours"].agg(["first", "last", "mean"]).astype(float)
        return found.mul(self.deals.set_index("id")["amount"], axis=0).dropna()

    def _within(self, facts: pd.DataFrame, day: str) -> pd.DataFrame:
        joined = facts.join(self.members[["day", "held_out"]].rename(columns={"day": "first_day"}), on="account_id")
        within: pd.DataFrame = joined[(joined[day] >= joined["first_day"]) & (joined[day] <= self.last)]
        return within

    @staticmethod
    def _day(instants: pd.Series[Any]) -> pd.Series[Any]:
        """The day at the company's place, from instants in UTC."""
        there: pd.Series[Any] = instants.dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
        days: pd.Series[Any] = there.dt.tz_localize(None).dt.normalize()
        return days


@pytest.fixture(scope="module")
def both(demonstration: Flask) -> Iterator[tuple[CampaignResults, Tables]]:
    with demonstration.test_request_context(), writing(False):
        campaign = session.scalars(select(Campaign).where(Campaign.slug == SLUG)).one()
        found = results_of(session(), campaign, organisation=organisation(), at=clock.now())
        assert found is not None
        yield found, Tables()


def test_every_share_of_every_tier_is_that_of_the_tables(both: tuple[CampaignResults, Tables]) -> None:
    found, tables = both
    accounts = tables.accounts()
    assert (found.arms.drawn, found.arms.left_alone, found.until) == (True, set(), tables.last.date())
    assert len(found.arms.control) == accounts["held_out"].sum() >= 30
    for measure in found.measures:
        told = {
            (tier, held_out): (one.hits, one.of)
            for tier, both_arms in measure.lift.tiers.items()
            for held_out, one in ((0, both_arms.audience), (1, both_arms.control))
        }
        counted = accounts.groupby(["tier", "held_out"])[measure.key].agg(["sum", "count"])
        assert told == {place: tuple(row) for place, row in zip(counted.index, counted.to_numpy(), strict=True)}


def test_the_difference_is_that_of_the_tiers_weighted_by_the_audience(both: tuple[CampaignResults, Tables]) -> None:
    found, tables = both
    accounts = tables.accounts()
    weights = accounts[accounts["held_out"] == 0]["tier"].value_counts(normalize=True)
    for measure in found.measures:
        arms = accounts.groupby(["held_out", "tier"])[measure.key].agg(["mean", "count"])
        rate, part = arms["mean"], 1.959963984540054**2 / arms["count"]
        root = (part * (rate * (1 - rate) + part / 4)) ** 0.5
        low, high = ((rate + part / 2 + sign * root) / (1 + part) for sign in (-1, 1))
        difference = (weights * (rate[0] - rate[1])).sum()
        below = sqrt((weights**2 * ((rate - low)[0] ** 2 + (high - rate)[1] ** 2)).sum())
        above = sqrt((weights**2 * ((high - rate)[0] ** 2 + (rate - low)[1] ** 2)).sum())
        interval = measure.lift.interval
        assert interval is not None
        assert (interval.low, measure.lift.difference, interval.high) == pytest.approx(
            (difference - below, difference, difference + above)
        )


def test_pipeline_and_credit_are_those_of_its_deals(both: tuple[CampaignResults, Tables]) -> None:
    found, tables = both
    credit = tables.credit().sum()
    assert found.pipeline.minor == tables.worked_deals()["amount"].sum() > 0
    assert (found.credits[Model.FIRST], found.credits[Model.LAST]) == (credit["first"], credit["last"])
    assert found.credits[Model.EVEN] == pytest.approx(credit["mean"], abs=10 * len(tables.credit()))  # cents left over
