"""What the database itself refuses of reviews, whoever asks: nothing of a closed one goes, moves or grows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from abm.rhythm.actions import take_on
from abm.rhythm.agenda import Point
from abm.rhythm.decisions import Bet, Lever, decide
from abm.rhythm.minutes import close_review
from abm.rhythm.reviews import Review
from tests.progress.ground import NOW
from tests.rhythm.conftest import LAST, TODAY, Meeting

NOBODY_MAY = [
    "DELETE FROM review WHERE id = {closed}",
    "DELETE FROM review WHERE id = {open}",
    "DELETE FROM review_note WHERE review_id = {closed}",
    "DELETE FROM decision WHERE review_id = {closed}",
    "DELETE FROM action WHERE review_id = {closed}",
    "DELETE FROM action WHERE review_id = {open}",
    "UPDATE action SET what = 'Another' WHERE review_id = {closed}",
    "UPDATE action SET review_id = {open} WHERE review_id = {closed}",
    "UPDATE action SET review_id = {closed} WHERE review_id = {open}",
    "UPDATE review_note SET review_id = {open}, text = 'Never said' WHERE review_id = {closed}",
    "UPDATE decision SET review_id = {open} WHERE review_id = {closed}",
    "UPDATE decision SET days = 90 WHERE review_id = {closed}",
    "UPDATE decision SET dropped_at = made_at WHERE review_id = {closed}",
    "INSERT INTO decision_account SELECT d.id, max(a.id) FROM decision d, account a WHERE {of_closed} GROUP BY d.id",
    "DELETE FROM decision_account WHERE {its_closed}",
    "UPDATE decision_account SET decision_id = (SELECT d.id FROM decision d WHERE {of_open}) WHERE {its_closed}",
    "UPDATE decision_account SET decision_id = (SELECT d.id FROM decision d WHERE {of_closed}) WHERE {its_open}",
]


def full(meeting: Meeting, review: Review, tier: int) -> Review:
    """A review with a note, a decision on one account by name, and an action."""
    cast, account = meeting.cast, meeting.ground.accounts[tier - 1]
    review.note(Point.MOVED, "Said", seen=0, by=cast.priya, at=NOW)
    check_on = TODAY + timedelta(days=12)
    bet = Bet("Call first", Lever.PROCESS, "meetings held", 3, check_on, scope="", accounts=[account])
    decide(review, bet, before=1, today=TODAY, by=cast.renata, at=NOW)
    take_on(review, "Send the map", cast.tomas, check_on, today=TODAY, by=cast.ines, at=NOW)
    meeting.session.commit()
    return review


@pytest.fixture
def reviews(meeting: Meeting) -> dict[str, object]:
    """A closed review and an open one: their ids, and conditions for their decisions and the accounts of these."""
    closed, running = full(meeting, meeting.open(LAST.plus(-1)), 2), full(meeting, meeting.open(LAST), 3)
    close_review(closed, by=meeting.cast.amara, at=NOW)
    meeting.session.commit()
    found: dict[str, object] = {}
    for name, number in (("closed", closed.id), ("open", running.id)):
        ids = f"SELECT d.id FROM decision d WHERE d.review_id = {number}"
        found |= {name: number, f"of_{name}": f"d.review_id = {number}", f"its_{name}": f"decision_id IN ({ids})"}
    return found


def test_the_database_leaves_no_hole_in_a_closed_review(meeting: Meeting, reviews: dict[str, object]) -> None:
    for statement in NOBODY_MAY:
        with pytest.raises(DatabaseError, match=r"never change|closed"):
            meeting.session.execute(text(statement.format(**reviews)))
        meeting.session.rollback()


def test_what_goes_on_after_closing_still_may(meeting: Meeting, reviews: dict[str, object]) -> None:
    for statement in (
        "UPDATE action SET due_on = '2026-12-24', outcome = 'Late' WHERE review_id = {closed}",
        "UPDATE decision SET check_on = '2026-12-24', settled = 'extend' WHERE review_id = {closed}",
        "UPDATE review_note SET text = 'Put better' WHERE review_id = {open}",
        "DELETE FROM decision_account WHERE {its_open}",
    ):
        assert meeting.session.execute(text(statement.format(**reviews))).rowcount == 1  # type: ignore[attr-defined]
