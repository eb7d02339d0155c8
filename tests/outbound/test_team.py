"""The page of whoever leads a team: pace, what waits, accounts without contact; figures per person stay with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from abm.kit.db import db
from abm.outbound.answering import Otherwise, propose_another_way, wait_on
from abm.outbound.leading import led_by
from abm.outbound.team_page import Member, TeamPage, team_page
from abm.people.models import User
from abm.people.seats import Side, note_absence
from tests.counting import statements
from tests.outbound.world import MONDAY, NOW, World

TODAY = NOW.date()


def page_of(world: World, leader: User) -> TeamPage:
    led = led_by(world.session, leader)
    return team_page(world.session, led, organisation=world.cast.organisation, at=NOW)


def member(found: TeamPage, name: str) -> Member:
    return next(one for one in found.members if one.person.name.startswith(name))


def test_each_person_stands_with_what_was_planned_by_today_and_what_waits(world: World) -> None:
    tomas, halden = world.cast.tomas, world.account()
    world.promise(halden, wanted=13, first_day=MONDAY - timedelta(days=7), last_day=MONDAY + timedelta(days=6))
    waits, otherwise = world.promise(halden), world.promise(halden)
    waits.accept(by=tomas, at=NOW)
    wait_on(waits, what="The paper", on=world.cast.priya, by_day=TODAY, today=TODAY, by=tomas, at=NOW)
    less = Otherwise(wanted=1)
    propose_another_way(otherwise, less, reason="Quiet", today=TODAY, latest=otherwise.last_day, by=tomas, at=NOW)
    world.log(halden)

    found = page_of(world, world.cast.ines)

    his = member(found, "Tomás")
    assert (his.unaccepted, his.otherwise, his.waiting) == (1, 1, 1)
    # 13 over 14 days, nine of them past: 8; what waits has had no day yet; three over 14 days, two past: 0
    assert (his.total.wanted, his.total.done, his.total.expected) == (19, 1, 8)
    assert member(found, "Marcus").total.wanted == 0
    assert [way.commitment_id for way in found.ways] == [otherwise.id]


def test_accounts_of_the_list_without_contact_stand_longest_silent_first(world: World) -> None:
    never, long_ago, lately = world.account("Never"), world.account("Long ago"), world.account("Lately")
    beside = world.account("Beside the list")
    world.agree_on({never: 1, long_ago: 2, lately: 3})
    world.log(long_ago, when=NOW - timedelta(days=20))
    world.log(lately, when=NOW - timedelta(days=13))
    assert beside.id

    found = page_of(world, world.cast.ines)

    assert [one.account.name for one in found.silent] == ["Never", "Long ago"]
    assert member(found, "Tomás").silent == 2


def test_absence_and_both_sides_stand_beside_each_other(client: FlaskClient, world: World) -> None:
    halden = world.account()
    world.promise(halden)
    world.promise(halden, wanted=1, side=Side.MARKETING, person=world.cast.priya, why="One mailing")
    note_absence(world.cast.tomas, first_day=TODAY, last_day=TODAY + timedelta(days=3), by=world.cast.ines, at=NOW)

    page = world.enter(client, world.cast.ines).get("/team").text

    assert "Tue 24 Nov to Fri 27 Nov" in page
    assert "0 of 3 done" in page
    assert "0 of 1 done" in page


@pytest.mark.parametrize(("name", "seen"), [("renata", True), ("amara", False), ("ines", True)])
def test_a_leader_sees_their_own_people_only(client: FlaskClient, world: World, name: str, seen: bool) -> None:
    world.promise(world.account())

    page = world.enter(client, world.cast.everyone[name]).get("/team").text

    assert ("Tomás Ferreira" in page) is seen
    assert ("Priya Raman" in page) is (name == "amara")


@pytest.mark.parametrize("name", ["tomas", "priya", "wen", "vera"])
def test_nobody_else_opens_it(client: FlaskClient, world: World, name: str) -> None:
    assert world.enter(client, world.cast.everyone[name]).get("/team").status_code == 403


@pytest.mark.parametrize("number", [1, 15])
def test_it_asks_as_many_queries_however_much_there_is(client: FlaskClient, world: World, number: int) -> None:
    for one in range(number):
        world.promise(world.account(f"Company {one:02d}"))
    ines = world.enter(client, world.cast.ines)

    with statements(db.engine) as sent:
        ines.get("/team")

    assert len(sent) <= 13, "\n".join(sent)
