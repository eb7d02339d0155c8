"""Choosing an audience out of the list, and accounts that leave it."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from abm.accounts.contacts import add_contact
from abm.campaigns.at_work import at_work
from abm.campaigns.audience import audience, candidates, chosen
from abm.campaigns.kinds import Section
from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria
from abm.campaigns.queries import audience_on, live_on
from abm.kit.db import db
from abm.targets.models import Outcome
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from tests.campaigns.world import NOW, World
from tests.counting import statements

RUNS = NOW + timedelta(days=3)  # the campaign began the day before


def given(world: World, **criteria: Any) -> set[str]:
    """The names that criteria give a draft."""
    campaign = world.session.scalars(select(Campaign)).first() or world.draft()
    campaign.criteria = Criteria(**criteria).facts()
    _, accounts = audience(world.session, campaign, organisation=world.cast.organisation, at=NOW)
    return {one.name for one in accounts}


def test_segments_stages_and_marks_narrow_an_audience(world: World) -> None:
    tarn, halden = world.accounts["Tarn Dairies"], world.accounts["Halden Freight"]
    tarn.change(by=world.cast.wen, at=NOW, segment="Mid-market")
    add_contact(halden, name="Mara Lind", by=world.cast.wen, at=NOW)
    log_touch(
        halden,
        organisation=world.cast.organisation,
        by=world.cast.tomas,
        at=NOW,
        client_key="1" * 32,
        side=TouchSide.SALES,
        direction=Direction.OUTBOUND,
        channel=Channel.MEETING,
        outcome="held",
        when=NOW - timedelta(days=2),
    )
    world.session.flush()
    everybody = {"Halden Freight", "Kestrel Foods", "Orbis Pharma", "Tarn Dairies", "Vale Chemicals"}
    assert given(world, tiers=(1, 2)) == everybody
    assert given(world, tiers=(1, 2), segments=("Mid-market",)) == {"Tarn Dairies"}
    assert given(world, tiers=(1, 2), stages=("meeting",)) == {"Halden Freight"}
    assert given(world, tiers=(1, 2), stages=("target",)) == everybody - {"Halden Freight"}
    assert given(world, tiers=(1, 2), without=("no_contacts",)) == {"Halden Freight"}


def test_accounts_are_taken_in_and_left_out_one_by_one(world: World) -> None:
    ids = {name: account.public_id for name, account in world.accounts.items()}
    picked, out = (ids["Tarn Dairies"],), (ids["Orbis Pharma"],)
    assert given(world, tiers=(1,), picked=picked, left_out=out) == {"Halden Freight", "Kestrel Foods", "Tarn Dairies"}
    assert given(world, picked=picked) == {"Tarn Dairies"}
    unlisted = (ids["Nobody's Favourite"],)
    assert given(world, picked=unlisted) == set(), "what is on no list is in no audience"
    assert given(world, tiers=(1,), picked=picked, left_out=picked) == {
        "Halden Freight",
        "Kestrel Foods",
        "Orbis Pharma",
    }


def test_criteria_say_no_more_than_older_ones_where_nothing_more_is_asked() -> None:
    older = {"tiers": [1], "industries": [], "aes": []}
    assert Criteria.read(older).facts() == older
    assert Criteria(tiers=(1,), stages=("mqa",)).facts() == older | {"stages": ["mqa"]}


def test_the_form_shows_names_at_once_saves_and_loses_nothing(world: World, client: FlaskClient) -> None:
    slug, vale = world.draft().slug, world.accounts["Vale Chemicals"]
    orbis = world.accounts["Orbis Pharma"].public_id
    sent = {"tiers": ["1"], "industries": ["Food", "Pharma"], "picked": [vale.public_id], "left_out": [orbis]}
    browser = world.enter(client, world.cast.priya)
    address = f"/campaigns/{slug}/sections/audience"
    page = html.unescape(browser.get(address).text)
    assert "Take in one by one (2)" in page
    assert "Leave out one by one (3)" in page
    assert "no contacts known (5)" in page
    shown = browser.post(address, data=sent | {"preview": "1"})
    assert shown.status_code == 200
    assert "2 accounts of the target list" in shown.text
    assert shown.text.count("checked") == 5
    assert "3 accounts of the target list" in browser.get(address).text, "a preview saves nothing"
    assert browser.post(address, data=sent).status_code == 303
    saved = browser.get(address).text
    assert "2 accounts of the target list" in saved
    named = set(re.findall(r'<a href="/accounts/([a-z-]+)">', saved))
    assert named == {"kestrel-foods", "vale-chemicals"}


@pytest.mark.parametrize("field", ["tiers", "stages", "without"])
def test_what_the_form_does_not_offer_is_refused_or_left_out(world: World, client: FlaskClient, field: str) -> None:
    slug = world.draft().slug
    browser = world.enter(client, world.cast.priya)
    answer = browser.post(f"/campaigns/{slug}/sections/audience", data={"tiers": "1", field: ["1", "a guess"]})
    assert answer.status_code == (303 if field == "stages" else 422)


def test_an_audience_costs_the_same_queries_however_large_it_is(world: World, app: Flask, client: FlaskClient) -> None:
    slug = world.draft(tiers=(1, 2)).slug
    browser = world.enter(client, world.cast.priya)
    address = f"/campaigns/{slug}/sections/audience"
    browser.get(address)
    with app.app_context(), statements(db.engine) as few:
        browser.get(address)
    world.many(145, at=NOW)
    world.session.commit()
    with app.app_context(), statements(db.engine) as many:
        assert "150 accounts of the target list" in browser.get(address).text
    assert len(many) == len(few) <= 20


# Leaving


def names(world: World, campaign: Campaign) -> set[str]:
    return {row.account.name for row in world.session.scalars(audience_on(campaign, RUNS))}


def test_an_account_that_leaves_the_list_leaves_the_audience_and_the_fact_stays(world: World) -> None:
    campaign = world.draft()
    world.launch(world.approved(campaign))
    world.leaves_the_list("Kestrel Foods", at=RUNS)
    later = RUNS + timedelta(hours=1)
    found = at_work(world.session, campaign, later)
    assert (found.worked, found.held_out) == (2, 0)
    (left,) = found.left
    assert (left.name, left.tier, left.at) == ("Kestrel Foods", 1, RUNS)
    assert left.why == "left the target list: Acquired by a competitor"
    assert live_on(world.session, world.accounts["Kestrel Foods"].id, later) == []
    before = at_work(world.session, campaign, RUNS - timedelta(minutes=1))
    assert (before.worked, before.left) == (3, [])


def test_coming_back_to_the_list_is_not_coming_back_to_the_campaign(world: World) -> None:
    campaign = world.draft()
    world.launch(world.approved(campaign))
    world.leaves_the_list("Kestrel Foods", at=RUNS)
    back = RUNS + timedelta(days=1)
    world.place("Kestrel Foods", Outcome.IN, at=back)
    world.agree(back)
    later = back + timedelta(hours=1)
    kestrel = world.accounts["Kestrel Foods"]
    assert live_on(world.session, kestrel.id, later) == []
    assert at_work(world.session, campaign, later).worked == 2
    again = later + timedelta(hours=1)
    campaign.change(Section.MESSAGE, by=world.cast.priya, at=again, message="Again, then.")
    world.approved(campaign)
    world.launch(campaign, at=again)
    world.session.flush()
    assert live_on(world.session, kestrel.id, again) == [campaign]
    spans = select(AudienceMember).where(AudienceMember.account_id == kestrel.id).order_by(AudienceMember.id)
    assert len(world.session.scalars(spans).all()) == 2, "the time before is kept as a fact of its own"


def test_a_change_of_tier_or_ae_is_no_leaving(world: World) -> None:
    campaign = world.draft()
    world.launch(world.approved(campaign))
    world.place("Kestrel Foods", Outcome.IN, tier=2, ae=world.cast.marcus, at=RUNS)
    world.agree(RUNS)
    assert at_work(world.session, campaign, RUNS + timedelta(hours=1)).left == []
    assert names(world, campaign) >= {"Halden Freight", "Orbis Pharma"}


def test_what_a_successor_leaves_out_is_no_longer_in_the_plan(world: World) -> None:
    campaign = world.draft()
    world.launch(world.approved(campaign))
    criteria = Criteria(tiers=(1,), left_out=(world.accounts["Orbis Pharma"].public_id,))
    campaign.change(Section.AUDIENCE, by=world.cast.priya, at=NOW, criteria=criteria.facts())
    world.launch(world.approved(campaign), at=RUNS)
    world.session.flush()
    (left,) = at_work(world.session, campaign, RUNS).left
    assert (left.name, left.why) == ("Orbis Pharma", "no longer in the plan")


def test_the_page_names_who_left(world: World, client: FlaskClient) -> None:
    campaign = world.draft()
    slug = campaign.slug
    world.launch(world.approved(campaign))
    world.leaves_the_list("Kestrel Foods", at=RUNS)
    with time_machine.travel(RUNS + timedelta(hours=1), tick=False):
        browser = world.enter(client, world.cast.tomas)
        page = html.unescape(browser.get(f"/campaigns/{slug}").text)
    assert "1 left since the launch" in page
    assert "Kestrel Foods</a> left the target list: Acquired by a competitor" in page
    assert "2 accounts worked" in page


def test_candidates_know_their_marks_as_the_form_names_them(world: World) -> None:
    world.launch(world.approved(world.draft("Another", tiers=(2,))))
    found = candidates(world.session, world.draft(), organisation=world.cast.organisation, at=NOW)
    marks = {one.name: [mark.label for mark in one.marks] for one in found}
    assert marks["Tarn Dairies"] == ["in another live campaign", "no contacts known"]
    assert [one.name for one in chosen(found, Criteria(tiers=(2,), without=("elsewhere",)))] == []
