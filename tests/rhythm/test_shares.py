"""A week that two quarters share: each share that a list was in force in is offered, and has a review of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from abm.kit.clock import Quarter, Week
from abm.rhythm.shares import name_of, shares_of, shares_to_review
from abm.rhythm.waiting import waiting_for
from abm.targets.kinds import Outcome
from abm.targets.models import open_list
from tests.cast import sign_in
from tests.rhythm.conftest import LAST, Meeting

SHARED = Week(2026, 53)  # from 28 December to 3 January
AFTER = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)
BEFORE = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)
OLD, NEW = f"/reviews/{SHARED}?quarter=2026-q4", f"/reviews/{SHARED}?quarter=2027-q1"


@pytest.fixture
def both(meeting: Meeting) -> Iterator[Meeting]:
    """A list of the old quarter and one of the new, in the week after the one that they share."""
    ground = meeting.ground
    ground.list = open_list(meeting.cast.organisation, Quarter(2027, 1), by=meeting.cast.ines, at=BEFORE)
    entry = ground.list.enter(ground.accounts[0], by=meeting.cast.ines, at=BEFORE)
    entry.place(tier=1, ae=meeting.cast.tomas, outcome=Outcome.IN, by=meeting.cast.ines, at=BEFORE)
    ground.sign(BEFORE)
    with time_machine.travel(AFTER, tick=False):
        yield meeting


def test_a_share_goes_by_its_quarter_where_there_are_two(meeting: Meeting) -> None:
    organisation = meeting.cast.organisation
    assert [name_of(share) for share in shares_of(organisation, SHARED)] == ["53 of 2026-q4", "53 of 2027-q1"]
    assert [name_of(share) for share in shares_of(organisation, LAST)] == ["47"]


def test_both_shares_are_offered_until_each_was_reviewed(app: Flask, both: Meeting) -> None:
    both.session.rollback()
    ines = sign_in(app.test_client(), both.cast.ines)
    page, home = ines.get("/reviews").text, ines.get("/").text
    for address in (OLD, NEW):
        assert f'href="{address}"' in page
        assert f'href="{address}"' in home
    assert ines.post(OLD).status_code == 303
    assert ines.post(f"/reviews/{SHARED}/close?quarter=2026-q4").status_code == 303
    page = ines.get("/reviews").text
    assert "Week 53 of 2026-q4, closed" in page
    assert "Review week 53 of 2027-q1" in page
    home = ines.get("/").text
    assert (f'href="{OLD}"' in home, f'href="{NEW}"' in home) == (False, True)


def test_a_share_without_a_list_is_not_offered(meeting: Meeting, app: Flask) -> None:
    cast = meeting.cast
    with time_machine.travel(datetime(2026, 10, 6, 9, tzinfo=UTC), tick=False), app.test_request_context():
        shares = shares_to_review(meeting.session, cast.organisation, Week(2026, 40), 1)  # the first list is of q4
        waits = [row.object for row in waiting_for(meeting.session, cast.amara, cast.organisation)]
    assert [str(share.quarter) for share in shares] == ["2026-q4"]
    assert waits == ["week 40 of 2026-q4"]
