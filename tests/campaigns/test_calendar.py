"""The calendar: accounts by weeks, what a cell opens, and a play that moves by a form."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from abm.accounts.contacts import add_contact
from abm.accounts.crm_stages import all_stages
from abm.accounts.deals import create_opportunity
from abm.accounts.merging import merge_contacts
from abm.accounts.usual_stages import add_usual_stages
from abm.campaigns.drafting import add_play
from abm.campaigns.live_plays import LivePlay
from abm.campaigns.models import Campaign
from abm.kit.clock import Week
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from tests.campaigns.world import NOW, World

CELL = re.compile(r'<td(?: class="([^"]+)")?><a href="/calendar/([^/]+)/accounts/([^"?]+)[^"]*">(.*?)</a></td>')


def cells(text: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Class and words of every cell with something in it, by account and week."""
    found = {}
    for css, week, slug, inner in CELL.findall(text):
        found[slug, week] = (css, re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", inner)))
    return found


def marks(text: str, slug: str, week: str) -> str:
    found = re.search(rf'<a href="/calendar/{week}/accounts/{slug}[^"]*"><svg[^>]*><use href="#m-(\w+)"', text)
    return found[1] if found else ""


def touch(world: World, name: str, side: TouchSide, channel: Channel = Channel.EMAIL, **facts: Any) -> None:
    who = world.cast.tomas if side is TouchSide.SALES else world.cast.priya
    facts = {"direction": Direction.OUTBOUND, "outcome": "sent", "when": NOW, **facts}
    key = f"{name}-{side}-{channel}-{len(facts)}-{id(facts)}"
    at, account = NOW, world.accounts[name]
    log_touch(
        account,
        organisation=world.cast.organisation,
        by=who,
        at=at,
        client_key=key[-40:],
        side=side,
        channel=channel,
        **facts,
    )


def crowded(world: World) -> Campaign:
    """Four plays more in the first week of December: with the two of the world's draft six in seven days."""
    campaign, priya = world.draft(), world.cast.priya
    for number in range(5):
        day = date(2026, 12, 7 + number % 3)
        add_play(campaign, channel=Channel.EMAIL, what=f"Letter {number}", day=day, by=priya, at=NOW)
    return campaign


def test_each_side_has_its_mark_and_both_together_another(world: World, client: FlaskClient) -> None:
    world.launch(world.approved())
    touch(world, "Halden Freight", TouchSide.SALES)
    touch(world, "Vale Chemicals", TouchSide.MARKETING)
    touch(world, "Tarn Dairies", TouchSide.SALES)
    touch(world, "Tarn Dairies", TouchSide.SALES, direction=Direction.INBOUND, outcome="replied")
    text = world.enter(client, world.cast.vera).get("/calendar?week=2026-w47").text
    found = cells(text)
    # This week: a play on Friday on each of tier 1, one touch by Sales on Halden; Tarn's reply is no contact of ours.
    assert found["halden-freight", "2026-w48"] == ("h1", "1 play+1 of Sales")
    assert found["kestrel-foods", "2026-w48"] == ("h1", "1 play")
    assert found["vale-chemicals", "2026-w48"] == ("h1", "1 play")
    assert found["tarn-dairies", "2026-w48"] == ("h1", "1 of Sales")
    assert found["kestrel-foods", "2026-w49"] == ("", "3 asked of Sales")  # by 4 December
    assert found["kestrel-foods", "2026-w50"] == ("h1", "1 play")
    assert [marks(text, slug, "2026-w48") for slug in ("halden-freight", "kestrel-foods", "tarn-dairies")] == [
        "joint",
        "marketing",
        "sales",
    ]
    assert "Nobody" not in text.split("</form>", 1)[1]
    assert "No account is over the pressure cap" in text


def test_what_is_over_the_cap_is_hatched_and_told(world: World, client: FlaskClient) -> None:
    world.launch(world.approved(crowded(world)))
    add_usual_stages(world.cast.organisation, by=world.cast.wen, at=NOW)
    create_opportunity(
        world.cast.organisation,
        account=world.accounts["Orbis Pharma"],
        name="Pilot",
        stage=all_stages(world.session)[0],
        created_on=date(2026, 11, 2),
        by=world.cast.wen,
        at=NOW,
    )
    browser = world.enter(client, world.cast.priya)
    text = browser.get("/calendar?week=2026-w47").text
    assert cells(text)["kestrel-foods", "2026-w50"] == ("too-much", "6 plays, over the cap")
    assert "Kestrel Foods: 6 outbound contacts from 3 Dec to 9 Dec, where 5 are the most." in text
    assert "6 plays of Cold chain, on time (move" in text
    assert "Sales ask of Cold chain, on time: 3 touches by 4 Dec 2026." in text
    assert "Plays against an active deal: 1 account" in text
    assert "Orbis Pharma</a>: 7 plays" in text
    narrowed = browser.get("/calendar?week=2026-w47&tier=2").text
    assert "No account is over the pressure cap" in narrowed
    assert set(cells(browser.get("/calendar?over=y&tier=1").text)) >= {("orbis-pharma", "2026-w50")}
    inside = browser.get("/calendar/2026-w50/accounts/kestrel-foods").text
    assert "6 outbound contacts from 3 Dec to 9 Dec" in inside
    assert inside.count("Move<span") == 6
    assert (
        "Move<span" not in world.enter(client, world.cast.tomas).get("/calendar/2026-w50/accounts/kestrel-foods").text
    )


def test_who_is_there_twice_is_worn_out_as_the_one_that_they_are(world: World, client: FlaskClient) -> None:
    halden, tomas = world.accounts["Halden Freight"], world.cast.tomas
    sigrid, twin = (add_contact(halden, name=name, by=tomas, at=NOW) for name in ("Sigrid Lie", "S. Lie"))
    for number, contact in enumerate((sigrid, sigrid, twin, twin)):
        touch(world, "Halden Freight", TouchSide.SALES, contact=contact, when=NOW - timedelta(hours=number))
    browser, page = world.enter(client, world.cast.priya), "/calendar?week=2026-w47"
    assert "No account is over the pressure cap" in browser.get(page).text
    merge_contacts(sigrid, twin, by=tomas, at=NOW)
    world.session.commit()
    told = "Halden Freight: 4 outbound contacts with Sigrid Lie from 18 Nov to 24 Nov, where 3 are the most."
    assert told in browser.get(page).text


def test_the_rows_are_narrowed_by_tier_ae_and_campaign(world: World, client: FlaskClient) -> None:
    world.launch(world.approved(world.draft(tiers=(2,))))
    browser = world.enter(client, world.cast.vera)

    def rows(query: str) -> list[str]:
        return re.findall(r'<th scope="row"><a href="/accounts/[^"]+">([^<]+)', browser.get(f"/calendar?{query}").text)

    everyone = ["Halden Freight", "Kestrel Foods", "Orbis Pharma", "Tarn Dairies", "Vale Chemicals"]
    assert rows("") == everyone
    assert rows("tier=1") == everyone[:3]
    assert rows(f"ae={world.cast.marcus.public_id}") == ["Orbis Pharma", "Vale Chemicals"]
    assert rows(f"ae={world.cast.marcus.public_id}&tier=2") == ["Vale Chemicals"]
    assert rows("campaign=cold-chain-on-time") == everyone[3:]
    assert rows("page=2") == []
    assert [browser.get(f"/calendar?{bad}").status_code for bad in ("week=2026-w54", "tier=4", "ae=x", "view=x")] == [
        404
    ] * 4


def test_a_draft_is_seen_with_its_own_plays_before_anybody_approves_it(world: World, client: FlaskClient) -> None:
    crowded(world)
    browser = world.enter(client, world.cast.priya)
    assert "over the pressure cap in the days" in browser.get("/calendar?week=2026-w47").text
    text = browser.get("/calendar?week=2026-w47&campaign=cold-chain-on-time").text
    assert cells(text)["kestrel-foods", "2026-w50"] == ("too-much", "6 plays, over the cap")
    assert "6 plays of the draft Cold chain, on time" in text
    cell = browser.get("/calendar/2026-w50/accounts/kestrel-foods?campaign=cold-chain-on-time").text
    assert "Letter 0" in cell
    aside = browser.get("/campaigns/cold-chain-on-time").text
    assert "3 accounts over the pressure cap with these plays" in aside
    assert "3 in the week of 7 Dec 2026" in aside
    assert "/calendar?campaign=cold-chain-on-time&amp;week=2026-w50" in aside


def test_the_agenda_tells_days_and_numbers_of_accounts(world: World, client: FlaskClient) -> None:
    world.launch(world.approved())
    text = re.sub(r"<[^>]+>", "", world.enter(client, world.cast.vera).get("/calendar?view=agenda").text)
    assert "E-mail: Invitation, Cold chain, on time, 3 accounts" in text
    assert "Sales ask of Cold chain, on time due on 3 accounts" in text
    assert "Week of 7 Dec 2026" in text


def test_moving_a_play_says_what_it_costs_and_keeps_what_is_live(world: World, client: FlaskClient) -> None:
    campaign = world.approved()
    world.launch(campaign)
    play = campaign.plays[1]
    address = f"/calendar/plays/{play.public_id}"
    browser = world.enter(client, world.cast.priya)
    asked = browser.get(address).text
    assert "Saving a change costs the approval" in asked
    assert "It is a new version that Sales reviews" in asked
    form = {"mark": play.mark, "day": "2026-12-10", "reason": "Two letters in one week"}
    answer = browser.post(f"{address}/moves", data=form)
    assert answer.status_code == 303
    world.session.expire_all()
    assert play.day == date(2026, 12, 10)
    assert [row.day for row in campaign.live_plays] == [date(2026, 11, 27), date(2026, 12, 9)]
    assert "in its draft on 10 Dec 2026" in browser.get("/calendar/2026-w50/accounts/kestrel-foods").text
    history = browser.get("/campaigns/cold-chain-on-time").text
    assert "moved “Live session” to 2026-12-10: Two letters in one week" in history
    assert "Ines Calder to look again: the plays changed" in history


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"day": "2026-12-10"}, 422, "Say why it moves"),
        ({"day": "", "reason": "Late"}, 422, "Write the day"),
        ({"day": "2027-02-01", "reason": "Late"}, 422, "The campaign runs from 2026-11-26 to 2026-12-18"),
        ({"day": "2026-12-10", "reason": "Late", "mark": "0" * 16}, 409, "somebody was quicker"),
    ],
)
def test_what_cannot_be_moved_says_why(
    world: World, client: FlaskClient, sent: dict[str, str], status: int, said: str
) -> None:
    play = world.draft().plays[0]
    answer = world.enter(client, world.cast.priya).post(f"/calendar/plays/{play.public_id}/moves", data=sent)
    assert (answer.status_code, said in answer.text) == (status, True)
    world.session.expire_all()
    assert play.day == date(2026, 11, 27)


def test_a_successor_moves_the_live_plays_and_counts_how_often(world: World) -> None:
    campaign, priya = world.approved(), world.cast.priya
    world.launch(campaign)
    kept, moved = campaign.live_plays
    campaign.plays[1].day = date(2026, 12, 10)
    add_play(campaign, channel=Channel.AD, what="Reminder", day=date(2026, 12, 1), by=priya, at=NOW)
    world.launch(world.approved(campaign))
    world.session.flush()
    rows = {row.what: (row.day, row.moves) for row in world.session.query(LivePlay)}
    assert rows == {
        "Invitation": (date(2026, 11, 27), 0),
        "Live session": (date(2026, 12, 10), 1),
        "Reminder": (date(2026, 12, 1), 0),
    }
    assert (kept.id, moved.id) == tuple(row.id for row in campaign.live_plays if row.what != "Reminder")
    assert Week.of(moved.day) == Week(2026, 50)
