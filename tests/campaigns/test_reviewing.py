"""Sales reviews a plan: comments, changes that are settled first, and an approval of exactly one version."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from abm.agreement.models import StaleDigest
from abm.campaigns.kinds import CommentKind, PlanState, Section
from abm.campaigns.reviews import say, voice_of
from abm.kit.rules import RuleBroken
from abm.people.models import Role, Team
from abm.people.seats import Side, seats
from tests.campaigns.world import NOW, World

LATER = NOW + timedelta(hours=2)


def test_the_manager_whose_aes_are_bound_approves_the_exact_version(world: World) -> None:
    campaign, version = world.submitted()
    assert [voice.voice for voice in version.voices] == [f"sales:{world.cast.ines.public_id}"]
    assert world.approve(campaign, version)
    assert campaign.state_of(version) is PlanState.APPROVED
    assert campaign.left_behind() == []


def test_without_a_manager_the_sales_seat_is_asked(world: World) -> None:
    world.cast.tomas.team = world.cast.marcus.team = None
    campaign, version = world.submitted()
    assert [voice.voice for voice in version.voices] == ["sales"]
    assert world.approve(campaign, version, world.cast.renata, seat=world.sales_seat)


def test_the_sales_seat_approves_for_all_managers(world: World) -> None:
    campaign, version = world.submitted()
    assert world.approve(campaign, version, world.cast.renata, seat=world.sales_seat)
    assert [signature.voice for signature in version.valid_signatures()] == ["sales"]


@pytest.mark.parametrize("who", ["priya", "amara", "tomas", "marcus", "wen", "vera"])
def test_nobody_else_approves(world: World, who: str) -> None:
    campaign, version = world.submitted()
    with pytest.raises(RuleBroken, match="Sales approves a plan"):
        world.approve(campaign, version, world.cast.everyone[who])
    assert version.valid_signatures() == []


def test_the_seat_of_marketing_does_not_approve(world: World) -> None:
    campaign, version = world.submitted()
    marketing = seats(world.session)[Side.MARKETING]
    with pytest.raises(RuleBroken, match="Sales approves a plan"):
        world.approve(campaign, version, world.cast.amara, seat=marketing)


def test_who_also_plans_never_approves_a_plan(world: World) -> None:
    _, version = world.submitted()
    world.cast.ines.grant(frozenset({Role.SALES_MANAGER, Role.MARKETER}), by=world.cast.wen, at=NOW)
    assert voice_of(version, world.cast.ines, seat=None, day=NOW.date()) is None


def test_two_managers_are_both_asked_and_the_second_completes(world: World) -> None:
    hannah = world.cast.wen  # leads a second team for this test
    hannah.grant(frozenset({Role.SALES_MANAGER}), by=None, at=NOW)
    world.cast.marcus.team = Team(name="South", region="EMEA", manager_id=hannah.id)
    campaign, version = world.submitted()
    assert not world.approve(campaign, version)
    assert campaign.state_of(version) is PlanState.OPEN
    assert world.approve(campaign, version, hannah)
    assert campaign.state_of(version) is PlanState.APPROVED


def test_another_digest_approves_nothing(world: World) -> None:
    campaign, version = world.submitted()
    with pytest.raises(StaleDigest):
        world.approve(campaign, version, digest="0" * 64)
    assert version.valid_signatures() == []


def test_a_version_that_was_superseded_while_it_was_read_is_not_approved(world: World) -> None:
    campaign, first = world.submitted()
    campaign.change(Section.OFFER, by=world.cast.priya, at=NOW, offer="Two lanes free of charge.")
    _, second = world.submitted(campaign)
    with pytest.raises(StaleDigest) as stale:
        world.approve(campaign, first)
    assert stale.value.version is second
    assert [campaign.state_of(one) for one in (first, second)] == [PlanState.SUPERSEDED, PlanState.OPEN]


def test_an_ae_comments_and_asks_for_changes_and_that_blocks_the_approval(world: World) -> None:
    campaign, version = world.submitted()
    say(
        campaign,
        version,
        section=Section.MESSAGE,
        kind=CommentKind.COMMENT,
        body="My accounts say it like this.",
        by=world.cast.tomas,
        at=NOW,
    )
    assert campaign.state_of(version) is PlanState.OPEN
    world.ask_for_change(campaign, version, world.cast.tomas)
    assert campaign.state_of(version) is PlanState.CHANGES_REQUESTED
    with pytest.raises(RuleBroken, match="Tomás Ferreira asked for a change"):
        world.approve(campaign, version)


def test_who_asked_settles_after_the_answer_and_the_way_is_free(world: World) -> None:
    campaign, version = world.submitted()
    request = world.ask_for_change(campaign, version, world.cast.tomas)
    request.reply("Legal has signed it off.", by=world.cast.priya, at=NOW)
    day = world.cast.organisation.today(NOW)
    with pytest.raises(RuleBroken, match="Tomás Ferreira asked"):
        request.settle(seat=None, day=day, by=world.cast.marcus, at=NOW)
    request.settle(seat=None, day=day, by=world.cast.tomas, at=NOW)
    with pytest.raises(RuleBroken, match="settled already"):
        request.reply("And again.", by=world.cast.priya, at=NOW)
    assert world.approve(campaign, version)


def test_the_sales_seat_settles_for_a_reviewer_who_is_away(world: World) -> None:
    campaign, version = world.submitted()
    request = world.ask_for_change(campaign, version, world.cast.tomas)
    day = world.cast.organisation.today(NOW)
    request.settle(seat=world.sales_seat, day=day, by=world.cast.renata, at=NOW)
    assert world.approve(campaign, version)


def test_a_request_stays_open_over_the_next_version(world: World) -> None:
    campaign, version = world.submitted()
    world.ask_for_change(campaign, version)
    campaign.change(Section.OFFER, by=world.cast.priya, at=NOW, offer="With a credit of 5 %.")
    _, second = world.submitted(campaign)
    assert campaign.state_of(second) is PlanState.CHANGES_REQUESTED
    with pytest.raises(RuleBroken, match="Ines Calder asked"):
        world.approve(campaign, second)


def test_an_approved_plan_takes_comments_but_no_requests(world: World) -> None:
    campaign = world.approved()
    version = campaign.approved
    assert version is not None
    said = say(
        campaign, version, section=Section.OFFER, kind=CommentKind.COMMENT, body="Good.", by=world.cast.tomas, at=NOW
    )
    assert not said.open
    with pytest.raises(RuleBroken, match="ask Marketing for a new version"):
        world.ask_for_change(campaign, version)


@pytest.mark.parametrize(("section", "facts"), [(Section.OFFER, {"offer": "x"}), (Section.BUDGET, {"budget": 1})])
def test_an_edit_costs_the_approval_until_it_is_taken_back(
    world: World, section: Section, facts: dict[str, Any]
) -> None:
    campaign = world.approved()
    was = {name: getattr(campaign, name) for name in facts}
    campaign.change(section, by=world.cast.priya, at=LATER, **facts)
    assert campaign.left_behind() == [section]
    campaign.change(section, by=world.cast.priya, at=LATER, **was)
    assert campaign.left_behind() == []


def test_an_account_that_joins_the_list_costs_no_approval_but_makes_another_audience(world: World) -> None:
    campaign = world.approved()
    world.account("Zephyr Foods", world.cast.tomas)
    world.place("Zephyr Foods", world.list.entries[0].outcome, at=NOW)
    world.agree(NOW)
    assert campaign.left_behind() == []
    _, second = world.submitted(campaign)
    assert second.number == 2


def test_the_same_plan_is_not_submitted_twice(world: World) -> None:
    campaign = world.approved()
    with pytest.raises(RuleBroken, match="Version 1 says exactly this already"):
        world.submitted(campaign)


def test_a_submission_is_withdrawn_by_who_made_it_and_by_nobody_else(world: World) -> None:
    campaign, version = world.submitted()
    with pytest.raises(RuleBroken, match="Only who proposed"):
        campaign.withdraw(version, by=world.cast.amara, at=NOW)
    campaign.withdraw(version, by=world.cast.priya, at=NOW)
    assert campaign.state_of(version) is PlanState.WITHDRAWN
    with pytest.raises(RuleBroken, match="withdrawn"):
        world.approve(campaign, version)
    _, second = world.submitted(campaign)
    assert second.number == 2


def test_what_was_approved_stands_until_its_successor_is_approved(world: World) -> None:
    campaign = world.approved()
    first = campaign.approved
    campaign.change(Section.OFFER, by=world.cast.priya, at=LATER, offer="Two lanes.")
    _, second = world.submitted(campaign, at=LATER)
    assert campaign.approved is first
    assert world.approve(campaign, second)
    assert campaign.approved is second
    assert first is not None
    assert campaign.state_of(first) is PlanState.SUPERSEDED
