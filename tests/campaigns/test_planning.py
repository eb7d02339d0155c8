"""Writing a plan: what the criteria give, what is missing, and nobody's words buried."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from abm.accounts.models import StageCategory, add_contact, add_stage, create_opportunity
from abm.campaigns.audience import Candidate, candidates, chosen, reviewers_of
from abm.campaigns.creating import create_campaign
from abm.campaigns.drafting import add_play, change_play, remove_play
from abm.campaigns.kinds import CampaignState, Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria, Plan
from abm.campaigns.readiness import missing
from abm.kit.rules import Conflict, RuleBroken
from abm.touches.kinds import Channel
from tests.campaigns.world import ENDS, NOW, STARTS, World

TODAY = date(2026, 11, 24)


def found(world: World, campaign: Campaign) -> list[Candidate]:
    return candidates(world.session, campaign, organisation=world.cast.organisation, at=NOW)


def names(accounts: list[Candidate]) -> list[str]:
    return [one.name for one in accounts]


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (Criteria(), []),
        (Criteria((1,)), ["Halden Freight", "Kestrel Foods", "Orbis Pharma"]),
        (Criteria((1, 2), ("Food",)), ["Kestrel Foods", "Tarn Dairies"]),
        (Criteria((3,)), []),
    ],
)
def test_the_audience_is_what_the_criteria_give_of_the_list(
    world: World, criteria: Criteria, expected: list[str]
) -> None:
    assert names(chosen(found(world, world.draft()), criteria)) == expected


def test_an_ae_narrows_the_audience_to_the_accounts_that_they_answer_for(world: World) -> None:
    criteria = Criteria((1, 2), (), (world.cast.marcus.public_id,))
    assert names(chosen(found(world, world.draft()), criteria)) == ["Orbis Pharma", "Vale Chemicals"]


def test_who_answers_today_counts_not_who_was_planned(world: World) -> None:
    kestrel = world.accounts["Kestrel Foods"]
    kestrel.assign(world.cast.marcus, first_day=TODAY, by=world.cast.ines, at=NOW)
    by_name = {one.name: one for one in found(world, world.draft())}
    assert by_name["Kestrel Foods"].ae == world.cast.marcus.public_id
    assert by_name["Halden Freight"].ae == world.cast.tomas.public_id


def test_accounts_carry_what_to_look_at_before_they_are_worked(world: World) -> None:
    halden, kestrel, orbis = (world.accounts[name] for name in ("Halden Freight", "Kestrel Foods", "Orbis Pharma"))
    halden.leave_alone("A lawsuit", until=None, by=world.cast.ines, at=NOW)
    add_contact(kestrel, name="Ana Reyes", by=world.cast.tomas, at=NOW)
    stage = add_stage(
        world.cast.organisation, name="Engaging", category=StageCategory.OPEN, qualified=True, by=world.cast.wen, at=NOW
    )
    create_opportunity(
        world.cast.organisation, account=orbis, stage=stage, name="Lanes", created_on=TODAY, by=world.cast.tomas, at=NOW
    )
    world.launch(world.approved(world.draft("Food only", tiers=(2,))))

    marks = {
        one.name: (one.left_alone, one.active_deal, one.elsewhere, one.no_contacts)
        for one in found(world, world.draft())
    }

    assert marks["Halden Freight"] == (True, False, False, True)
    assert marks["Kestrel Foods"] == (False, False, False, False)
    assert marks["Orbis Pharma"] == (False, True, False, True)
    assert marks["Tarn Dairies"] == (False, False, True, True)


def test_an_account_that_left_the_list_is_no_candidate_any_longer(world: World) -> None:
    world.leaves_the_list("Kestrel Foods")
    assert "Kestrel Foods" not in names(found(world, world.draft()))


def test_days_of_a_quarter_without_a_list_give_nobody(world: World) -> None:
    campaign = world.draft()
    days: dict[str, Any] = {"starts_on": date(2027, 1, 4), "ends_on": date(2027, 2, 1)}
    campaign.change(Section.OBJECTIVE, by=world.cast.priya, at=NOW, **days)  # type: ignore[arg-type]
    assert found(world, campaign) == []


def test_each_manager_whose_aes_are_bound_is_asked_once(world: World) -> None:
    assert [reviewer.name for reviewer in reviewers_of(found(world, world.draft()))] == ["Ines Calder"]


def test_an_empty_draft_says_what_is_missing_in_every_section(world: World) -> None:
    campaign = create_campaign(
        world.cast.organisation, name="Later", starts_on=STARTS, ends_on=ENDS, by=world.cast.priya, at=NOW
    )
    assert set(missing(campaign.draft(), TODAY)) == set(Section)
    with pytest.raises(RuleBroken, match="Add at least one play"):
        world.submitted(campaign)


def test_a_whole_draft_misses_nothing(world: World) -> None:
    campaign = world.draft()
    plan = campaign.draft(chosen(found(world, campaign), Criteria((1,))))
    assert missing(plan, TODAY) == {}


@pytest.mark.parametrize(
    ("section", "facts", "sentence"),
    [
        (Section.OBJECTIVE, {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 2)}, "last day has passed"),
        (Section.SALES_ASK, {"ask_by": ENDS + timedelta(days=1)}, "outside the days"),
        (Section.SALES_ASK, {"ask_touches": 0}, "how many touches"),
        (Section.BUDGET, {"budget": None}, "what it costs"),
        (Section.AUDIENCE, {"criteria": Criteria((3,)).facts()}, "No account of the list"),
    ],
)
def test_what_is_missing_is_said_with_its_mend(
    world: World, section: Section, facts: dict[str, Any], sentence: str
) -> None:
    campaign = world.draft()
    campaign.change(section, by=world.cast.priya, at=NOW, **facts)  # type: ignore[arg-type]
    with pytest.raises(RuleBroken, match=sentence):
        world.submitted(campaign)


def test_a_play_outside_the_days_is_missing_its_day(world: World) -> None:
    campaign = world.draft()
    day = ENDS + timedelta(days=3)
    add_play(campaign, channel=Channel.AD, what="Banner", day=day, by=world.cast.priya, at=NOW)
    with pytest.raises(RuleBroken, match="Banner lies outside"):
        world.submitted(campaign)


def test_a_section_that_somebody_else_changed_is_shown_with_both_values(world: World) -> None:
    campaign = world.draft()
    opened = campaign.draft().mark(Section.OFFER)
    campaign.change(Section.OFFER, mark=opened, by=world.cast.amara, at=NOW, offer="Two pilots.")

    with pytest.raises(Conflict) as conflict:
        campaign.change(Section.OFFER, mark=opened, by=world.cast.priya, at=NOW, offer="Three pilots.")

    assert (conflict.value.theirs, conflict.value.yours) == ({"offer": "Two pilots."}, {"offer": "Three pilots."})
    assert campaign.offer == "Two pilots."


def test_two_people_in_two_sections_do_not_meet(world: World) -> None:
    campaign = world.draft()
    offer, message = (campaign.draft().mark(section) for section in (Section.OFFER, Section.MESSAGE))
    campaign.change(Section.OFFER, mark=offer, by=world.cast.amara, at=NOW, offer="Two pilots.")
    campaign.change(Section.MESSAGE, mark=message, by=world.cast.priya, at=NOW, message="Minutes, not days.")
    assert (campaign.offer, campaign.message) == ("Two pilots.", "Minutes, not days.")


def test_plays_are_changed_and_taken_out_but_never_over_somebody_elses_change(world: World) -> None:
    campaign = world.draft()
    play, other = campaign.plays
    seen = play.mark
    change_play(play, {"what": "Letter"}, mark=seen, by=world.cast.amara, at=NOW)
    with pytest.raises(Conflict):
        change_play(play, {"what": "Postcard"}, mark=seen, by=world.cast.priya, at=NOW)
    remove_play(other, by=world.cast.priya, at=NOW)
    assert [one.what for one in campaign.plays] == ["Letter"]


@pytest.mark.parametrize("state", [CampaignState.COMPLETED, CampaignState.CANCELLED])
def test_the_plan_of_a_campaign_that_is_over_stays_as_it_is(world: World, state: CampaignState) -> None:
    with pytest.raises(RuleBroken, match="its plan stays"):
        world.in_state(state).change(Section.OFFER, by=world.cast.priya, at=NOW, offer="More.")


@pytest.mark.parametrize(
    ("section", "facts", "field"),
    [
        (Section.OBJECTIVE, {"name": " "}, "name"),
        (Section.OBJECTIVE, {"starts_on": ENDS + timedelta(days=1)}, "ends_on"),
        (Section.SALES_ASK, {"ask_touches": 101}, "ask_touches"),
        (Section.OFFER, {"offer": "nul\0"}, "offer"),
    ],
)
def test_nonsense_is_refused_beside_its_field(
    world: World, section: Section, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        world.draft().change(section, by=world.cast.priya, at=NOW, **facts)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_campaigns_of_one_name_have_addresses_of_their_own(world: World) -> None:
    slugs = [world.draft("Winter").slug, world.draft("Winter").slug, world.draft("New").slug]
    assert slugs[:2] == ["winter", "winter-2"]
    assert slugs[2] != "new"


def test_what_is_frozen_reads_back_as_the_plan_that_it_was(world: World) -> None:
    campaign, version = world.submitted()
    plan = campaign.draft(chosen(found(world, campaign), Criteria((1,))))
    frozen = Plan.read(version.read())
    assert frozen.differs_from(plan) == []
    assert [account.name for account in frozen.accounts] == ["Halden Freight", "Kestrel Foods", "Orbis Pharma"]
    assert [account.ae_name for account in frozen.accounts] == ["Tomás Ferreira", "Tomás Ferreira", "Marcus Bell"]
    assert version.intact()
