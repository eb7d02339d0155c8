"""What of the weekly review needs somebody now: to open it, to finish an action, to judge a decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from abm.people.models import User
from abm.people.seats import Side
from abm.rhythm.actions import take_on
from abm.rhythm.decisions import Bet, Choice, Decision, Lever, decide
from abm.rhythm.reviews import Review
from abm.rhythm.waiting import waiting_for
from tests.cast import sign_in
from tests.progress.ground import NOW
from tests.rhythm.conftest import LAST, TODAY, Meeting

Waits = Callable[[User], list[tuple[str, str, str]]]


@pytest.fixture
def waits(app: Flask, meeting: Meeting) -> Waits:
    def of(user: User) -> list[tuple[str, str, str]]:
        with app.test_request_context():
            found = waiting_for(meeting.session, user, meeting.cast.organisation)
            return [(row.verb, row.object, row.why) for row in found]

    return of


def bet(meeting: Meeting, review: Review) -> Decision:
    made = Bet("Call first", Lever.PROCESS, "meetings held", 9, TODAY + timedelta(days=7))
    return decide(review, made, before=1, today=TODAY, by=meeting.cast.amara, at=NOW)


def test_the_week_that_is_over_is_to_be_reviewed_by_whoever_runs_reviews_until_one_opens_it(
    meeting: Meeting, waits: Waits
) -> None:
    cast = meeting.cast
    expected = [("Review", f"week {LAST.number}", "it is over, and its review was not opened yet")]
    assert {name: waits(user) for name, user in cast.everyone.items() if waits(user)} == dict.fromkeys(
        ["amara", "renata", "ines", "priya", "wen"], expected
    )
    meeting.open()
    assert [waits(user) for user in cast.everyone.values()] == [[]] * len(cast.everyone)


def test_a_week_without_a_list_is_not_to_be_reviewed(meeting: Meeting, waits: Waits) -> None:
    with time_machine.travel(NOW - timedelta(days=140), tick=False):
        assert waits(meeting.cast.amara) == []


def test_an_action_needs_its_owner_from_its_day_on_until_it_is_done(meeting: Meeting, waits: Waits) -> None:
    review, cast = meeting.open(), meeting.cast
    action = take_on(review, "Send the map", cast.tomas, TODAY, today=TODAY, by=cast.ines, at=NOW)
    take_on(review, "Not yet", cast.tomas, TODAY + timedelta(days=1), today=TODAY, by=cast.ines, at=NOW)
    meeting.session.flush()
    assert waits(cast.tomas) == [("Finish", "“Send the map”", f"an action of yours, by {TODAY:%a %-d %b}")]
    assert waits(cast.ines) == []
    action.finish("", dropped=False, by=cast.tomas, at=NOW)
    meeting.session.flush()
    assert waits(cast.tomas) == []


def test_a_decision_needs_each_seat_from_its_day_on_until_that_side_has_spoken(meeting: Meeting, waits: Waits) -> None:
    cast, decision = meeting.cast, bet(meeting, meeting.open())
    meeting.session.flush()
    assert waits(cast.amara) == []
    due = decision.check_on
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        judging = ("Judge", "“Call first”", f"the day to check it was {due:%a %-d %b}")
        assert judging in waits(cast.amara)
        assert judging in waits(cast.renata)
        assert judging not in waits(cast.ines)
        decision.judge(Side.MARKETING, Choice.KEEP, "", today=due, by=cast.amara, at=NOW + timedelta(days=7))
        assert judging not in waits(cast.amara)
        assert judging in waits(cast.renata)


def test_home_leads_to_the_review_that_is_to_be_opened(app: Flask, meeting: Meeting) -> None:
    meeting.session.rollback()
    home = sign_in(app.test_client(), meeting.cast.priya).get("/").text
    assert f'href="/reviews/{LAST}?quarter=' in home
