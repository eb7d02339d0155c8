"""Commitments on their page: both sides beside each other, and accepted by whoever answers for them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from abm.kit.db import db
from abm.outbound.clocks import planned
from abm.outbound.models import Commitment
from abm.people.seats import Side
from tests.counting import statements
from tests.outbound.world import MONDAY, NOW, World


def accepted(world: World) -> list[str]:
    """The accounts whose commitments are accepted."""
    found = world.session.scalars(select(Commitment).where(Commitment.accepted_at.is_not(None)))
    names = sorted(commitment.account.name for commitment in found.unique())
    world.session.commit()
    return names


def side_of(page: str, side: Side) -> str:
    """What stands in the panel of a side."""
    found = re.search(rf'aria-labelledby="{side}-title".*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(("day", "share"), [(-1, 0), (0, 1), (6, 5), (7, 6), (13, 10), (40, 10)])
def test_a_plan_is_even_over_its_window(day: int, share: int) -> None:
    assert planned(10, MONDAY, MONDAY + timedelta(days=13), MONDAY + timedelta(days=day)) == share


def test_both_sides_stand_beside_each_other_with_what_was_planned_by_today(client: FlaskClient, world: World) -> None:
    halden = world.account()
    world.promise(halden, wanted=13, first_day=MONDAY - timedelta(days=7), last_day=MONDAY + timedelta(days=6))
    world.promise(halden, wanted=1, side=Side.MARKETING, person=world.cast.priya, why="One mailing")
    for hour in range(5):
        world.log(halden, when=NOW - timedelta(hours=hour))

    page = world.enter(client, world.cast.vera).get("/commitments").text

    assert "5 of 13 done, 8 planned by today" in side_of(page, Side.SALES)  # 9 of 14 days: 8.36
    assert "0 of 1 done" in side_of(page, Side.MARKETING)
    assert "Tomás" not in page  # shared pages speak of teams and accounts
    assert "Accept</button>" not in page


def test_the_page_narrows_to_mine_a_tier_and_what_has_ended(client: FlaskClient, world: World) -> None:
    halden, kestrel, orbis = world.account(), world.account("Kestrel Foods"), world.account("Orbis Pharma")
    world.agree_on({halden: 1, kestrel: 2})
    world.promise(halden)
    world.promise(kestrel, person=world.cast.marcus)
    world.promise(orbis, first_day=MONDAY - timedelta(days=20), last_day=MONDAY - timedelta(days=10))
    tomas = world.enter(client, world.cast.tomas)

    def shown(query: str) -> list[str]:
        page = side_of(tomas.get(f"/commitments?{query}").text, Side.SALES)
        return [name for name in ("Halden", "Kestrel", "Orbis") if name in page]

    assert shown("") == ["Halden", "Kestrel"]
    assert shown("by=me") == ["Halden"]
    assert shown("tier=2") == ["Kestrel"]
    assert shown(f"team={world.cast.north.id}") == ["Halden", "Kestrel"]
    assert shown("when=ended") == ["Orbis"]
    assert shown("campaign=nothing") == []
    assert tomas.get("/commitments?tier=9").status_code == 404


def test_figures_of_a_person_are_for_that_person_and_whoever_leads_them(client: FlaskClient, world: World) -> None:
    world.promise(world.account())
    tomas = world.cast.tomas.public_id

    for name in ("ines", "renata", "tomas"):
        assert world.enter(client, world.cast.everyone[name]).get(f"/commitments?by={tomas}").status_code == 200
    for name in ("marcus", "priya", "amara", "vera"):
        answer = world.enter(client, world.cast.everyone[name]).get(f"/commitments?by={tomas}")
        assert answer.status_code == 403
        assert "Tomás Ferreira, Ines Calder may." in answer.text
    assert client.get("/commitments?by=nobodyweknow2345").status_code == 404


def test_one_is_accepted_by_who_answers_for_it(client: FlaskClient, world: World) -> None:
    promise = world.promise(world.account()).public_id
    tomas = world.enter(client, world.cast.tomas)
    assert "assigned" in tomas.get("/commitments?by=me").text

    answer = tomas.post("/commitments/acceptances", data={"commitment": promise})

    assert (answer.status_code, answer.location) == (303, "/commitments?by=me")
    assert accepted(world) == ["Halden Freight"]
    again = tomas.post("/commitments/acceptances", data={"commitment": promise}, follow_redirects=True)
    assert "Accepted already." in again.text
    assert "assigned" not in side_of(again.text, Side.SALES)


def test_script_gets_the_accepted_commitment_back(client: FlaskClient, world: World) -> None:
    promise = world.promise(world.account())

    answer = world.enter(client, world.cast.tomas).post(
        "/commitments/acceptances", data={"commitment": promise.public_id}, headers={"HX-Request": "true"}
    )

    assert f'<li id="commitment-{promise.public_id}"' in answer.text
    assert "Accepted 1 commitment." in answer.text
    assert ">Accept<" not in answer.text


def test_a_whole_book_is_accepted_in_one_step(client: FlaskClient, world: World) -> None:
    world.promise(world.account())
    world.promise(world.account("Kestrel Foods"))
    world.promise(world.account("Orbis Pharma"), person=world.cast.marcus)
    tomas, book = world.enter(client, world.cast.tomas), {"book": world.cast.tomas.public_id}
    assert "Accept all that is assigned" in tomas.get("/commitments?by=me").text

    tomas.post("/commitments/acceptances", data=book)

    assert accepted(world) == ["Halden Freight", "Kestrel Foods"]


def test_a_manager_accepts_for_the_team_and_nobody_else_does(client: FlaskClient, world: World) -> None:
    promise = world.promise(world.account())
    book = {"book": world.cast.tomas.public_id}

    for name in ("marcus", "priya", "amara", "renata"):
        world.enter(client, world.cast.everyone[name])
        for data in (book, {"commitment": promise.public_id}):
            answer = client.post("/commitments/acceptances", data=data)
            assert answer.status_code == 403
            assert "Tomás Ferreira, Ines Calder may." in answer.text
    for name in ("vera", "wen"):
        assert (
            world.enter(client, world.cast.everyone[name]).post("/commitments/acceptances", data=book).status_code
            == 403
        )
    assert accepted(world) == []

    answer = world.enter(client, world.cast.ines).post("/commitments/acceptances", data=book)
    assert answer.location == f"/commitments?by={world.cast.tomas.public_id}"
    assert accepted(world) == ["Halden Freight"]


@pytest.mark.parametrize("data", [{}, {"commitment": "nothinghere23456"}, {"book": "nobodyweknow2345"}])
def test_what_does_not_exist_is_not_found(client: FlaskClient, world: World, data: dict[str, str]) -> None:
    assert world.enter(client, world.cast.tomas).post("/commitments/acceptances", data=data).status_code == 404


def test_a_commitment_shows_the_touches_that_count(client: FlaskClient, world: World) -> None:
    halden = world.account()
    promise = world.promise(halden, wanted=1)
    world.log(halden, contact=world.contact(halden))
    world.log(halden, outcome="no answer")

    page = world.enter(client, world.cast.vera).get(f"/commitments/{promise.public_id}").text

    assert "1 of 1 done" in page
    assert "Call: voicemail</a>, Ana Reyes" in page
    assert "no answer" not in page
    assert client.get("/commitments/nothinghere23456").status_code == 404


@pytest.mark.parametrize("number", [3, 30])
def test_the_page_asks_as_many_queries_however_long_it_is(client: FlaskClient, world: World, number: int) -> None:
    for one in range(number):
        world.promise(world.account(f"Company {one:02d}"))
    ines = world.enter(client, world.cast.ines)

    with statements(db.engine) as sent:
        ines.get(f"/commitments?by={world.cast.tomas.public_id}&tier=1&team=1")

    assert len(sent) <= 12, "\n".join(sent)


def test_long_lists_go_on_page_by_page(client: FlaskClient, world: World) -> None:
    for number in range(30):
        world.promise(world.account(f"Company {number:02d}"), last_day=MONDAY + timedelta(days=number % 4 + 1))
    tomas = world.enter(client, world.cast.tomas)

    first = tomas.get("/commitments?by=me").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = tomas.get(following[1].replace("&amp;", "&")).text

    names = [re.findall(r">(Company \d\d)<", page) for page in (first, second)]
    assert [len(found) for found in names] == [25, 5]
    assert sorted(names[0] + names[1]) == [f"Company {number:02d}" for number in range(30)]
