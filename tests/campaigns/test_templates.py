"""The library of play templates: written, changed, archived, never deleted; and wins that become templates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from abm.audit.models import Event
from abm.campaigns.drafting import change_play
from abm.campaigns.kinds import CampaignState, Section
from abm.campaigns.standard_templates import add_standard_templates, missing_standard, standard_templates
from abm.campaigns.starting import CampaignOrigin, start_campaign
from abm.campaigns.template_queries import began_from, library, origin_of
from abm.campaigns.templates import PlayTemplate, create_template, grow_template
from abm.kit.rules import Conflict, RuleBroken
from tests.campaigns.world import NOW, STARTS, World

LATER = NOW + timedelta(hours=1)
FORM = {
    "name": "Letter first",
    "tiers": ["1", "2"],
    "days": "20",
    "ask_touches": "3",
    "ask_day": "15",
    "plays-0-day": "8",
    "plays-0-channel": "direct mail",
    "plays-0-what": "Letter",
    "plays-0-notes": "Signed **by hand**.",
    "plays-1-day": "",
    "plays-1-channel": "email",
    "plays-1-what": "",
}


def letter(world: World, **facts: Any) -> PlayTemplate:
    """A template with two plays, the later one written first."""
    plays = [
        {"day": 13, "channel": "webinar", "what": "Live session"},
        {"day": 1, "channel": "email", "what": "Invitation", "notes": "One sentence."},
    ]
    said = {"name": "Letter first", "tiers": [2, 1], "days": 20, "plays": plays, "ask_touches": 3, "ask_day": 14}
    return create_template(world.session, {**said, **facts}, by=world.cast.priya, at=NOW)


def events_of(world: World, template: PlayTemplate) -> list[Event]:
    query = select(Event).where(Event.subject == "play_template", Event.subject_id == template.id)
    return list(world.session.scalars(query.order_by(Event.id)))


def test_a_template_keeps_its_tiers_and_plays_in_order(world: World) -> None:
    template = letter(world)
    assert template.tiers == [1, 2]
    assert [(play.day, play.what, play.notes) for play in template.planned] == [
        (1, "Invitation", "One sentence."),
        (13, "Live session", ""),
    ]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": "  "}, "name"),
        ({"tiers": []}, "tiers"),
        ({"tiers": [4]}, "tiers"),
        ({"days": 0}, "days"),
        ({"days": 400}, "days"),
        ({"ask_day": 20}, "ask_day"),
        ({"ask_touches": 101}, "ask_touches"),
        ({"days": 10, "ask_day": 5}, "plays"),  # the live session is on its 14th
        ({"plays": [{"day": 1, "channel": "email", "what": " "}]}, "plays"),
    ],
)
def test_a_template_that_makes_no_sense_is_refused_beside_its_field(
    world: World, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        letter(world, **facts)
    assert refusal.value.field == field


def test_each_change_is_an_event_with_what_was_before(world: World) -> None:
    template = letter(world)
    template.change({"offer": "A pilot.", "name": "Letter first"}, by=world.cast.amara, at=LATER)
    template.change({"offer": "A pilot."}, by=world.cast.priya, at=LATER)  # says the same: no change
    template.archive(by=world.cast.amara, at=LATER)
    template.restore(by=world.cast.priya, at=LATER)
    events = events_of(world, template)
    assert [event.verb for event in events] == ["created", "changed", "archived", "restored"]
    assert (events[1].before, events[1].after) == ({"offer": ""}, {"offer": "A pilot."})
    assert template.changed_by is world.cast.amara


def test_an_edit_from_an_older_revision_is_shown_with_both_values(world: World) -> None:
    template = letter(world)
    world.session.flush()
    seen = template.revision
    template.change({"offer": "A pilot."}, seen=seen, by=world.cast.amara, at=LATER)
    world.session.flush()
    with pytest.raises(Conflict) as conflict:
        template.change({"offer": "Two pilots."}, seen=seen, by=world.cast.priya, at=LATER)
    assert (conflict.value.theirs, conflict.value.yours) == ({"offer": "A pilot."}, {"offer": "Two pilots."})
    assert template.offer == "A pilot."


def test_an_archived_template_is_offered_no_longer_and_begins_no_plan(world: World) -> None:
    template = letter(world)
    template.archive(by=world.cast.priya, at=NOW)
    assert [one.template for one in library(world.session)] == []
    assert [one.template for one in library(world.session, archived=True)] == [template]
    with pytest.raises(RuleBroken, match="Letter first is archived"):
        start_campaign(
            world.cast.organisation,
            template,
            name="Winter",
            starts_on=STARTS,
            ends_on=STARTS + timedelta(days=20),
            by=world.cast.priya,
            at=NOW,
        )
    with pytest.raises(RuleBroken, match="archived already"):
        template.archive(by=world.cast.priya, at=NOW)


def test_the_standard_templates_are_added_where_they_are_missing_and_only_once(world: World) -> None:
    added = add_standard_templates(world.session, by=world.cast.priya, at=NOW)
    assert [one.standard for one in added] == list(standard_templates())
    assert {tier for one in added for tier in one.tiers} == {1, 2, 3}
    for one in added:
        texts = (one.description, one.objective, one.message, one.offer, one.talk_track, one.measure)
        assert all(texts), one.name
        assert one.ask_touches > 0, one.name
        assert len(one.plays) >= 3, one.name
    added[0].archive(by=world.cast.priya, at=NOW)
    world.session.flush()
    assert missing_standard(world.session) == []
    assert add_standard_templates(world.session, by=world.cast.priya, at=NOW) == []


def test_a_win_becomes_a_template_of_what_it_ran_on(world: World) -> None:
    campaign = world.approved()
    world.launch(campaign)
    change_play(campaign.plays[0], {"what": "Never sent"}, mark=None, by=world.cast.priya, at=LATER)
    campaign.change(Section.OFFER, by=world.cast.priya, at=LATER, offer="Never approved.")
    campaign.complete(keep="The pilot on two lanes.", retire="The banner.", by=world.cast.priya, at=LATER)

    template = grow_template(campaign, by=world.cast.amara, at=LATER)

    # 26 November to 18 December; asked by 4 December; plays on 27 November and 9 December
    assert (template.days, template.ask_day, template.ask_touches) == (23, 8, 3)
    assert [(play.day, play.what) for play in template.planned] == [(1, "Invitation"), (13, "Live session")]
    assert (template.tiers, template.offer) == ([1], "A four-week pilot on two lanes.")
    assert "The pilot on two lanes." in template.description
    assert "banner" not in template.description
    assert template.grown_from is campaign
    with pytest.raises(RuleBroken, match="grew from Cold chain, on time already"):
        grow_template(campaign, by=world.cast.amara, at=LATER)


@pytest.mark.parametrize("state", [state for state in CampaignState if state is not CampaignState.COMPLETED])
def test_only_a_completed_campaign_grows_a_template(world: World, state: CampaignState) -> None:
    with pytest.raises(RuleBroken, match="a template grows from a completed campaign"):
        grow_template(world.in_state(state), by=world.cast.priya, at=NOW)


def test_how_often_a_template_was_used_and_by_which_campaigns(world: World) -> None:
    template = letter(world)
    other = letter(world, name="Never used")
    begun = [
        start_campaign(
            world.cast.organisation,
            template,
            name=name,
            starts_on=STARTS,
            ends_on=STARTS + timedelta(days=19),
            by=world.cast.priya,
            at=NOW,
        )
        for name in ("Winter", "Spring")
    ]
    world.session.flush()
    assert {one.template.name: one.used for one in library(world.session)} == {"Letter first": 2, "Never used": 0}
    assert began_from(world.session, template) == begun[::-1]
    assert began_from(world.session, other) == []


def test_a_marketer_writes_changes_and_archives_a_template_over_http(world: World, client: FlaskClient) -> None:
    priya = world.enter(client, world.cast.priya)
    made = priya.post("/campaigns/templates", data=FORM)
    assert made.status_code == 303
    address = made.headers["Location"]
    page = priya.get(address).text
    assert "Signed <strong>by hand</strong>." in page
    assert "by day 15" in page
    assert "put it into the library" in page
    edit = priya.get(f"{address}/edit").text
    assert 'value="8"' in edit  # the play's day as people count it

    first = priya.post(address, data={**FORM, "revision": "1", "offer": "A pilot."})
    stale = priya.post(address, data={**FORM, "revision": "1", "offer": "Two pilots."})
    assert (first.status_code, stale.status_code) == (303, 409)
    assert "A pilot." in stale.text
    assert "Two pilots." in stale.text
    assert 'name="revision" type="hidden" value="2"' in stale.text  # saving again is a decision
    assert priya.post(address, data={**FORM, "revision": "2", "offer": "Two pilots."}).status_code == 303
    assert priya.get(address).text.count("changed: offer and proof") == 2

    assert priya.post(f"{address}/archivals").status_code == 303
    assert "Archived: 1" in priya.get("/campaigns/templates").text
    assert priya.post(f"{address}/archivals").status_code == 409


def test_a_faulty_form_keeps_what_was_typed(world: World, client: FlaskClient) -> None:
    priya = world.enter(client, world.cast.priya)
    answer = priya.post("/campaigns/templates", data={**FORM, "plays-0-day": "", "message": "Minutes, not days."})
    assert answer.status_code == 422
    assert "Write the day of “Letter”: 1 is the first day." in answer.text
    assert "Minutes, not days." in answer.text
    beyond = priya.post("/campaigns/templates", data={**FORM, "plays-0-day": "21"})
    assert beyond.status_code == 422
    assert "“Letter” lies outside the 20 days" in beyond.text


def test_the_database_keeps_templates_and_where_plans_began(world: World) -> None:
    begun = start_campaign(
        world.cast.organisation,
        letter(world),
        name="Winter",
        starts_on=STARTS,
        ends_on=STARTS + timedelta(days=19),
        by=world.cast.priya,
        at=NOW,
    )
    world.session.commit()
    for statement, why in (
        (delete(PlayTemplate), "a template is archived, never deleted"),
        (delete(CampaignOrigin), "never change"),
        (update(CampaignOrigin).values(moved=["Letter"]), "never change"),
    ):
        with pytest.raises(IntegrityError, match=why):
            world.session.execute(statement)
        world.session.rollback()
    assert origin_of(world.session, begun) is not None


def test_an_empty_library_offers_the_standard_templates(world: World, client: FlaskClient) -> None:
    priya = world.enter(client, world.cast.priya)
    assert "Add the standard templates" in priya.get("/campaigns/templates").text
    assert priya.post("/campaigns/templates/standard").status_code == 303
    page = priya.get("/campaigns/templates").text
    assert "A letter, then a working session" in page
    assert "Add the standard templates" not in page
