"""Today: promises that are due, then whoever waits for an answer, then the longest untouched; each with its reason."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from abm.kit.db import db
from abm.outbound.queue import queue_of
from abm.touches.models import Direction
from tests.counting import statements
from tests.outbound.world import MONDAY, NOW, World


def reasons(world: World) -> list[tuple[str, str]]:
    """Tomás' queue: account and reason."""
    queue = queue_of(world.session, world.cast.tomas, organisation=world.cast.organisation, at=NOW)
    return [(row.account.name, row.why) for row in queue.rows]


def test_the_queue_has_its_order_and_every_row_its_reason(world: World) -> None:
    names = ("Untouched", "Long ago", "Lately", "Answered", "Due later", "Due soon", "Kept", "Not begun")
    accounts = {name: world.account(name) for name in names}
    world.log(accounts["Long ago"], when=NOW - timedelta(days=21))
    world.log(accounts["Lately"], when=NOW - timedelta(days=2))
    world.log(accounts["Answered"], when=NOW - timedelta(days=9))
    world.log(accounts["Answered"], when=NOW - timedelta(days=8), direction=Direction.INBOUND, outcome="connected")
    world.promise(accounts["Due later"], last_day=MONDAY + timedelta(days=5))
    world.promise(accounts["Due soon"], last_day=MONDAY + timedelta(days=3))
    world.log(accounts["Due soon"])
    world.promise(accounts["Kept"], wanted=1)
    world.log(accounts["Kept"])
    world.promise(accounts["Not begun"], first_day=MONDAY + timedelta(days=2), last_day=MONDAY + timedelta(days=6))

    assert reasons(world) == [
        ("Due soon", "2 more promised by Thu 26 Nov"),
        ("Due later", "3 promised by Sat 28 Nov"),
        ("Answered", "they came to us on Mon 16 Nov, and wait for an answer"),
        ("Not begun", "no contact yet"),
        ("Untouched", "no contact yet"),
        ("Long ago", "no contact since Tue 3 Nov"),
        ("Lately", "no contact since Sun 22 Nov"),
        ("Kept", "in touch today"),
    ]


def test_a_promise_that_is_behind_its_plan_comes_before_the_rest_however_far_its_end(world: World) -> None:
    behind, quiet = world.account("Behind"), world.account("Quiet")
    world.promise(behind, wanted=10, first_day=MONDAY - timedelta(days=35), last_day=MONDAY + timedelta(days=34))
    world.log(behind, when=NOW - timedelta(days=20))
    world.log(quiet, when=NOW - timedelta(days=40))

    assert reasons(world) == [
        ("Behind", "1 of 10 done, 5 planned by today; no contact since Wed 4 Nov"),
        ("Quiet", "no contact since Thu 15 Oct"),
    ]


def test_where_a_list_is_in_force_the_queue_holds_its_accounts_and_those_with_a_promise(world: World) -> None:
    halden, _beside, promised = world.account(), world.account("Beside the list"), world.account("Promised")
    world.agree_on({halden: 1})
    world.promise(promised)
    world.promise(world.account("Of Marcus", ae=world.cast.marcus), person=world.cast.marcus)

    assert sorted(name for name, _ in reasons(world)) == ["Halden Freight", "Promised"]


def test_what_is_to_be_left_alone_or_archived_stays_out(world: World) -> None:
    world.account("Left alone").leave_alone("in court", until=None, by=world.cast.wen, at=NOW)
    world.account("Gone").archive(by=world.cast.wen, at=NOW)

    assert reasons(world) == []


def test_the_page_shows_bars_keys_and_one_quick_log_for_all_rows(client: FlaskClient, world: World) -> None:
    halden = world.account()
    world.promise(halden)

    page = world.enter(client, world.cast.tomas).get("/today").text

    assert "0 of 3 done" in page
    assert f'data-log="/accounts/{halden.slug}/touches"' in page
    assert page.count('<template id="quick-log">') == 1
    assert re.search(r'value="call/voicemail" data-letter="v"', page)
    assert '<kbd class="key">c</kbd> call' in page
    assert "Accept 1 commitment" in page  # what needs him now stands above


@pytest.mark.parametrize("number", [2, 45])
def test_it_asks_at_most_sixteen_queries_on_any_day(client: FlaskClient, world: World, number: int) -> None:
    for one in range(number):
        world.promise(world.account(f"Company {one:02d}"))
    tomas = world.enter(client, world.cast.tomas)

    with statements(db.engine) as sent:
        page = tomas.get("/today").text

    assert len(sent) <= 16, "\n".join(sent)
    assert page.count("data-log=") == min(number, 40)
    assert ("And 5 more of your accounts" in page) == (number == 45)


def test_a_day_without_accounts_says_what_comes_next(client: FlaskClient, world: World) -> None:
    world.session.commit()

    page = world.enter(client, world.cast.marcus).get("/today").text

    assert "No accounts are yours yet" in page
    assert "Nothing waits on you." in page


def test_a_viewer_reads_the_page_and_finds_nothing_to_log(client: FlaskClient, world: World) -> None:
    world.promise(world.account(), person=world.cast.vera)

    page = world.enter(client, world.cast.vera).get("/today").text

    assert "Halden Freight" in page
    assert "quick-log" not in page
    assert "Log a touch" not in page
