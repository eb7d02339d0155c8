"""The results of a campaign: figures worked out by hand, arms that stay as they were meant, and the page."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from abm.accounts.models import DealType, StageCategory, add_stage, create_opportunity, set_rate
from abm.campaigns.launches import Taken, take_on
from abm.campaigns.models import Campaign
from abm.results.arms import arms_of
from abm.results.campaign_results import CampaignResults, results_of
from abm.results.influence import Model
from abm.spend.models import SpendBasis, SpendFacts, SpendKind, enter_spend
from abm.targets.kinds import Motion
from abm.touches.logging import log_touch
from abm.touches.models import Channel, Direction, TouchSide
from tests.campaigns.world import ADDRESS, BEFORE, NOW, World

BEGAN = NOW - timedelta(days=20)
OURS: dict[str, Any] = {"direction": Direction.OUTBOUND, "channel": Channel.EMAIL, "outcome": "sent"}
REPLY: dict[str, Any] = {"direction": Direction.INBOUND, "channel": Channel.EMAIL, "outcome": "replied"}
HELD: dict[str, Any] = {"direction": Direction.OUTBOUND, "channel": Channel.MEETING, "outcome": "held"}
WORKED = ("Halden Freight", "Kestrel Foods", "Tarn Dairies")


@pytest.fixture
def campaign(world: World) -> Campaign:
    """It has worked three accounts for twenty days, two of tier 1; Vale of tier 2 was held out."""
    draft = world.draft()
    taken = {world.accounts[name].id: Taken(2 if name == "Tarn Dairies" else 1) for name in WORKED}
    taken[world.accounts["Vale Chemicals"].id] = Taken(2, held_out=True)
    take_on(draft, None, taken, left=(), starts=BEGAN, at=BEGAN)
    world.session.flush()
    return draft


def log(world: World, name: str, days_ago: int, campaign: Campaign | None = None, **facts: Any) -> None:
    when = NOW - timedelta(days=days_ago)
    log_touch(
        world.accounts[name],
        organisation=world.cast.organisation,
        by=world.cast.tomas,
        at=NOW,
        client_key=f"{name}-{days_ago}-{facts['outcome']}-{campaign is None}"[:40],
        side=TouchSide.MARKETING,
        when=when,
        campaign=campaign,
        **facts,
    )


def deal(
    world: World, name: str, created_on: date, amount: int, currency: str = "EUR", *, lost: bool = False, **facts: Any
) -> None:
    closed = StageCategory.LOST if lost else StageCategory.WON
    category = closed if "closed_on" in facts else StageCategory.OPEN
    named = f"{name} {created_on} {category} {amount}"
    who = world.cast.organisation
    stage = add_stage(who, name=named, category=category, qualified=True, by=world.cast.wen, at=NOW)
    create_opportunity(
        world.cast.organisation,
        account=world.accounts[name],
        name="Pilot",
        amount=amount,
        currency=currency,
        stage=stage,
        created_on=created_on,
        by=world.cast.wen,
        at=NOW,
        **facts,
    )


def found(world: World, campaign: Campaign, at: datetime = NOW) -> CampaignResults:
    world.session.flush()
    results = results_of(world.session, campaign, organisation=world.cast.organisation, at=at)
    assert results is not None
    return results


def shares(results: CampaignResults) -> dict[str, tuple[int, int]]:
    return {one.key: (one.all.hits, one.all.of) for one in results.measures}


def test_what_came_of_the_audience_is_counted_account_by_account(world: World, campaign: Campaign) -> None:
    log(world, "Halden Freight", 10, campaign, **OURS)
    log(world, "Halden Freight", 9, **REPLY)
    log(world, "Halden Freight", 8, **REPLY)  # the same account: counts once
    log(world, "Kestrel Foods", 25, **REPLY)  # before it began
    log(world, "Tarn Dairies", 3, **HELD)
    log(world, "Vale Chemicals", 3, **REPLY)
    deal(world, "Tarn Dairies", date(2026, 11, 20), 5_000_00)
    deal(world, "Halden Freight", date(2026, 11, 1), 9_000_00)  # before it began
    deal(world, "Kestrel Foods", date(2026, 11, 12), 1_000_00, closed_on=date(2026, 11, 20))
    results = found(world, campaign)
    assert (results.reached.hits, results.reached.of) == (1, 3)
    assert shares(results) == {"engaged": (2, 3), "met": (1, 3), "opened": (2, 3), "won": (1, 3)}
    assert results.pipeline.minor == 6_000_00


def test_what_was_lost_was_opened_but_is_no_pipeline(world: World, campaign: Campaign) -> None:
    log(world, "Tarn Dairies", 15, campaign, **REPLY)
    deal(world, "Tarn Dairies", date(2026, 11, 12), 5_000_00, lost=True, closed_on=date(2026, 11, 20))
    deal(world, "Tarn Dairies", date(2026, 11, 13), 1_000_00)
    results = found(world, campaign)
    assert (shares(results)["opened"], shares(results)["won"]) == ((1, 3), (0, 3))
    assert (results.pipeline.minor, results.credits[Model.LAST]) == (1_000_00, 1_000_00)
    before = found(world, campaign, at=NOW - timedelta(days=5))  # the 19th: nobody knew yet
    assert before.pipeline.minor == 6_000_00


def test_renewals_are_nobodys_success_and_expansion_only_where_it_was_wanted(world: World) -> None:
    for entry in world.list.entries:
        if entry.account_id == world.accounts["Kestrel Foods"].id:
            entry.aim(motion=Motion.EXPANSION, with_children=False, by=world.cast.ines, at=BEFORE)
    world.agree(BEFORE + timedelta(days=1))
    draft = world.draft()
    taken = {world.accounts[name].id: Taken(1) for name in ("Halden Freight", "Kestrel Foods")}
    take_on(draft, None, taken, left=(), starts=BEGAN, at=BEGAN)
    for amount, name in ((1_00, "Halden Freight"), (10_00, "Kestrel Foods")):
        deal(world, name, date(2026, 11, 12), amount, type=DealType.RENEWAL, closed_on=date(2026, 11, 13))
    deal(world, "Halden Freight", date(2026, 11, 12), 100_00, type=DealType.EXPANSION)
    assert shares(found(world, draft)) == {"engaged": (0, 2), "met": (0, 2), "opened": (0, 2), "won": (0, 2)}
    deal(world, "Kestrel Foods", date(2026, 11, 12), 1000_00, type=DealType.EXPANSION)
    assert (shares(found(world, draft))["opened"], found(world, draft).pipeline.minor) == ((1, 2), 1000_00)


def test_only_tiers_of_both_arms_are_compared(world: World, campaign: Campaign) -> None:
    log(world, "Tarn Dairies", 3, **REPLY)
    lift = next(one.lift for one in found(world, campaign).measures if one.key == "engaged")
    assert (lift.audience.hits, lift.audience.of, lift.control.hits, lift.control.of) == (1, 1, 0, 1)
    assert lift.sentence() == "Too early to tell: 1 account held out, at least 30 needed."


def test_an_account_stays_in_its_arm_whatever_becomes_of_it(world: World, campaign: Campaign) -> None:
    halden = world.accounts["Halden Freight"].id
    for member in campaign.audience:
        if member.account_id == halden:
            member.leave(NOW - timedelta(days=5))
    log(world, "Halden Freight", 2, **REPLY)
    assert shares(found(world, campaign))["engaged"] == (1, 3)


def test_without_a_hold_out_it_is_a_comparison_with_the_rest_of_the_tier(world: World) -> None:
    draft = world.draft()
    taken = {world.accounts[name].id: Taken(1) for name in ("Halden Freight", "Kestrel Foods")}
    take_on(draft, None, taken, left=(), starts=BEGAN, at=BEGAN)
    world.session.flush()
    arms = arms_of(world.session, draft, organisation=world.cast.organisation, at=NOW)
    assert not arms.drawn
    assert set(arms.control) == {world.accounts["Orbis Pharma"].id}  # tier 1, on the list, and never worked
    assert set(arms.compared(arms.audience, 1)) == set(arms.audience)


def test_facts_count_until_ninety_days_after_the_end(world: World, campaign: Campaign) -> None:
    results = found(world, campaign, at=NOW)
    assert (results.until, results.final) == (date(2026, 11, 24), False)
    later = found(world, campaign, at=NOW + timedelta(days=365))
    assert (later.until, later.final) == (date(2027, 3, 18), True)  # 18 December and 90 days


def test_what_was_cancelled_before_its_time_is_looked_at_from_then_on(world: World) -> None:
    campaign = world.draft()
    campaign.starts_on = BEGAN.date()
    world.launch(world.approved(campaign))
    campaign.cancel(reason="The budget went.", by=world.cast.priya, at=NOW + timedelta(days=3))
    results = found(world, campaign, at=NOW + timedelta(days=365))
    assert (results.until, results.final) == (date(2027, 2, 25), True)  # 27 November and 90 days


def test_each_costs_what_was_spent_shared_among_them(world: World, campaign: Campaign) -> None:
    facts = SpendFacts(
        kind=SpendKind.PROGRAMME,
        basis=SpendBasis.ACTUAL,
        what="Mailing",
        first_day=date(2026, 11, 10),
        last_day=date(2026, 11, 10),
        amount=900_00,
        currency="EUR",
        campaign=campaign,
    )
    enter_spend(world.session, facts, by=world.cast.priya, at=NOW)
    log(world, "Halden Freight", 9, **REPLY)
    log(world, "Tarn Dairies", 9, **REPLY)
    results = found(world, campaign)
    assert results.cost == 900_00
    assert {one.key: one.cost_each for one in results.measures} == {
        "engaged": 450_00,
        "met": None,
        "opened": None,
        "won": None,
    }


def test_credit_is_shared_over_what_both_sides_got_answers_to(world: World, campaign: Campaign) -> None:
    log(world, "Tarn Dairies", 15, **REPLY)  # to no campaign
    log(world, "Tarn Dairies", 12, campaign, **REPLY)
    log(world, "Tarn Dairies", 10, campaign, **REPLY)
    log(world, "Tarn Dairies", 1, campaign, **REPLY)  # after the deal was opened
    deal(world, "Tarn Dairies", date(2026, 11, 20), 900_00)
    assert found(world, campaign).credits == {Model.FIRST: 0, Model.LAST: 900_00, Model.EVEN: 600_00}


def test_amounts_of_another_currency_are_converted_or_said_to_be_missing(world: World, campaign: Campaign) -> None:
    deal(world, "Tarn Dairies", date(2026, 11, 20), 100_00, currency="USD")
    assert (found(world, campaign).pipeline.minor, found(world, campaign).pipeline.unknown) == (0, 1)
    on, half = date(2026, 11, 1), Decimal("0.5")
    set_rate(world.cast.organisation, currency="USD", day=on, rate=half, by=world.cast.wen, at=BEFORE)
    assert found(world, campaign).pipeline.minor == 50_00


def test_the_page_says_what_may_be_said_and_the_file_has_every_account(
    client: FlaskClient, world: World, campaign: Campaign
) -> None:
    log(world, "Tarn Dairies", 3, **REPLY)
    world.session.commit()
    vera = world.enter(client, world.cast.vera)
    page = vera.get(f"{ADDRESS}/results").text
    assert "Too early to tell: 1 account held out, at least 30 needed." in page
    assert "drawn by lot" in page
    rows = list(csv.DictReader(io.StringIO(vera.get(f"{ADDRESS}/results.csv").text.removeprefix("\ufeff"))))
    told = {row["Account"]: (row["Arm"], row["Responses"]) for row in rows}
    assert told == {
        "Halden Freight": ("audience", "0"),
        "Kestrel Foods": ("audience", "0"),
        "Tarn Dairies": ("audience", "1"),
        "Vale Chemicals": ("held out", "0"),
    }


def test_a_campaign_that_has_not_begun_has_no_results_yet(client: FlaskClient, world: World) -> None:
    world.draft()
    world.session.commit()
    vera = world.enter(client, world.cast.vera)
    assert "It has not begun" in vera.get(f"{ADDRESS}/results").text
    assert vera.get(f"{ADDRESS}/results.csv").status_code == 404
