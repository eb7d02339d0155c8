"""What to scale and what to retire: by meetings and deals against those left out, never by answers alone."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from abm.campaigns.launches import Taken, take_on
from abm.results.proportions import Difference, Lift, Share
from abm.results.ranking import Ranked, Standing, in_order, standing_of
from tests.campaigns.world import BEFORE, World

MORE = Lift({2: Difference(Share(60, 100), Share(8, 40))})
MUCH_MORE = Lift({2: Difference(Share(95, 100), Share(2, 40))})
LESS = Lift({2: Difference(Share(10, 100), Share(20, 40))})
ALIKE = Lift({2: Difference(Share(25, 100), Share(10, 40))})
FEW = Lift({2: Difference(Share(5, 10), Share(0, 10))})


@pytest.mark.parametrize(
    ("lifts", "standing"),
    [
        ({"met": MORE, "opened": ALIKE, "won": ALIKE}, Standing.SCALE),
        ({"met": ALIKE, "opened": ALIKE, "won": MORE}, Standing.SCALE),
        ({"met": LESS, "opened": ALIKE, "won": ALIKE}, Standing.RETIRE),
        ({"met": MORE, "opened": LESS, "won": ALIKE}, Standing.LOOK_AGAIN),
        ({"met": ALIKE, "opened": ALIKE, "won": ALIKE}, Standing.LOOK_AGAIN),
        ({"met": FEW, "opened": FEW, "won": FEW}, Standing.TOO_EARLY),
        ({"engaged": MORE, "met": ALIKE, "opened": ALIKE, "won": ALIKE}, Standing.LOOK_AGAIN),  # answers are no result
    ],
)
def test_meetings_and_deals_beyond_chance_say_what_to_do(lifts: dict[str, Lift], standing: Standing) -> None:
    assert standing_of(lifts) is standing


def ranked(name: str, met: Lift) -> Ranked:
    lifts = {"met": met}
    return Ranked(name, name.lower(), standing_of(lifts), lifts)


def test_what_to_scale_stands_first_the_surest_lead_before_the_others_and_what_to_retire_last() -> None:
    listed = [
        ranked("Zebra", MORE),
        ranked("Few", FEW),
        ranked("Less", LESS),
        ranked("Alike", ALIKE),
        ranked("Much", MUCH_MORE),
        ranked("Also", MORE),
    ]
    assert [one.name for one in in_order(listed)] == ["Much", "Also", "Zebra", "Alike", "Few", "Less"]


def test_the_page_lists_what_has_begun_and_says_why_it_stands_where_it_does(client: FlaskClient, world: World) -> None:
    campaign = world.draft()
    taken = {world.accounts["Halden Freight"].id: Taken(1)}
    take_on(campaign, None, taken, left=(), starts=BEFORE, at=BEFORE)
    world.draft(name="Never launched")
    page = world.enter(client, world.cast.vera).get("/results").text
    assert "Too early to tell" in page
    assert f"/campaigns/{campaign.slug}/results" in page
    assert "Never launched" not in page


def test_without_a_campaign_the_page_says_what_comes_next(client: FlaskClient, world: World) -> None:
    assert "No campaign has begun" in world.enter(client, world.cast.vera).get("/results").text
