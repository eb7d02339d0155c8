"""Who is compared with whom: tier by tier, within one programme, and nobody whom we leave alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from abm.campaigns.launches import Taken, take_on
from abm.campaigns.models import Campaign
from abm.people.programmes import add_programme
from abm.results.arms import Arms, arms_of
from abm.results.campaign_results import results_of
from abm.touches.logging import log_touch
from abm.touches.models import Channel, Direction, TouchSide
from tests.campaigns.world import BEFORE, NOW, World

BEGAN = NOW - timedelta(days=20)
REPLY: dict[str, Any] = {"direction": Direction.INBOUND, "channel": Channel.EMAIL, "outcome": "replied"}


def working(world: World, **tiers: int) -> Campaign:
    """A campaign that took these accounts on twenty days ago, and held nobody out."""
    draft = world.draft()
    taken = {world.accounts[name.replace("_", " ")].id: Taken(tier) for name, tier in tiers.items()}
    take_on(draft, None, taken, left=(), starts=BEGAN, at=BEGAN)
    world.session.flush()
    return draft


def arms(world: World, campaign: Campaign) -> Arms:
    world.session.flush()
    return arms_of(world.session, campaign, organisation=world.cast.organisation, at=NOW)


def names(world: World, ids: Any) -> set[str]:
    return {world.accounts_by_id[number].name for number in ids}


def test_each_tier_is_held_against_its_own(world: World) -> None:
    campaign = working(world, Halden_Freight=1, Kestrel_Foods=1, Tarn_Dairies=2)
    for name in ("Halden Freight", "Orbis Pharma"):
        log_touch(
            world.accounts[name],
            organisation=world.cast.organisation,
            by=world.cast.tomas,
            at=NOW,
            client_key=name,
            side=TouchSide.MARKETING,
            when=NOW - timedelta(days=2),
            **REPLY,
        )
    results = results_of(world.session, campaign, organisation=world.cast.organisation, at=NOW)
    assert results is not None
    lift = next(one.lift for one in results.measures if one.key == "engaged")
    told = {
        tier: (one.audience.hits, one.audience.of, one.control.hits, one.control.of) for tier, one in lift.tiers.items()
    }
    assert told == {1: (1, 2, 1, 1), 2: (0, 1, 0, 1)}
    assert lift.difference == (2 * (0.5 - 1) + 1 * 0) / 3


def test_accounts_of_another_programme_are_not_comparable(world: World) -> None:
    campaign = working(world, Halden_Freight=1, Kestrel_Foods=1)
    assert names(world, arms(world, campaign).control) == {"Orbis Pharma"}
    other = add_programme(world.cast.organisation, name="Americas", by=world.cast.wen, at=BEFORE)
    world.session.flush()
    campaign.programme_id = other.id
    assert arms(world, campaign).control == {}


def test_who_was_to_be_left_alone_from_the_beginning_is_in_neither_share(world: World) -> None:
    campaign = working(world, Halden_Freight=1, Kestrel_Foods=1, Tarn_Dairies=2)
    before, wen = BEGAN - timedelta(days=2), world.cast.wen
    for name in ("Kestrel Foods", "Vale Chemicals"):
        world.accounts[name].leave_alone("They are in court with us.", until=None, by=wen, at=before)
    world.accounts["Orbis Pharma"].leave_alone("A merger.", until=date(2026, 11, 3), by=wen, at=before)  # past by then
    world.accounts["Halden Freight"].leave_alone("They asked us to.", until=None, by=wen, at=NOW)  # perhaps of it
    found = arms(world, campaign)
    assert names(world, found.left_alone) == {"Kestrel Foods", "Vale Chemicals"}
    assert names(world, found.compared(found.audience, 1)) == {"Halden Freight"}
    assert names(world, found.compared(found.control, 1)) == {"Orbis Pharma"}
    world.accounts["Vale Chemicals"].approach_again(by=wen, at=before + timedelta(hours=1))
    assert names(world, arms(world, campaign).left_alone) == {"Kestrel Foods"}
