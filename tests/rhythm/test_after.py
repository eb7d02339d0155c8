"""What became of a decision: its figure in the latest whole week, and in the end the one that both sides judged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import time_machine
from flask import Flask
from sqlalchemy import select

from abm.kit import migrate
from abm.kit.clock import Quarter, Week
from abm.kit.config import Config
from abm.kit.web import in_one_state
from abm.people.models import Organisation
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.people.seats import Side
from abm.progress import reading
from abm.progress.moments import moment_of
from abm.progress.snapshots import FreezeCause, Snapshot, take_snapshot
from abm.rhythm.decisions import After, Bet, Choice, Decision, Lever, decide
from abm.rhythm.review_queries import checked, figure_in
from abm.rhythm.reviews import Review, open_review
from abm.targets.kinds import Outcome
from abm.touches.kinds import Channel, TouchSide
from tests.cast import sign_in
from tests.progress.ground import MONDAY, NOW, WEEK
from tests.rhythm.conftest import TODAY, Meeting

CHECK = date(2026, 12, 8)
THEN = NOW + timedelta(days=13)  # Wednesday 9 December
CUT = Week(2026, 53)  # four days of 2026-q4, three of 2027-q1


def bet_on(meeting: Meeting, review: Review, tiers: tuple[int, ...] = (), *, at: datetime = NOW) -> Decision:
    """A decision on the accounts of these tiers by name, else on tier 2 as a whole."""
    accounts = [meeting.ground.accounts[tier - 1] for tier in tiers]
    scope, named = "" if tiers else "tier 2", {account.public_id for account in accounts}
    check_on = at.date() + timedelta(days=12)
    told = Bet("Call first", Lever.PROCESS, "meetings held", 3, check_on, scope=scope, accounts=accounts)
    before = figure_in(review.snapshot, told.figure, scope, named)
    decision = decide(review, told, before=before, today=at.date(), by=meeting.cast.renata, at=at)
    meeting.session.commit()
    return decision


def meet(meeting: Meeting, tier: int, when: datetime = MONDAY) -> None:
    meeting.ground.log(tier, TouchSide.SALES, when, (Channel.MEETING, "held"))


def takes_off(meeting: Meeting, *tiers: int) -> None:
    """Sign a version of the list without the accounts of these tiers."""
    for entry in meeting.ground.list.entries:
        if entry.tier in tiers:
            entry.place(
                tier=entry.tier, ae=entry.ae, outcome=Outcome.OUT, reason="Bought", by=meeting.cast.ines, at=NOW
            )
    meeting.ground.sign(NOW + timedelta(minutes=1))


def after(meeting: Meeting, *decisions: Decision) -> list[After | None]:
    return [one.after for one in checked(meeting.session, meeting.cast.organisation, decisions, DEFAULT_PROGRAMME)]


def freeze_share(meeting: Meeting, week: Week, quarter: Quarter, at: datetime) -> Snapshot:
    def take() -> Snapshot | None:
        organisation = meeting.session.get_one(Organisation, 1)
        moment = moment_of(organisation, week, quarter)
        programme = meeting.session.get_one(Programme, DEFAULT_PROGRAMME)
        assert moment is not None
        return take_snapshot(meeting.session, organisation, programme, moment, cause=FreezeCause.TIME, by=None, at=at)

    taken = in_one_state(meeting.session, take)
    assert taken is not None
    return taken


def test_accounts_that_left_the_list_are_not_counted_as_nought(app: Flask, meeting: Meeting) -> None:
    review = meeting.open()
    gone, partly = bet_on(meeting, review, (2,)), bet_on(meeting, review, (2, 3))
    meet(meeting, 3)
    takes_off(meeting, 2)
    with time_machine.travel(THEN, tick=False):
        meeting.freeze(WEEK, THEN)
        assert after(meeting, gone, partly) == [After(None, str(WEEK), 0), After(1, str(WEEK), 1)]
        client = meeting.enter(app.test_client(), meeting.cast.amara)
        page = client.get(f"/reviews/decisions/{gone.public_id}").text
        assert "none of 1 still on the list" in page
        assert "as far as expected" not in page
        assert "1 of 2 still on the list" in client.get("/reviews").text


def test_a_share_of_a_week_is_no_after(meeting: Meeting) -> None:
    decision = bet_on(meeting, meeting.open())
    meet(meeting, 2)
    at = datetime(2027, 1, 5, 12, tzinfo=UTC)
    with time_machine.travel(at, tick=False):
        freeze_share(meeting, CUT, Quarter(2026, 4), at)
        assert after(meeting, decision) == [None]
        freeze_share(meeting, WEEK, Quarter(2026, 4), at)
        assert after(meeting, decision) == [After(1, str(WEEK))]


def test_a_before_from_a_share_of_a_week_says_so(app: Flask, meeting: Meeting) -> None:
    at = datetime(2027, 1, 5, 12, tzinfo=UTC)
    with time_machine.travel(at, tick=False):
        share = freeze_share(meeting, CUT, Quarter(2026, 4), at)
        review = open_review(share, by=meeting.cast.amara, at=at)
        decision = bet_on(meeting, review, at=at)
        client = meeting.enter(app.test_client(), meeting.cast.amara)
        page = client.get(f"/reviews/decisions/{decision.public_id}").text
        assert "4 of its 7 days: a quarter’s end cuts it" in page
        assert "0 (4 days)" in client.get("/reviews").text


def test_what_both_judged_stands_whatever_is_frozen_later(app: Flask, meeting: Meeting) -> None:
    decision = bet_on(meeting, meeting.open())
    address = f"/reviews/decisions/{decision.public_id}"
    for _ in range(3):
        meet(meeting, 2)
    with time_machine.travel(THEN, tick=False):
        meeting.freeze(WEEK, THEN)
        amara = meeting.enter(app.test_client(), meeting.cast.amara)
        renata = sign_in(app.test_client(), meeting.cast.renata)
        for client in (amara, renata):
            assert client.post(address, data={"said": "keep", "words": ""}).status_code == 303
    later = THEN + timedelta(days=7)
    with time_machine.travel(later, tick=False):
        meeting.session.expire_all()
        meeting.freeze(WEEK.plus(2), later)  # a week without a meeting
        assert after(meeting, decision) == [After(3, str(WEEK))]
        page = sign_in(app.test_client(), meeting.cast.amara).get(address).text
        assert "When it was judged" in page
        assert f"week {WEEK}, as far as expected" in page


def test_many_decisions_read_a_frozen_week_once(meeting: Meeting) -> None:
    review = meeting.open()
    decisions = [bet_on(meeting, review, (2,)) for _ in range(3)]
    with time_machine.travel(THEN, tick=False):
        meeting.freeze(WEEK, THEN)
        reading.READ.clear()
        with patch.object(Snapshot, "read", autospec=True, side_effect=Snapshot.read) as thaws:
            assert after(meeting, *decisions) == [After(0, str(WEEK), 1)] * 3
        assert thaws.call_count == 1


def test_each_extension_gives_as_many_days_as_the_first_time(meeting: Meeting) -> None:
    decision, cast, given = bet_on(meeting, meeting.open()), meeting.cast, []
    for _ in range(3):
        day = decision.check_on
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        for side, who in ((Side.SALES, cast.renata), (Side.MARKETING, cast.amara)):
            decision.judge(side, Choice.EXTEND, "More", today=day, by=who, at=at)
        given.append((decision.check_on - day).days)
    assert given == [12, 12, 12]


def test_days_are_those_of_the_organisation(meeting: Meeting) -> None:
    """Made at half past midnight in Vienna, which is the day before by UTC."""
    told = Bet("Call first", Lever.PROCESS, "meetings held", 3, CHECK, scope="tier 2")
    night = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    decision = decide(meeting.open(), told, before=1, today=TODAY, by=meeting.cast.renata, at=night)
    for side, who in ((Side.SALES, meeting.cast.renata), (Side.MARKETING, meeting.cast.amara)):
        decision.judge(side, Choice.EXTEND, "More", today=CHECK, by=who, at=THEN)
    assert decision.check_on == date(2026, 12, 20)


def test_a_database_that_is_brought_up_knows_how_long_a_decision_was_given(config: Config, meeting: Meeting) -> None:
    decision, cast = bet_on(meeting, meeting.open()), meeting.cast
    for side, who in ((Side.SALES, cast.renata), (Side.MARKETING, cast.amara)):
        decision.judge(side, Choice.EXTEND, "More", today=CHECK + timedelta(days=5), by=who, at=THEN)
    meeting.session.commit()
    meeting.session.close()
    migrate.downgrade(config.database_url, "0023")
    migrate.upgrade(config.database_url)
    found = meeting.session.scalars(select(Decision)).one()
    assert (found.days, found.check_on) == (12, date(2026, 12, 25))
