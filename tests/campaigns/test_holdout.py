"""Hold-outs: who is drawn, and that those held out get nothing of a campaign."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from abm.campaigns.at_work import at_work, pooled, refuse_held_out
from abm.campaigns.calendar import agenda
from abm.campaigns.drafting import remove_play
from abm.campaigns.holdout import HoldOut, draw, shares, size, sized
from abm.campaigns.kinds import Section
from abm.campaigns.models import Campaign
from abm.campaigns.outreach import Span
from abm.campaigns.plan import Plan
from abm.campaigns.queries import held_out_on, live_on
from abm.kit.rules import RuleBroken
from tests.campaigns.world import NOW, World

STANDARD = HoldOut(10, tier_1=False, seed="of this test")


@dataclass(frozen=True)
class One:
    public_id: str
    tier: int
    left_alone: bool = False


def accounts(**numbers: int) -> list[One]:
    """`tier_2=60` gives sixty of tier 2."""
    return [One(f"{name}-{number}", int(name[-1])) for name, count in numbers.items() for number in range(count)]


# The draw, which is pure


@pytest.mark.parametrize(
    ("eligible", "percent", "number"),
    [(89, 10, 0), (90, 10, 30), (300, 10, 30), (301, 10, 31), (1000, 10, 100), (90, 50, 45), (900, 0, 0), (91, 34, 31)],
)
def test_ten_percent_or_thirty_are_held_out_of_ninety_or_more(eligible: int, percent: int, number: int) -> None:
    assert size(eligible, percent) == number


EACH_TIER = st.lists(st.integers(0, 200), min_size=3, max_size=3)


@settings(max_examples=60, deadline=None)
@given(counts=EACH_TIER, percent=st.integers(1, 50), with_tier_1=st.booleans(), of=st.randoms(use_true_random=False))
def test_the_same_seed_holds_the_same_accounts_out_and_each_tier_its_share(
    counts: list[int], percent: int, with_tier_1: bool, of: object
) -> None:
    everyone = accounts(tier_1=counts[0], tier_2=counts[1], tier_3=counts[2])
    holdout = HoldOut(percent, with_tier_1, "a seed")
    held = draw(holdout, everyone, {})
    shuffled = list(everyone)
    of.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draw(holdout, shuffled, {}) == held
    eligible = [one for one in everyone if one.tier > 1 or with_tier_1]
    number = len(held)
    assert number == (0 if len(eligible) < 90 else min(max(-(-len(eligible) * percent // 100), 30), len(eligible) // 2))
    for tier in (1, 2, 3):
        own = sum(one.tier == tier for one in eligible)
        drawn = sum(one.tier == tier for one in everyone if one.public_id in held)
        exact = Fraction(number * own, len(eligible)) if eligible else Fraction(0)
        assert abs(drawn - exact) < 1, f"tier {tier}: {drawn} of {own}, exactly {exact}"
    assert with_tier_1 or not any(one.tier == 1 for one in everyone if one.public_id in held)


def test_within_a_tier_those_first_by_hmac_of_seed_and_public_id_are_held_out() -> None:
    everyone = accounts(tier_2=100)
    ranked = sorted(
        (hmac.new(b"of this test", one.public_id.encode(), hashlib.sha256).hexdigest(), one.public_id)
        for one in everyone
    )
    assert draw(STANDARD, everyone, {}) == {public_id for _, public_id in ranked[:30]}


def test_another_seed_draws_others() -> None:
    everyone = accounts(tier_2=100)
    assert draw(STANDARD, everyone, {}) != draw(HoldOut(10, False, "another"), everyone, {})


def test_nobody_is_drawn_who_may_not_be_approached_anyway() -> None:
    alone = [One(f"alone-{number}", 2, left_alone=True) for number in range(50)]
    assert not draw(STANDARD, [*alone, *accounts(tier_2=89)], {})
    assert all(name.startswith("tier_2") for name in draw(STANDARD, [*alone, *accounts(tier_2=90)], {}))


def test_shares_go_to_the_largest_remainders() -> None:
    assert shares({1: 10, 2: 45, 3: 45}, 31) == {1: 3, 2: 14, 3: 14}
    assert shares({2: 50, 3: 50}, 31) == {2: 16, 3: 15}
    assert shares({}, 0) == {}


def test_a_later_version_moves_nobody_between_the_arms() -> None:
    first = accounts(tier_2=100)
    held = draw(STANDARD, first, {})
    before = {one.public_id: one.public_id in held for one in first}
    more = [*first[10:], *(One(f"new-{number}", 2) for number in range(300))]
    later = draw(STANDARD, more, before)
    worked = {one.public_id for one in first} - held
    assert held & {one.public_id for one in more} <= later
    assert not later & worked, "an account that was worked is no control"
    assert len(later) == 39  # 10 % of 390


def test_without_a_hold_out_even_those_held_out_before_are_worked() -> None:
    assert draw(HoldOut(0, False, "of this test"), accounts(tier_2=100), {"tier_2-1": True}) == frozenset()


@pytest.mark.parametrize(
    ("holdout", "tiers", "words"),
    [
        (
            STANDARD,
            {"tier_2": 60, "tier_3": 240},
            r"30 of 300 accounts are held out at random \(tier 2: 6, tier 3: 24\)",
        ),
        (
            STANDARD,
            {"tier_1": 100, "tier_2": 60},
            r"Too few accounts .*: 60 may be held out outside tier 1, and it takes 90",
        ),
        (HoldOut(0), {"tier_2": 300}, "No hold-out: .* “comparison, not proof”"),
    ],
)
def test_the_plan_says_what_its_hold_out_can_tell(holdout: HoldOut, tiers: dict[str, int], words: str) -> None:
    assert re.search(words, sized(holdout, accounts(**tiers)).verdict)


# Whom it binds


@pytest.fixture
def wide(world: World) -> World:
    """Ninety accounts of tier 2 more, agreed by both."""
    world.many(90)
    return world


def held_out(campaign: Campaign) -> set[str]:
    assert campaign.approved
    return {one.name for one in Plan.read(campaign.approved.read()).held_out}


def test_those_held_out_get_no_play_and_no_ask(wide: World) -> None:
    campaign = wide.approved(wide.draft(tiers=(1, 2)))
    held = held_out(campaign)
    assert len(held) == 30
    wide.launch(campaign)
    wide.session.flush()
    asked = {one.account.name for one in wide.commitments(campaign)}
    assert len(asked) == 3 + 2 + 90 - 30
    assert not asked & held
    span = Span(NOW.date(), date(2026, 12, 18), NOW.date(), NOW)
    assert {one.accounts for one in agenda(wide.session, span, None)} == {65}
    started = NOW + timedelta(days=3)
    one = wide.accounts[min(held)]
    assert (live_on(wide.session, one.id, started), held_out_on(wide.session, one.id, started)) == ([], [campaign])
    now = at_work(wide.session, campaign, started)
    assert (now.worked, now.held_out, now.pooled, now.left) == (65, 30, 30, [])
    assert {wide.accounts_by_id[row.account_id].name for row in pooled(wide.session, started, started)} == held


def test_the_draw_can_be_done_again_from_what_the_version_says(wide: World) -> None:
    campaign = wide.approved(wide.draft(tiers=(2,)))
    assert campaign.approved
    frozen = json.loads(campaign.approved.content)["content"]
    seed = frozen["measure"]["hold_out"]["seed"].encode()
    named = [one["account"] for one in frozen["audience"]["accounts"]]
    ranked = sorted(named, key=lambda name: hmac.new(seed, name.encode(), hashlib.sha256).digest())
    held = {one["account"] for one in frozen["audience"]["accounts"] if one["held_out"]}
    assert held == set(ranked[:30])


def test_a_touch_of_the_campaign_on_an_account_held_out_is_refused(wide: World) -> None:
    campaign = wide.draft(tiers=(2,))
    wide.launch(wide.approved(campaign))
    later = NOW + timedelta(days=3)
    name = min(held_out(campaign))
    words = f"{name} is held out of Cold chain, on time: it gets no play and no touch of it"
    with pytest.raises(RuleBroken, match=words):
        refuse_held_out(wide.session, campaign, [wide.accounts[name].id], later)
    refuse_held_out(wide.session, campaign, [wide.accounts["Halden Freight"].id], later)


def test_the_database_refuses_it_too(wide: World) -> None:
    campaign = wide.draft(tiers=(2,))
    wide.launch(wide.approved(campaign))
    wide.session.flush()
    held, worked = wide.accounts[min(held_out(campaign))].id, wide.commitments(campaign)[0].account_id
    copy = text(
        "INSERT INTO commitment (public_id, source, source_id, account_id, campaign_id, side, wanted, first_day, "
        "last_day, why, made_at) SELECT 'another', source, 'another', :account, campaign_id, side, wanted, first_day, "
        "last_day, why, made_at FROM commitment LIMIT 1"
    )
    wide.session.execute(copy, {"account": worked})
    with pytest.raises(IntegrityError, match="holds out is not asked for it"), wide.session.begin_nested():
        wide.session.execute(copy, {"account": held})


def test_changing_the_share_after_the_approval_costs_it(wide: World) -> None:
    campaign = wide.approved(wide.draft(tiers=(2,)))
    campaign.change(Section.MEASURE, by=wide.cast.priya, at=NOW, holdout_percent=20)
    assert campaign.left_behind() == [Section.MEASURE]


def test_a_plan_that_was_frozen_before_hold_outs_is_read_as_one_without(world: World) -> None:
    campaign = world.draft()
    campaign.change(Section.MEASURE, by=world.cast.priya, at=NOW, holdout_percent=0)
    world.approved(campaign)
    assert campaign.approved
    facts = campaign.approved.read()
    assert facts["measure"] == "Meetings held."
    audience: Any = facts["audience"]
    for account in audience["accounts"]:  # as versions of then have it
        del account["held_out"]
    plan = Plan.read(facts)
    assert (plan.holdout.percent, plan.held_out, len(plan.worked)) == (0, (), 3)
    assert campaign.left_behind() == []


def test_the_page_of_a_campaign_says_who_is_held_out_and_the_account_s_says_of_what(
    wide: World, client: FlaskClient
) -> None:
    campaign = wide.draft(tiers=(2,))
    slug = campaign.slug
    wide.launch(wide.approved(campaign))
    name = min(held_out(campaign))
    account = wide.accounts[name].slug
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        browser = wide.enter(client, wide.cast.tomas)
        assert "30 held out" in browser.get(f"/campaigns/{slug}").text
        version = browser.get(f"/campaigns/{slug}/plan/versions/1").text
        assert "30 drawn at random" in version
        assert "Seed of the draw" in version
        assert "Held out of" not in browser.get("/accounts/halden-freight").text
        assert f'Held out of <a href="/campaigns/{slug}">' in browser.get(f"/accounts/{account}").text
        sent = {"client_key": "0" * 32, "what": "call/connected", "when": "2026-11-27T09:00", "place": "page"}
        refused = browser.post(f"/accounts/{account}/touches", data=sent | {"campaign": slug})
        assert refused.status_code == 422
        assert f"{name} is held out of Cold chain, on time" in html.unescape(refused.text)


def test_the_section_says_how_many_would_be_held_out(wide: World, client: FlaskClient) -> None:
    campaign = wide.draft(tiers=(2,))
    remove_play(campaign.plays[0], by=wide.cast.priya, at=NOW)
    slug = campaign.slug
    browser = wide.enter(client, wide.cast.priya)
    page = browser.get(f"/campaigns/{slug}/sections/measure").text
    assert "30 of 92 accounts are held out at random (tier 2: 30). They are drawn when it is submitted." in page
    sent = {"measure": "Meetings held.", "holdout_percent": "60"}
    refused = browser.post(f"/campaigns/{slug}/sections/measure", data=sent)
    assert refused.status_code == 422
    assert "Hold out from 0 to 50." in refused.text
    saved = browser.post(f"/campaigns/{slug}/sections/measure", data=sent | {"holdout_percent": "50"})
    assert saved.status_code == 303
    assert "46 of 92 accounts" in browser.get(f"/campaigns/{slug}/sections/measure").text
