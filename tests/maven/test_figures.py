"""How deals go, as the product says and as a few lines of pandas say."""

from __future__ import annotations

import pandas as pd
import pytest

from abm.accounts.deal_figures import DealFigures, deal_figures
from abm.accounts.models import rates_of
from tests.maven.world import Maven, organisation_of


@pytest.fixture
def figures(maven: Maven) -> DealFigures:
    with maven.session() as session:
        return deal_figures(session, rates_of(session, organisation_of(session)))


@pytest.fixture
def deals(maven: Maven) -> pd.DataFrame:
    return maven.sheets.read("opportunities")


@pytest.fixture
def won(deals: pd.DataFrame) -> pd.DataFrame:
    return deals[deals["deal_stage"] == "Won"]


def test_deals_by_stage(figures: DealFigures, deals: pd.DataFrame) -> None:
    assert figures.by_stage == deals["deal_stage"].value_counts().to_dict()


def test_the_win_rate(figures: DealFigures, deals: pd.DataFrame, won: pd.DataFrame) -> None:
    closed = deals["deal_stage"].isin(["Won", "Lost"])
    assert figures.won / figures.closed == pytest.approx(len(won) / closed.sum())
    assert (figures.won, figures.closed) == (4_238, 6_711)


def test_the_median_days_from_engaged_to_won(figures: DealFigures, won: pd.DataFrame) -> None:
    days = (won["close_date"] - won["engage_date"]).dt.days
    assert (figures.cycle_days, figures.cycle_of) == (days.median(), days.count())


def test_the_won_value_per_region(figures: DealFigures, maven: Maven, won: pd.DataFrame) -> None:
    value = won.merge(maven.sheets.read("people"), on="sales_agent").groupby("regional_office")["close_value"].sum()
    found = {region: total.minor for region, total in figures.won_by_region.items()}
    assert found == {str(region): round(dollars * 100) for region, dollars in value.items()}
    assert {(total.currency, total.unknown) for total in figures.won_by_region.values()} == {("USD", 0)}


def test_the_page_of_deals_shows_these_figures(maven: Maven, figures: DealFigures, won: pd.DataFrame) -> None:
    page = maven.page("/opportunities?state=all")
    shown = ["63 %", "4,238 won of 6,711 closed", f"{figures.cycle_days:.1f}", f"median of {len(won):,}"]
    assert [words for words in shown if words.replace(" ", "") not in page.replace("\u202f", "").replace(" ", "")] == []
    assert [region for region in figures.won_by_region if f"Won, {region}" not in page] == []
