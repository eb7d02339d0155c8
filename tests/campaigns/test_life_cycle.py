"""Campaigns that ran before are taken in, run on and are reviewed; ends say what to keep and what to retire."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from abm.campaigns.adopted import owes_review, review_due
from abm.campaigns.audience import candidates
from abm.campaigns.calendar import agenda
from abm.campaigns.creating import adopt_campaign
from abm.campaigns.drafting import add_play, remove_play
from abm.campaigns.kinds import CampaignState, Section
from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign
from abm.campaigns.outreach import Span
from abm.campaigns.plan import Criteria
from abm.campaigns.queries import audience_on, listing, live_on, programmes_with_a_list, tiers_at_work
from abm.kit.rules import RuleBroken
from abm.people.seats import Side
from abm.targets.models import Membership
from abm.touches.kinds import Channel
from tests.campaigns.world import ENDS, NOW, RAN_SINCE, STARTS, World
from tests.cast import sign_in

DUE = date(2026, 12, 8)  # fourteen days after Tuesday, 24 November
ENDING = {"keep": "The pilot: *three* meetings.", "retire": "The banner."}


def worked(world: World, campaign: Campaign) -> set[str]:
    return {row.account.name for row in world.session.scalars(audience_on(campaign, NOW))}


def test_a_campaign_that_ran_before_runs_on_from_now_and_nothing_counts_backwards(world: World) -> None:
    campaign = world.adopted(tiers=(2,))
    world.session.flush()
    assert (campaign.state, campaign.adopted_at) == (CampaignState.ADOPTED, NOW)
    assert worked(world, campaign) == {"Tarn Dairies", "Vale Chemicals"}
    assert {(one.starts, one.version_id) for one in campaign.audience} == {(NOW, None)}
    assert world.commitments(campaign) == []
    assert live_on(world.session, world.accounts["Tarn Dairies"].id, NOW) == [campaign]


def test_it_counts_as_serving_its_tier_and_marks_its_accounts(world: World) -> None:
    world.adopted(tiers=(2,))
    world.session.flush()
    assert {one.tier: (one.accounts, one.worked) for one in tiers_at_work(world.session, NOW)} == {1: (3, 0), 2: (2, 2)}
    found = candidates(world.session, world.draft(), organisation=world.cast.organisation, at=NOW)
    assert {one.name for one in found if one.elsewhere} == {"Tarn Dairies", "Vale Chemicals"}


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field", "sentence"),
    [
        (date(2026, 1, 5), ENDS, "starts_on", r"began before Fathom Freightware used Accountable \(5 Jan 2026\)"),
        (RAN_SINCE, date(2026, 11, 23), "ends_on", "It is over already"),
    ],
)
def test_nothing_else_is_taken_in_past_the_review(
    world: World, starts_on: date, ends_on: date, field: str, sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        adopt_campaign(
            world.cast.organisation,
            name="By the back door",
            starts_on=starts_on,
            ends_on=ends_on,
            criteria=Criteria((1,)),
            by=world.cast.priya,
            at=NOW,
        )
    assert refusal.value.field == field


def test_other_tiers_are_worked_from_the_moment_they_are_chosen(world: World) -> None:
    campaign = world.adopted(tiers=(2,))
    later = NOW + timedelta(days=1)
    campaign.change(Section.AUDIENCE, by=world.cast.priya, at=later, criteria=Criteria((1,), ("Pharma",)).facts())
    world.session.flush()
    world.session.expire_all()
    spans = {one.account.name: (one.starts, one.ends) for one in campaign.audience}
    assert spans == {"Tarn Dairies": (NOW, later), "Vale Chemicals": (NOW, later), "Orbis Pharma": (later, None)}


def test_its_plays_stand_in_the_calendar_as_it_says_them_now(world: World) -> None:
    campaign = world.adopted(tiers=(2,))
    play = add_play(
        campaign, channel=Channel.WEBINAR, what="Cold chain hour", day=date(2026, 12, 1), by=world.cast.priya, at=NOW
    )
    span = Span(NOW.date(), date(2026, 12, 31), NOW.date(), NOW)
    to_come = [(one.day, one.what, one.accounts) for one in agenda(world.session, span, None)]
    assert to_come == [(date(2026, 12, 1), "Cold chain hour", 2)]
    remove_play(play, by=world.cast.priya, at=NOW)
    world.session.flush()
    assert agenda(world.session, span, None) == []


def test_after_its_last_day_nobody_is_taken_on_any_more(world: World) -> None:
    campaign = world.adopted(tiers=(2,))
    over = NOW + timedelta(days=30)
    campaign.change(Section.AUDIENCE, by=world.cast.priya, at=over, criteria=Criteria(tiers=(1, 2)).facts())
    world.session.flush()
    assert {one.account.name for one in campaign.audience} == {"Tarn Dairies", "Vale Chemicals"}


def test_its_review_is_due_in_fourteen_days_until_it_was_submitted(world: World) -> None:
    campaign = world.written(world.adopted(tiers=(1,)))
    assert review_due(NOW, world.cast.organisation) == DUE
    assert owes_review(campaign)
    _, version = world.submitted(campaign)
    assert not owes_review(campaign)
    campaign.withdraw(version, by=world.cast.priya, at=NOW)
    assert owes_review(campaign)


def test_once_sales_approved_it_is_launched_and_both_sides_promise_what_is_left(world: World) -> None:
    campaign = world.approved(world.written(world.adopted(tiers=(1,))))
    before = campaign.state
    world.launch(campaign)
    assert (before, campaign.state) == (CampaignState.ADOPTED, CampaignState.LIVE)
    asks = [one for one in world.commitments(campaign) if one.side is Side.SALES]
    assert {(one.account.name, one.first_day) for one in asks} == {
        (name, NOW.date()) for name in ("Halden Freight", "Kestrel Foods", "Orbis Pharma")
    }
    assert [one.ends for one in campaign.audience] == [None] * 3  # worked on, without a break


def test_marketing_is_reminded_and_told_when_it_is_late(world: World, client: FlaskClient) -> None:
    campaign = world.adopted(tiers=(1,))
    address = f"/campaigns/{campaign.slug}"
    priya = world.enter(client, world.cast.priya)
    assert "its review by Sales is due on 8 Dec" in priya.get("/").text
    assert "Its review is due by 8 Dec 2026" in priya.get(address).text
    assert "review due by 8 Dec 2026" in priya.get("/campaigns").text
    with time_machine.travel(NOW + timedelta(days=14), tick=False):
        sign_in(client, world.cast.priya)
        assert "its review by Sales is due on 8 Dec" in priya.get("/").text
    with time_machine.travel(NOW + timedelta(days=15), tick=False):
        sign_in(client, world.cast.priya)
        assert "its review by Sales was due on 8 Dec: it is late" in priya.get("/").text
        assert "Its review is late: it was due on 8 Dec 2026" in priya.get(address).text
        assert "review late since 8 Dec 2026" in priya.get("/campaigns").text


def test_what_runs_before_its_list_is_signed_is_shown_as_ahead_of_the_list(world: World, client: FlaskClient) -> None:
    adopted, live, later = world.adopted(tiers=(1,)), world.in_state(CampaignState.LIVE), NOW + timedelta(days=3)
    today = later.date()
    signed = programmes_with_a_list(world.session, later)
    assert [one.ahead_of_list(signed, today) for one in (adopted, live)] == [False, False]
    assert [one.ahead_of_list(set(), today) for one in (adopted, live)] == [True, True]
    assert not live.ahead_of_list(set(), STARTS - timedelta(days=1))
    assert not world.draft().ahead_of_list(set(), today)

    world.session.execute(
        update(Membership).where(Membership.starts < NOW).values(ends=NOW)
    )  # the list ends early, and none follows
    with time_machine.travel(later, tick=False):
        priya = world.enter(client, world.cast.priya)
        assert priya.get("/campaigns").text.count("ahead of the list") == 2
        assert "no target list is signed for these days" in priya.get(f"/campaigns/{live.slug}").text


def test_an_adopted_campaign_without_any_list_runs_ahead_of_it_with_nobody(world: World) -> None:
    world.session.execute(update(Membership).values(ends=Membership.starts))
    campaign = world.adopted(tiers=(1,))
    world.session.flush()
    assert world.session.scalars(select(AudienceMember).where(AudienceMember.campaign_id == campaign.id)).all() == []
    assert campaign.ahead_of_list(programmes_with_a_list(world.session, NOW), NOW.date())


def test_the_list_of_campaigns_knows_whose_review_is_owed(world: World) -> None:
    adopted = world.written(world.adopted(tiers=(1,)))
    world.in_state(CampaignState.LIVE)
    world.session.flush()
    assert [one.campaign for one in listing(world.session, NOW) if one.owes_review] == [adopted]
    world.submitted(adopted)
    world.session.flush()
    assert [one.campaign for one in listing(world.session, NOW) if one.owes_review] == []


def test_completing_asks_what_to_keep_and_what_to_retire(world: World, client: FlaskClient) -> None:
    campaign = world.in_state(CampaignState.LIVE)
    address = f"/campaigns/{campaign.slug}"
    priya = world.enter(client, world.cast.priya)
    half = priya.post(f"{address}/completions", data={"keep": ENDING["keep"]})
    assert half.status_code == 422
    assert "Write what to retire; “nothing” is an answer." in half.text
    assert "The pilot: *three* meetings." in half.text  # what was typed is still there
    assert priya.post(f"{address}/completions", data=ENDING).status_code == 303
    page = priya.get(address).text
    assert "The pilot: <em>three</em> meetings." in page
    assert "The banner." in page
    assert "Make a template of it" in page
    assert priya.post(f"{address}/templates").status_code == 303
    assert "grew from it" in priya.get(address).text


def test_a_closing_note_from_before_it_had_two_parts_is_still_read(world: World, client: FlaskClient) -> None:
    campaign = world.in_state(CampaignState.COMPLETED)
    campaign.keep_note, campaign.retire_note, campaign.closing_note = "", "", "Three meetings, one pilot."
    priya = world.enter(client, world.cast.priya)
    page = priya.get(f"/campaigns/{campaign.slug}").text
    assert "What came of it" in page
    assert "Three meetings, one pilot." in page


def test_a_cancellation_says_why_and_a_draft_offers_nothing_else(world: World, client: FlaskClient) -> None:
    campaign = world.draft()
    address = f"/campaigns/{campaign.slug}"
    priya = world.enter(client, world.cast.priya)
    assert "Complete it" not in priya.get(f"{address}/ending").text
    assert priya.post(f"{address}/cancellations", data={"note": " "}).status_code == 422
    assert priya.post(f"{address}/cancellations", data={"note": "The budget went."}).status_code == 303
    page = priya.get(address).text
    assert "Why it was cancelled" in page
    assert "Make a template of it" not in page


def test_a_pause_says_which_plays_it_holds(world: World, client: FlaskClient) -> None:
    campaign = world.in_state(CampaignState.LIVE)
    address = f"/campaigns/{campaign.slug}"
    priya = world.enter(client, world.cast.priya)
    with time_machine.travel(NOW + timedelta(days=7), tick=False):  # the invitation is out
        sign_in(client, world.cast.priya)
        assert "A pause would hold 1 play: Live session (Wed 9 Dec)." in priya.get(address).text
        assert priya.post(f"{address}/pauses").status_code == 303
        assert "Going on takes up Live session (Wed 9 Dec)" in priya.get(address).text
    with time_machine.travel(NOW + timedelta(days=17), tick=False):
        sign_in(client, world.cast.priya)
        assert "No play lies ahead" in priya.get(address).text


def test_the_end_of_an_adopted_campaign_ends_its_work(world: World) -> None:
    campaign = world.adopted(tiers=(2,))
    later = NOW + timedelta(days=1)
    campaign.complete(**ENDING, by=world.cast.priya, at=later)
    assert {one.ends for one in campaign.audience} == {later}
    assert {one.tier: one.worked for one in tiers_at_work(world.session, later)} == {1: 0, 2: 0}


def test_the_database_knows_when_an_adopted_campaign_was_taken_in(world: World) -> None:
    campaign = world.adopted()
    world.session.flush()
    with pytest.raises(IntegrityError, match="ck_campaign_adopted"):
        world.session.execute(update(Campaign).where(Campaign.id == campaign.id).values(adopted_at=None))
