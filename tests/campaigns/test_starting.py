"""A plan begins blank, from a template or from an earlier campaign: what comes along, on which days, and what never."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from abm.campaigns.creating import create_campaign
from abm.campaigns.drafting import add_play, change_play
from abm.campaigns.kinds import CampaignState, Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria
from abm.campaigns.sections import Progress, last_saves, tasks
from abm.campaigns.standard_templates import add_standard_templates
from abm.campaigns.starting import on_a_weekend, start_campaign
from abm.campaigns.template_queries import earlier_campaigns, origin_of
from abm.campaigns.templates import PlayTemplate, create_template
from abm.kit.clock import Quarter
from abm.touches.kinds import Channel
from tests.campaigns.world import ENDS, NOW, STARTS, World

FIRST, LAST = date(2026, 12, 7), date(2026, 12, 20)  # Monday to Sunday, a fortnight


def template_of(world: World, last_play: int = 20) -> PlayTemplate:
    facts = {
        "name": "Letter first",
        "tiers": [1],
        "days": 28,
        "message": "Minutes, not days.",
        "plays": [
            {"day": 0, "channel": "email", "what": "Invitation", "notes": "One sentence."},
            {"day": 5, "channel": "ad", "what": "Banner"},  # a Saturday, when it begins on a Monday
            {"day": last_play, "channel": "webinar", "what": "Live session"},
        ],
        "ask_touches": 4,
        "ask_day": 25,
    }
    return create_template(world.session, facts, by=world.cast.priya, at=NOW)


def begin(world: World, source: PlayTemplate | Campaign, first: date = FIRST, last: date = LAST) -> Campaign:
    campaign = start_campaign(
        world.cast.organisation, source, name="Winter", starts_on=first, ends_on=last, by=world.cast.amara, at=NOW
    )
    world.session.flush()
    return campaign


def test_a_template_brings_its_texts_plays_and_ask_on_the_days_of_the_campaign(world: World) -> None:
    campaign = begin(world, template_of(world, last_play=9))
    assert (campaign.message, campaign.ask_touches) == ("Minutes, not days.", 4)
    assert [(play.day, play.what, play.notes) for play in campaign.plays] == [
        (date(2026, 12, 7), "Invitation", "One sentence."),
        (date(2026, 12, 12), "Banner", ""),
        (date(2026, 12, 16), "Live session", ""),
    ]
    assert campaign.ask_by == LAST  # day 26 lies beyond a fortnight
    assert Criteria.read(campaign.criteria).tiers == (1,)
    assert (campaign.state, campaign.owner, campaign.budget) == (CampaignState.DRAFT, world.cast.amara, None)


def test_a_play_beyond_the_last_day_is_set_on_it_and_that_is_kept_as_a_fact(world: World) -> None:
    template = template_of(world)
    campaign = begin(world, template)
    (live,) = (play for play in campaign.plays if play.what == "Live session")
    assert live.day == LAST  # the 21st day of the template
    origin = origin_of(world.session, campaign)
    assert origin is not None
    assert (origin.template, origin.earlier, origin.moved) == (template, None, ["Live session"])


def test_plays_stay_on_the_weekends_on_which_they_fall_and_are_named(world: World) -> None:
    campaign = begin(world, template_of(world, last_play=9))
    assert on_a_weekend(campaign.plays) == ["Banner"]


def test_an_earlier_campaign_brings_what_it_ran_on_moved_to_the_new_days(world: World) -> None:
    earlier = world.draft("Autumn", tiers=(1, 2))
    criteria = Criteria((1, 2), ("Food",), (world.cast.marcus.public_id, world.cast.tomas.public_id))
    earlier.change(Section.AUDIENCE, by=world.cast.priya, at=NOW, criteria=criteria.facts())
    world.launch(world.approved(earlier))
    earlier.change(Section.OFFER, by=world.cast.priya, at=NOW, offer="Never approved.")
    world.cast.marcus.deactivate(by=world.cast.wen, at=NOW)

    campaign = begin(world, earlier, date(2027, 1, 7), date(2027, 1, 29))  # 42 days later, as long

    assert campaign.offer == "A four-week pilot on two lanes."
    assert [play.day for play in campaign.plays] == [date(2027, 1, 8), date(2027, 1, 20)]
    assert campaign.ask_by == date(2027, 1, 15)
    assert Criteria.read(campaign.criteria) == Criteria((1, 2), ("Food",), (world.cast.tomas.public_id,))
    assert campaign.budget is None
    assert (campaign.document.versions, campaign.audience, campaign.comments, campaign.launches) == ([], [], [], [])
    origin = origin_of(world.session, campaign)
    assert origin is not None
    assert (origin.earlier, origin.moved) == (earlier, [])


def test_criteria_that_named_only_people_who_left_ask_to_be_chosen_anew(world: World) -> None:
    earlier = world.draft()
    criteria = Criteria((1,), (), (world.cast.marcus.public_id,))
    earlier.change(Section.AUDIENCE, by=world.cast.priya, at=NOW, criteria=criteria.facts())
    world.cast.marcus.deactivate(by=world.cast.wen, at=NOW)
    assert Criteria.read(begin(world, earlier).criteria) == Criteria()  # not: everybody's accounts


def test_last_quarters_campaigns_are_offered_first(world: World) -> None:
    newest = world.in_state(CampaignState.LIVE)
    before = world.adopted("Summer", ends_on=date(2026, 11, 30))
    long_ago = world.adopted("Spring", ends_on=date(2026, 11, 28))
    for campaign, days in ((before, (7, 9)), (long_ago, (4, 6))):
        campaign.starts_on, campaign.ends_on = date(2026, days[0], 1), date(2026, days[1], 28)
    world.draft("Not run yet")
    world.session.flush()
    assert earlier_campaigns(world.session, Quarter(2026, 4)) == [before, newest, long_ago]


def test_each_section_says_how_far_it_is_and_who_saved_it_last(world: World) -> None:
    cast = world.cast
    campaign = create_campaign(cast.organisation, name="Winter", starts_on=STARTS, ends_on=ENDS, by=cast.priya, at=NOW)
    campaign.change(Section.MESSAGE, by=cast.priya, at=NOW, message="Minutes.")
    campaign.change(Section.MESSAGE, by=cast.amara, at=NOW + timedelta(hours=1), message="Minutes, not days.")
    campaign.change(Section.SALES_ASK, by=cast.priya, at=NOW, talk_track="Which lane?")
    add_play(campaign, channel=Channel.AD, what="Banner", day=STARTS, by=cast.amara, at=NOW)
    world.session.flush()

    saved = last_saves(world.session, campaign)
    assert {section: (one.at, one.who) for section, one in saved.items()} == {
        Section.MESSAGE: (NOW + timedelta(hours=1), "Amara Osei"),
        Section.SALES_ASK: (NOW, "Priya Raman"),
        Section.PLAYS: (NOW, "Amara Osei"),
    }
    done = {Section.MESSAGE, Section.PLAYS}
    gaps = {section: ["Something is missing."] for section in Section if section not in done}
    progress = {one.section: one.progress for one in tasks(campaign.draft(), gaps, saved)}
    assert progress == {
        **dict.fromkeys(Section, Progress.NOT_STARTED),
        Section.MESSAGE: Progress.READY,
        Section.PLAYS: Progress.READY,
        Section.SALES_ASK: Progress.IN_PROGRESS,
    }


def test_a_play_says_who_does_it_and_what_it_holds_and_handing_it_over_costs_no_approval(world: World) -> None:
    campaign = world.approved()
    play = campaign.plays[0]
    change_play(play, {"owner_id": world.cast.amara.id}, mark=None, by=world.cast.priya, at=NOW)
    assert campaign.left_behind() == []
    world.launch(campaign)
    assert {one.person for one in world.commitments(campaign) if one.why == play.what} == {world.cast.amara}
    change_play(play, {"notes": "One sentence."}, mark=None, by=world.cast.priya, at=NOW)
    assert campaign.left_behind() == [Section.PLAYS]


@pytest.mark.parametrize("way", ["blank", "template", "earlier"])
def test_a_marketer_begins_a_plan_over_http_in_each_way(world: World, client: FlaskClient, way: str) -> None:
    template = add_standard_templates(world.session, by=world.cast.priya, at=NOW)[2]
    earlier = world.in_state(CampaignState.COMPLETED)
    sources = {"template": {"template": template.public_id}, "earlier": {"earlier": earlier.slug}}
    source = sources.get(way, {})
    priya = world.enter(client, world.cast.priya)

    form = priya.get("/campaigns/new", query_string=source).text
    assert (f'value="{FIRST - timedelta(days=7)}"' in form) is (way != "blank")  # next Monday, 30 November
    sent = {"name": "Winter", "starts_on": str(FIRST), "ends_on": str(LAST), **source}
    answer = priya.post("/campaigns", data=sent)
    assert answer.status_code == 303
    page = priya.get(answer.headers["Location"]).text
    words = {"template": "Began from the template", "earlier": "Began from the campaign"}
    assert {name for name, said in words.items() if said in page} == ({way} & words.keys())
    if way == "template":  # its webinar is on day 22, its last plays on days 24 and 36
        assert "Set on the last day, since theirs lay beyond it: Live: the customer" in page
        used = priya.get(f"/campaigns/templates/{template.public_id}").text
        assert "Used by 1 campaign" in used


def test_a_section_previews_without_saving_and_leads_on_to_the_next(world: World, client: FlaskClient) -> None:
    campaign = world.draft()
    priya = world.enter(client, world.cast.priya)
    address, text = f"/campaigns/{campaign.slug}/sections/message", "**Minutes**, not days. <script>no</script>"
    shown = priya.post(address, data={"message": text, "preview": "1"})
    assert shown.status_code == 200
    assert "<strong>Minutes</strong>, not days. &lt;script&gt;" in shown.text
    assert "Minutes" not in priya.get(f"/campaigns/{campaign.slug}").text
    saved = priya.post(address, data={"message": text, "next": "1"})
    assert saved.headers["Location"].endswith("/sections/offer")
    assert "Saved today 11:00 by Priya Raman" in priya.get(address).text
    offer = priya.post(f"/campaigns/{campaign.slug}/sections/offer", data={"offer": "A pilot.", "next": "1"})
    assert offer.headers["Location"].endswith("/plays")
