"""Launching makes exactly what the approved plan asks for, once; and where a campaign may go from where it stands."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from abm.campaigns.drafting import add_play, change_play, remove_play
from abm.campaigns.kinds import CampaignState, Section
from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign, Launch
from abm.campaigns.queries import audience_on, live_on
from abm.kit.rules import RuleBroken
from abm.outbound.launching import close_commitments, derive_commitments
from abm.outbound.models import Commitment, CommitmentSource, Credit
from abm.people.seats import Side
from abm.targets.models import Outcome
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from tests.campaigns.world import ASK_BY, NOW, STARTS, World

LATER = NOW + timedelta(days=7)  # Tuesday, 1 December: the campaign runs


def again(world: World, campaign: Campaign) -> Campaign:
    """Submit and approve once more."""
    _, version = world.submitted(campaign, at=LATER)
    assert world.approve(campaign, version)
    return campaign


def open_ones(world: World, campaign: Campaign) -> list[Commitment]:
    return [one for one in world.commitments(campaign) if one.closed_on is None]


def test_a_launch_makes_an_ask_per_account_and_each_play_on_each_account(world: World) -> None:
    campaign = world.approved()
    world.launch(campaign)

    made = world.commitments(campaign)
    sales = [one for one in made if one.side is Side.SALES]
    plays = [one for one in made if one.side is Side.MARKETING]

    accounts, play_count = 3, 2  # tier 1 of the list; the plays of the draft
    assert (len(sales), len(plays)) == (accounts, accounts * play_count)
    assert {(one.source, one.source_id, one.wanted) for one in sales} == {
        (CommitmentSource.SALES_ASK, campaign.public_id, 3)
    }
    assert {(one.first_day, one.last_day) for one in sales} == {(STARTS, ASK_BY)}
    assert Counter(one.person.name for one in sales if one.person) == {"Tomás Ferreira": 2, "Marcus Bell": 1}
    assert {one.person_id for one in plays} == {world.cast.priya.id}
    assert {(one.why, one.channel, one.first_day, one.last_day) for one in plays} == {
        ("Invitation", Channel.EMAIL, STARTS, date(2026, 11, 29)),  # Monday the 23rd lies before the campaign
        ("Live session", Channel.WEBINAR, date(2026, 12, 7), date(2026, 12, 13)),
    }
    assert {one.why for one in sales} == {"Sales ask of Cold chain, on time"}
    assert all(one.accepted_at is None for one in made)


def test_launching_twice_is_harmless(world: World) -> None:
    campaign = world.approved()
    first = world.launch(campaign)
    before = [(one.id, one.wanted, one.closed_on) for one in world.commitments(campaign)]
    second = world.launch(campaign, at=NOW + timedelta(minutes=1))
    assert second is first
    assert [(one.id, one.wanted, one.closed_on) for one in world.commitments(campaign)] == before
    assert world.session.scalar(select(func.count()).select_from(Launch)) == 1
    assert world.session.scalar(select(func.count()).select_from(AudienceMember)) == 3


def test_accounts_that_nobody_may_approach_are_worked_by_nobody(world: World) -> None:
    campaign = world.approved()
    world.accounts["Halden Freight"].leave_alone("A lawsuit", until=None, by=world.cast.ines, at=NOW)
    world.launch(campaign)
    assert Counter(one.account.name for one in world.commitments(campaign)) == {"Kestrel Foods": 3, "Orbis Pharma": 3}


def test_an_account_without_an_ae_gets_the_one_that_the_list_plans(world: World) -> None:
    world.account("Zephyr Foods", world.cast.marcus)
    world.place("Zephyr Foods", Outcome.IN, at=NOW, ae=world.cast.tomas)
    world.agree(NOW)
    member = world.accounts["Zephyr Foods"].team[0]
    member.end(date(2026, 11, 1), by=world.cast.ines, at=NOW)
    campaign = world.approved()
    world.launch(campaign)
    asked = {one.account.name: one.person for one in world.commitments(campaign) if one.side is Side.SALES}
    assert asked["Zephyr Foods"] is world.cast.tomas


def test_nothing_is_launched_before_sales_approved(world: World) -> None:
    campaign, _ = world.submitted()
    with pytest.raises(RuleBroken, match="Sales has not approved"):
        world.launch(campaign)
    assert world.commitments(campaign) == []


def test_a_draft_that_left_its_approval_behind_is_not_launched(world: World) -> None:
    campaign = world.approved()
    campaign.change(Section.OFFER, by=world.cast.priya, at=NOW, offer="Two lanes.")
    with pytest.raises(RuleBroken, match="Ines Calder to look again: the offer and proof changed"):
        world.launch(campaign)


def test_another_play_is_a_change_too(world: World) -> None:
    campaign = world.approved()
    add_play(campaign, channel=Channel.AD, what="Banner", day=STARTS, by=world.cast.priya, at=NOW)
    with pytest.raises(RuleBroken, match="the plays changed"):
        world.launch(campaign)


def test_a_plan_whose_account_left_the_list_is_not_launched(world: World) -> None:
    campaign = world.approved()
    world.leaves_the_list("Kestrel Foods")
    with pytest.raises(RuleBroken, match="Kestrel Foods is no longer on the target list"):
        world.launch(campaign)
    world.launch(again(world, campaign), at=LATER)
    assert {one.account.name for one in world.commitments(campaign)} == {"Halden Freight", "Orbis Pharma"}


def test_a_plan_whose_ask_is_over_is_not_launched(world: World) -> None:
    campaign = world.approved()
    late = NOW + timedelta(days=14)
    with pytest.raises(RuleBroken, match="by which Sales is asked has passed"):
        world.launch(campaign, at=late)


def test_a_play_whose_week_is_over_is_promised_to_nobody(world: World) -> None:
    campaign = world.approved()
    world.launch(campaign, at=LATER)
    plays = {one.why for one in world.commitments(campaign) if one.side is Side.MARKETING}
    assert plays == {"Live session"}  # the invitation was for the week before


def test_a_successor_adds_what_is_new_and_closes_what_left(world: World) -> None:
    campaign = world.approved()
    world.launch(campaign)
    world.leaves_the_list("Kestrel Foods", at=LATER)
    remove_play(campaign.plays[1], by=world.cast.priya, at=LATER)  # the live session
    add_play(campaign, channel=Channel.AD, what="Banner", day=date(2026, 12, 2), by=world.cast.priya, at=LATER)
    world.launch(again(world, campaign), at=LATER)

    running = {(one.account.name, one.why) for one in open_ones(world, campaign)}
    closed = {(one.account.name, one.why) for one in world.commitments(campaign) if one.closed_on == LATER.date()}

    ask = "Sales ask of Cold chain, on time"
    left = ("Halden Freight", "Orbis Pharma")
    assert running == {
        *((name, what) for name in left for what in (ask, "Banner")),
        *((name, "Invitation") for name in (*left, "Kestrel Foods")),  # its week was over: history stays
    }
    assert closed == {("Kestrel Foods", ask), *((name, "Live session") for name in (*left, "Kestrel Foods"))}
    assert {one.closed_why for one in world.commitments(campaign) if one.closed_on} == {
        "The campaign's plan no longer asks for it"
    }


def test_a_successor_that_asks_for_more_restates_what_was_promised(world: World) -> None:
    campaign = world.approved()
    world.launch(campaign)
    (halden,) = (
        one for one in world.commitments(campaign) if one.side is Side.SALES and one.account.name == "Halden Freight"
    )
    halden.accept(by=world.cast.tomas, at=NOW)
    last = date(2026, 12, 11)
    campaign.change(Section.SALES_ASK, by=world.cast.priya, at=LATER, ask_touches=5, ask_by=last)
    world.launch(again(world, campaign), at=LATER)
    assert (halden.wanted, halden.first_day, halden.last_day, halden.accepted_at) == (5, STARTS, last, None)
    assert len([one for one in world.commitments(campaign) if one.side is Side.SALES]) == 3


def test_a_play_that_moves_to_another_week_is_promised_anew(world: World) -> None:
    campaign = world.approved()
    world.launch(campaign)
    session = campaign.plays[1]
    change_play(session, {"day": date(2026, 12, 16)}, mark=None, by=world.cast.priya, at=LATER)
    world.launch(again(world, campaign), at=LATER)
    running = {one.first_day for one in open_ones(world, campaign) if one.why == "Live session"}
    assert running == {date(2026, 12, 14)}


def test_touches_of_the_window_count_towards_the_ask(world: World) -> None:
    campaign = world.approved()
    world.launch(campaign, at=NOW)
    halden = world.accounts["Halden Freight"]
    log_touch(
        halden,
        organisation=world.cast.organisation,
        side=TouchSide.SALES,
        direction=Direction.OUTBOUND,
        channel=Channel.CALL,
        outcome="voicemail",
        when=LATER,
        by=world.cast.tomas,
        at=LATER,
        client_key="a-call",
    )
    campaign.change(Section.OFFER, by=world.cast.priya, at=LATER, offer="Two lanes.")
    campaign.change(Section.SALES_ASK, by=world.cast.priya, at=LATER, ask_touches=4)
    world.launch(again(world, campaign), at=LATER)
    credited = world.session.scalars(select(Commitment).join(Credit, Credit.commitment_id == Commitment.id)).unique()
    assert [(one.account.name, one.side) for one in credited] == [("Halden Freight", Side.SALES)]


def test_an_account_that_leaves_the_list_leaves_the_audience_from_that_moment(world: World) -> None:
    campaign = world.approved()
    world.launch(campaign)
    runs = NOW + timedelta(days=3)
    gone = runs + timedelta(days=1)
    world.leaves_the_list("Kestrel Foods", at=gone)

    def audience(at: object) -> set[str]:
        return {row.account.name for row in world.session.scalars(audience_on(campaign, at))}  # type: ignore[arg-type]

    assert audience(NOW) == set()  # it begins on the 26th
    assert audience(runs) == {"Halden Freight", "Kestrel Foods", "Orbis Pharma"}
    assert audience(gone) == {"Halden Freight", "Orbis Pharma"}
    kestrel = world.accounts["Kestrel Foods"]
    assert live_on(world.session, kestrel.id, runs) == [campaign]
    assert live_on(world.session, kestrel.id, gone) == []


def test_the_end_of_a_campaign_closes_what_was_still_open(world: World) -> None:
    campaign = world.approved()
    world.launch(campaign)
    campaign.complete(keep="The pilot.", retire="The banner.", by=world.cast.priya, at=LATER)
    closed = close_commitments(campaign, organisation=world.cast.organisation, at=LATER)
    assert closed == 6  # the asks and the live sessions; the week of the invitation was over
    assert {one.closed_on for one in world.commitments(campaign) if one.why != "Invitation"} == {LATER.date()}
    assert close_commitments(campaign, organisation=world.cast.organisation, at=LATER) == 0
    assert world.session.scalars(audience_on(campaign, LATER)).all() == []


def test_deriving_again_by_itself_changes_nothing(world: World) -> None:
    campaign = world.approved()
    launch = world.launch(campaign)
    derived = derive_commitments(campaign, launch, organisation=world.cast.organisation, at=NOW)
    assert vars(derived) == {"sales": 0, "marketing": 0, "restated": 0, "closed": 0}


@pytest.mark.parametrize("transition", ["complete", "cancel"])
def test_an_end_says_why(world: World, transition: str) -> None:
    campaign = world.in_state(CampaignState.LIVE)
    words = {"complete": {"keep": " ", "retire": "The banner."}, "cancel": {"reason": ""}}
    with pytest.raises(RuleBroken) as refusal:
        getattr(campaign, transition)(**words[transition], by=world.cast.priya, at=NOW)
    assert refusal.value.field == {"complete": "keep", "cancel": "note"}[transition]


def test_a_cancelled_campaign_waits_for_no_review(world: World) -> None:
    campaign, version = world.submitted()
    campaign.cancel(reason="The budget went.", by=world.cast.priya, at=NOW)
    assert campaign.state_of(version).value == "withdrawn"
    with pytest.raises(RuleBroken):
        world.approve(campaign, version)
