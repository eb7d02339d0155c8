"""The demonstration's weekly reviews: last week's is closed, with two decisions and five actions, one of them late."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from abm.demo.founding import World
from abm.people.models import User
from abm.progress.snapshots import Snapshot
from abm.rhythm.actions import take_on
from abm.rhythm.agenda import Point
from abm.rhythm.decisions import Bet, Lever, decide
from abm.rhythm.minutes import close_review
from abm.rhythm.review_queries import figure_in
from abm.rhythm.reviews import Review, open_review

SAID = {
    Point.MOVED: "Three accounts came under way after the webinar; two of them answered the AE, not the invitation.",
    Point.STUCK: "Tier 1 in the south is quiet on the Sales side. Tom\u00e1s was at the fair; he is back on Monday.",
    Point.PIPELINE: "We see the partner deals differently: Marketing counts on them, Sales has not met the buyer yet.",
    Point.CAMPAIGNS: "The microsite is late. Until it is there, AEs send the printed map.",
}


def hold_the_reviews(world: World) -> None:
    """The review of the last two frozen weeks; both are closed."""
    snapshots = world.session.scalars(
        select(Snapshot).where(Snapshot.quarter == str(world.quarter)).order_by(Snapshot.week.desc()).limit(2)
    ).all()
    if len(snapshots) < 2:
        return
    last, before = snapshots
    _before(world, before)
    _last(world, last)


def _begun(world: World, snapshot: Snapshot) -> tuple[Review, datetime]:
    """Opened by Amara, which froze the week."""
    at = snapshot.frozen_at
    return open_review(snapshot, by=world.people.amara, at=at), at


def _before(world: World, snapshot: Snapshot) -> None:
    people, (review, at) = world.people, _begun(world, snapshot)
    _take_on(world, review, "Say which tier 1 lanes the map shows", people.jonas, world.organisation.today(at), at)
    close_review(review, by=people.amara, at=at + timedelta(minutes=40))
    world.session.flush()


def _last(world: World, snapshot: Snapshot) -> None:
    people, (review, at) = world.people, _begun(world, snapshot)
    for point, text in SAID.items():
        review.note(point, text, seen=0, by=people.priya, at=at)
    _decide(world, review, "AEs call tier 2 on the day after a webinar", Lever.PROCESS, "meetings held", 3, at)
    _decide(world, review, "One page on cold-chain claims for pharma", Lever.CONTENT, "moved on", 4, at)
    for what, owner, days in (
        ("Ask both partners who the buyer is", people.marcus, 4),
        ("Bring the microsite forward, or say that it slips", people.jonas, 2),
        ("Agree with Tom\u00e1s on three tier 1 accounts for this week", people.ines, 1),
        ("Count once more who answered the webinar", people.wen, 6),
    ):
        _take_on(world, review, what, owner, world.today + timedelta(days=days), at)
    close_review(review, by=people.renata, at=at + timedelta(minutes=43))
    world.session.flush()


def _decide(world: World, review: Review, what: str, lever: Lever, figure: str, more: int, at: datetime) -> None:  # noqa: PLR0917
    before, today = figure_in(review.snapshot, figure, "tier 2", set()), world.organisation.today(at)
    bet = Bet(what, lever, figure, before + more, today + timedelta(days=28), scope="tier 2")
    decide(review, bet, before=before, today=today, by=world.people.renata, at=at)


def _take_on(world: World, review: Review, what: str, owner: User, due: date, at: datetime) -> None:  # noqa: PLR0917
    take_on(review, what, owner, due, today=world.organisation.today(at), by=world.people.amara, at=at)
