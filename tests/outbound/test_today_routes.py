"""From Today: an account put aside until a day, and one touch on many accounts at once."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from abm.accounts.models import Account
from abm.outbound.queue import queue_of
from abm.touches.models import Direction, Touch
from tests.outbound.world import NOW, World


def shown(world: World) -> list[str]:
    """The accounts in Tomás' Today."""
    world.session.rollback()
    queue = queue_of(world.session, world.cast.tomas, organisation=world.cast.organisation, at=NOW)
    names = [row.account.name for row in queue.rows]
    world.session.rollback()
    return names


class TestPuttingAside:
    sent = {"until": "2026-12-03", "reason": "Back from their audit by then"}

    def test_it_leaves_today_until_its_day_and_is_brought_back(self, client: FlaskClient, world: World) -> None:
        halden = world.account()
        world.account("Kestrel Foods")
        address = f"/accounts/{halden.slug}/snoozes"
        tomas = world.enter(client, world.cast.tomas)

        answer = tomas.post(address, data=self.sent, follow_redirects=True)

        assert "Halden Freight is back on Thu 3 Dec." in answer.text
        assert "Put aside (1)" in answer.text
        assert "Back from their audit by then" in answer.text
        assert shown(world) == ["Kestrel Foods"]
        tomas.post(f"{address}/endings")
        assert shown(world) == ["Halden Freight", "Kestrel Foods"]

    def test_what_happens_there_brings_it_back(self, client: FlaskClient, world: World) -> None:
        halden = world.account()
        world.enter(client, world.cast.tomas).post(f"/accounts/{halden.slug}/snoozes", data=self.sent)
        assert shown(world) == []

        came = world.session.get_one(Account, 1)
        world.log(came, when=NOW + timedelta(days=1), direction=Direction.INBOUND, outcome="connected")
        world.session.commit()

        assert shown(world) == ["Halden Freight"]

    def test_only_for_whoever_did_so(self, client: FlaskClient, world: World) -> None:
        halden = world.account()
        world.enter(client, world.cast.ines).post(f"/accounts/{halden.slug}/snoozes", data=self.sent)

        assert shown(world) == ["Halden Freight"]

    def test_a_day_that_is_past_or_far_and_no_reason_are_told_with_what_was_typed(
        self, client: FlaskClient, world: World
    ) -> None:
        address = f"/accounts/{world.account().slug}/snoozes"
        tomas = world.enter(client, world.cast.tomas)

        past = tomas.post(address, data={**self.sent, "until": "2026-11-24"})
        far = tomas.post(address, data={**self.sent, "until": "2027-06-01"})
        silent = tomas.post(address, data={**self.sent, "reason": ""})

        assert [one.status_code for one in (past, far, silent)] == [422, 422, 422]
        assert "Choose a day from tomorrow to 24 Feb 2027." in past.text
        assert "Back from their audit by then" in far.text
        assert "Say why it can wait." in silent.text


class TestOneForMany:
    def test_the_same_is_logged_on_each_of_them_once(self, client: FlaskClient, world: World) -> None:
        accounts = [world.account(name) for name in ("Halden", "Kestrel", "Orbis")]
        promise = world.promise(accounts[0]).id
        ids = [one.public_id for one in accounts]
        sent = {"accounts": ids[:2], "what": "email/sent", "when": "2026-11-24T10:30", "client_key": "k" * 32}
        tomas = world.enter(client, world.cast.tomas)
        form = tomas.get("/today/touches/new", query_string={"accounts": ids[:2]})
        assert "Log on 2 accounts" in form.text

        for _ in range(2):
            assert tomas.post("/today/touches", data=sent).status_code == 303

        touches = world.session.scalars(select(Touch)).all()
        assert sorted(touch.account.name for touch in touches) == ["Halden", "Kestrel"]
        assert world.counts() == {promise: 1}

    def test_where_one_refuses_nothing_is_logged_and_it_is_named(self, client: FlaskClient, world: World) -> None:
        accounts = [world.account(name) for name in ("Halden", "Kestrel")]
        accounts[1].leave_alone("in court", until=None, by=world.cast.wen, at=NOW)
        sent = {"accounts": [one.public_id for one in accounts], "what": "email/sent", "when": "2026-11-24T10:30"}
        tomas = world.enter(client, world.cast.tomas)

        refused = tomas.post("/today/touches", data={**sent, "client_key": "k" * 32, "note": "The price list"})

        assert refused.status_code == 409
        assert "Kestrel is marked “do not approach”: in court." in refused.text
        assert "The price list" in refused.text
        assert world.session.scalars(select(Touch)).all() == []

    def test_without_a_choice_it_says_how_to_choose(self, client: FlaskClient, world: World) -> None:
        tomas = world.enter(client, world.cast.tomas)

        answer = tomas.get("/today/touches/new")

        assert answer.status_code == 409
        assert "Choose the accounts first" in answer.text
        assert tomas.get("/today/touches/new?accounts=nobodyknows").status_code == 404
