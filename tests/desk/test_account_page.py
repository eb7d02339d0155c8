"""The account's page: both owners, its place on the list, what each side owes, and what both did, in twelve queries."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from abm.accounts.contacts import BuyingRole
from abm.accounts.models import Account, StageCategory, TeamFunction, add_stage, create_account, create_opportunity
from abm.kit.db import db
from abm.outbound.meetings import Appointment, book
from abm.people.seats import Side
from abm.touches.models import Channel, Direction, TouchSide
from tests.counting import statements
from tests.outbound.world import NOW, World

AT = "/accounts/halden-freight"
REPLY: dict[str, Any] = {
    "side": TouchSide.MARKETING,
    "direction": Direction.INBOUND,
    "channel": Channel.EMAIL,
    "outcome": "replied",
}


def fill(world: World, *, amount: int) -> None:
    """An account with so much of everything."""
    halden = world.account()
    halden.assign(
        world.cast.priya, function=TeamFunction.MARKETER, first_day=date(2026, 10, 1), by=world.cast.wen, at=NOW
    )
    world.agree_on({halden: 1})
    stage = add_stage(
        world.cast.organisation, name="Proposal", category=StageCategory.OPEN, qualified=True, by=world.cast.wen, at=NOW
    )
    for number in range(amount):
        ana = world.contact(halden, f"Contact {number}")
        world.promise(halden)
        world.promise(halden, side=Side.MARKETING, person=world.cast.priya, wanted=1, why="One mailing")
        world.log(
            halden, contact=ana, when=NOW - timedelta(days=number), by=[world.cast.tomas, world.cast.marcus][number % 2]
        )
        world.log(halden, contact=ana, when=NOW - timedelta(days=number, hours=1), **REPLY)
        child = create_account(
            world.cast.organisation, name=f"Halden {number}", by=world.cast.wen, at=NOW, parent=halden
        )
        for account in (halden, child):
            create_opportunity(
                world.cast.organisation,
                account=account,
                name=f"Deal {number}",
                amount=1_000_00,
                stage=stage,
                owner=world.cast.tomas,
                created_on=date(2026, 10, 1),
                by=world.cast.tomas,
                at=NOW,
            )


def book_meetings(world: World, *, amount: int) -> None:
    """Meetings to come with everybody there, booked long before any promise."""
    halden = world.session.scalars(select(Account).where(Account.slug == AT.rpartition("/")[2])).one()
    for number in range(amount):
        before = NOW - timedelta(days=20, minutes=number)
        booking = world.log(halden, when=before, outcome="meeting booked")
        told = Appointment("Pilot", NOW + timedelta(days=1), 30, halden.contacts)
        book(booking, told, owner=world.cast.tomas, by=world.cast.tomas, at=before)


@pytest.mark.parametrize("amount", [1, 20])
def test_it_asks_at_most_fourteen_queries_however_much_there_is(client: FlaskClient, world: World, amount: int) -> None:
    fill(world, amount=amount)
    book_meetings(world, amount=amount)
    tomas = world.enter(client, world.cast.tomas)

    with statements(db.engine) as sent:
        page = tomas.get(AT).text

    assert len(sent) <= 14, "\n".join(sent)
    assert page.count("Call: voicemail, Contact") == amount


def test_it_says_who_owns_it_where_it_stands_and_what_each_side_owes(client: FlaskClient, world: World) -> None:
    fill(world, amount=1)

    page = world.enter(client, world.cast.vera).get(AT).text

    assert "Tier 1" in page
    assert "since 25 Oct 2026" in page
    assert page.count("Tomás Ferreira") >= 1
    assert "Priya Raman" in page
    assert "Opportunity" in page  # its stage, for the open deal
    assert "1 of 3 done" in page
    assert "0 of 1 done" in page  # a reply is theirs
    assert "1 open, worth €1,000.00" in page
    assert "Halden 0</a>: 1 open deal" in page


def test_what_they_did_is_hollow_and_stands_on_the_side_that_it_concerns(client: FlaskClient, world: World) -> None:
    fill(world, amount=1)

    page = world.enter(client, world.cast.tomas).get(AT).text
    lanes = re.search(r'<ol class="lanes">.*?</ol>', page, re.DOTALL)

    assert lanes is not None
    marketing, sales = re.split(r'<div class="lane-week">Week 48</div>', lanes[0])
    assert "E-mail: they replied, Contact 0" in marketing
    assert "is-hollow" in marketing
    assert "Call: voicemail, Contact 0" in sales
    assert "is-hollow" not in sales


def test_who_may_not_log_sees_no_form_and_an_archived_account_has_none(client: FlaskClient, world: World) -> None:
    halden = world.account()
    assert 'id="log"' in world.enter(client, world.cast.tomas).get(AT).text
    assert 'id="log"' not in world.enter(client, world.cast.vera).get(AT).text

    halden.archive(by=world.cast.wen, at=NOW)
    world.session.commit()

    page = world.enter(client, world.cast.tomas).get(AT).text
    assert 'id="log"' not in page
    assert "Archived" in page


def test_an_account_without_anything_says_what_comes_next(client: FlaskClient, world: World) -> None:
    create_account(world.cast.organisation, name="Halden Freight", by=world.cast.wen, at=NOW)

    page = world.enter(client, world.cast.tomas).get(AT).text

    assert "not on it" in page
    assert "nobody yet" in page
    assert "Nobody has been in touch yet." in page
    assert "Nothing is promised here now." in page


def test_nobody_signed_in_and_nothing_there(client: FlaskClient, world: World) -> None:
    world.session.commit()
    assert client.get(AT).status_code == 303
    assert world.enter(client, world.cast.vera).get(AT).status_code == 404


def test_the_buying_group_says_how_many_roles_are_known_of_those_that_the_tier_wants(
    client: FlaskClient, world: World
) -> None:
    halden = world.account()
    world.agree_on({halden: 1})
    for name, role in (("Ana Reyes", "champion"), ("Ben Ortiz", "user"), ("Cy Doe", "unknown")):
        world.contact(halden, name).change(by=world.cast.wen, at=NOW, buying_role=BuyingRole(role))
    gone = world.contact(halden, "Di Eng")
    gone.change(by=world.cast.wen, at=NOW, buying_role=BuyingRole.BLOCKER)
    gone.archive(by=world.cast.wen, at=NOW)

    page = world.enter(client, world.cast.tomas).get(f"/accounts/{halden.slug}").text

    assert "2 of 5 buying roles known: champion, user" in page  # tier 1 wants five
