"""Home by role: what needs me now, and the state of what my role answers for; search; the way to log from anywhere."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from abm.accounts.models import StageCategory, add_stage, create_opportunity
from abm.desk.summary import summary_of
from abm.kit.clock import Week
from abm.kit.db import db
from abm.outbound.queries import waiting_for
from abm.progress.moments import moment_of
from abm.progress.queries import week_of_list
from abm.progress.weekly import Joint
from abm.touches.models import Channel, TouchSide
from tests.counting import statements
from tests.outbound.world import MONDAY, NOW, World

MAILING: dict[str, Any] = {"side": TouchSide.MARKETING, "channel": Channel.EMAIL, "outcome": "sent"}


@pytest.mark.parametrize(("name", "place"), [("tomas", "/today"), ("ines", None), ("amara", None), ("vera", None)])
def test_whoever_sells_starts_with_today(client: FlaskClient, world: World, name: str, place: str | None) -> None:
    world.session.commit()

    assert world.enter(client, world.cast.everyone[name]).get("/").location == place


def test_before_there_is_a_list_home_says_what_comes_next(client: FlaskClient, world: World) -> None:
    world.session.commit()

    page = world.enter(client, world.cast.renata).get("/").text

    assert "No list is in force for 2026-q4" in page
    assert "Nothing waits on you. Next: both sides agree on the list of 2026-q4." in page


def test_home_shows_the_list_and_how_much_of_it_both_sides_work(client: FlaskClient, world: World) -> None:
    halden, kestrel, orbis = world.account(), world.account("Kestrel Foods"), world.account("Orbis Pharma")
    world.agree_on({halden: 1, kestrel: 2})
    for account in (halden, orbis):
        world.log(account)
        world.log(account, **MAILING)
    world.log(kestrel)
    world.log(kestrel, when=NOW - timedelta(days=7), **MAILING)

    page = world.enter(client, world.cast.amara).get("/").text

    assert "2 accounts" in page
    assert "1 of 2" in page
    assert "version 1, in force since" in page


def test_the_share_of_home_is_the_share_of_the_weekly_view(world: World) -> None:
    accounts = [world.account(f"Company {number}") for number in range(6)]
    world.agree_on(dict.fromkeys(accounts, 2))
    for account in accounts[:4]:
        world.log(account)
    for account in accounts[2:]:
        world.log(account, **MAILING)
    organisation = world.cast.organisation

    summary = summary_of(world.session, organisation=organisation, at=NOW)
    moment = moment_of(organisation, Week.of(MONDAY))
    assert moment is not None
    week = week_of_list(world.session, organisation, moment)

    assert week is not None
    assert summary.both_active == sum(row.joint is Joint.BOTH for row in week.rows) == 2


def test_a_person_hears_what_their_promises_ask_for(app: Flask, world: World) -> None:
    begun = MONDAY - timedelta(days=10)
    for number in range(5):
        world.promise(world.account(f"Company {number}"), first_day=begun, last_day=MONDAY + timedelta(days=2 + number))
    kept = world.promise(world.account("Kept"), wanted=1, last_day=MONDAY + timedelta(days=1))
    kept.accept(by=world.cast.tomas, at=NOW)
    world.log(kept.account)

    with app.test_request_context():
        rows = waiting_for(world.session, world.cast.tomas, world.cast.organisation)
        nothing = waiting_for(world.session, world.cast.marcus, world.cast.organisation)

    said = [(row.verb, row.object, row.why) for row in sorted(rows, key=lambda row: -row.weight)]
    assert said == [
        ("Keep the promise on", "Company 0", "0 of 3 done, until Wed 25 Nov"),
        ("Keep the promise on", "Company 1", "0 of 3 done, until Thu 26 Nov"),
        ("Keep the promise on", "Company 2", "0 of 3 done, until Fri 27 Nov"),
        ("Accept", "5 commitments", "assigned to you on 5 accounts"),
        (
            "Get in touch with",
            "5 accounts",
            "no contact for two weeks: Company 0, Company 1, Company 2 and 2 more",
        ),
    ]
    assert nothing == []


def test_seven_rows_at_most_stand_in_needs_me_now(client: FlaskClient, world: World) -> None:
    for number in range(12):
        world.promise(
            world.account(f"Company {number:02d}"), person=world.cast.ines, first_day=MONDAY - timedelta(days=9)
        )

    page = world.enter(client, world.cast.ines).get("/").text

    assert page.count('class="queue-text"') <= 7
    assert "Accept 12 commitments" in page


def test_revops_sees_what_came_in_badly_and_others_do_not(client: FlaskClient, world: World) -> None:
    stage = add_stage(
        world.cast.organisation, name="Proposal", category=StageCategory.OPEN, qualified=True, by=world.cast.wen, at=NOW
    )
    create_opportunity(
        world.cast.organisation, account=None, name="Whose?", stage=stage, created_on=date(2026, 10, 1), by=None, at=NOW
    )

    assert "1 deal without an account or a day" in world.enter(client, world.cast.wen).get("/").text
    assert "What came in badly" not in world.enter(client, world.cast.ines).get("/").text


@pytest.mark.parametrize("name", ["amara", "renata", "ines", "priya", "wen", "vera"])
@pytest.mark.parametrize("number", [2, 20])
def test_home_asks_at_most_sixteen_queries(client: FlaskClient, world: World, name: str, number: int) -> None:
    accounts = [world.account(f"Company {one:02d}") for one in range(number)]
    world.agree_on(dict.fromkeys(accounts, 3))
    for account in accounts:
        world.promise(account, person=world.cast.everyone[name])
        world.log(account)
    person = world.enter(client, world.cast.everyone[name])

    with statements(db.engine) as sent:
        assert person.get("/").status_code == 200

    assert len(sent) <= 16, "\n".join(sent)  # two of them ask what of the weekly review waits


def test_the_search_finds_a_few_of_each_kind(client: FlaskClient, world: World) -> None:
    for number in range(7):
        world.account(f"Halden {number}")
    world.contact(world.account("Orbis Pharma"), "Hal Denvers")
    vera = world.enter(client, world.cast.vera)

    page = vera.get("/search?q=hAL").text
    assert page.count('href="/accounts/halden-') == 5
    assert "Hal Denvers" in page
    assert "Tomás Ferreira" in vera.get("/search?q=ferr").text
    assert "Nothing is named like" in vera.get("/search?q=zzz").text
    for nonsense in ("", "%25", "_", "%00", "x" * 5000):
        assert vera.get(f"/search?q={nonsense}").status_code == 200
    assert "halden" not in vera.get("/search?q=%25").text  # a percent sign is a letter like any other
