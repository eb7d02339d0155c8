"""The commitments page narrowed to what reads assigned, accepted, proposed, waiting or resting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from abm.outbound.answering import Otherwise, propose_another_way, wait_on
from abm.outbound.pauses import Pause, PauseCause
from tests.outbound.world import MONDAY, NOW, World

NAMES = {
    "assigned": {"Assigned"},
    "accepted": {"Accepted", "Waiting", "Resting"},
    "proposed": {"Proposed"},
    "waiting": {"Waiting"},
    "resting": {"Resting"},
    "": {"Assigned", "Accepted", "Proposed", "Waiting", "Resting"},
    "whatever": {"Assigned", "Accepted", "Proposed", "Waiting", "Resting"},
}


@pytest.fixture
def each(world: World) -> None:
    """One commitment of each kind, on an account of that name."""
    cast, today = world.cast, NOW.date()
    promises = {name: world.promise(world.account(name)) for name in sorted(NAMES[""])}
    for name in ("Accepted", "Waiting", "Resting"):
        promises[name].accept(by=cast.tomas, at=NOW)
    day = today + timedelta(days=2)
    wait_on(promises["Waiting"], what="The paper", on=cast.priya, by_day=day, today=today, by=cast.tomas, at=NOW)
    promises["Resting"].pauses.append(Pause(cause=PauseCause.ABSENCE, first_day=MONDAY))
    two, last = Otherwise(wanted=2), today + timedelta(days=30)
    propose_another_way(promises["Proposed"], two, reason="Quiet", today=today, latest=last, by=cast.tomas, at=NOW)
    world.session.commit()


@pytest.mark.usefixtures("each")
@pytest.mark.parametrize("state", NAMES)
def test_it_shows_what_reads_so(client: FlaskClient, world: World, state: str) -> None:
    page = world.enter(client, world.cast.vera).get(f"/commitments?state={state}").text
    shown = {name for name in NAMES[""] if f'/accounts/{name.lower()}"' in page}
    assert shown == NAMES[state] | ({"Proposed"} if state == "assigned" else set())
