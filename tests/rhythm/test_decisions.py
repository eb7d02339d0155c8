"""Decisions are bets on a frozen figure, and come back on their day; actions come back until they are done."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from abm.kit.rules import RuleBroken
from abm.people.seats import Side
from abm.rhythm.actions import Action, take_on
from abm.rhythm.decisions import After, Bet, Choice, Decision, Lever, decide
from abm.rhythm.minutes import close_review
from abm.rhythm.review_queries import actions_back, checked, decisions_running, figure_in, playbook
from abm.rhythm.reviews import Review
from abm.touches.kinds import Channel, TouchSide
from tests.cast import sign_in
from tests.progress.ground import MONDAY, NOW, WEEK
from tests.rhythm.conftest import LAST, TODAY, Meeting, said

ADDRESS = f"/reviews/{LAST}"
CHECK = date(2026, 12, 8)
THEN = NOW + timedelta(days=13)  # Wednesday 9 December, the day after
FORM = {
    "what": "Call before we write",
    "lever": "process",
    "scope": "tier 2",
    "names": "",
    "figure": "meetings held",
    "expected": "3",
    "check_on": CHECK.isoformat(),
}


def bet(meeting: Meeting, review: Review, figure: str = "meetings held", expected: int = 3) -> Decision:
    """A decision on tier 2, where one meeting was held in the frozen week."""
    told = Bet("Call before we write", Lever.PROCESS, figure, expected, CHECK, scope="tier 2")
    before = figure_in(review.snapshot, figure, "tier 2", set())
    decision = decide(review, told, before=before, today=TODAY, by=meeting.cast.renata, at=NOW)
    meeting.session.commit()
    return decision


def test_a_decision_keeps_the_figure_of_the_frozen_week(app: Flask, meeting: Meeting) -> None:
    meeting.open()
    client = meeting.enter(app.test_client(), meeting.cast.ines)
    page = client.post(f"{ADDRESS}/decisions", data=FORM, follow_redirects=True)
    assert "Decided. It comes back on 8 December." in page.text
    decision = meeting.session.scalar(select(Decision))
    assert decision is not None
    assert (decision.before, decision.expected, decision.scope_label) == (1, 3, "Tier 2")


def test_a_decision_on_named_accounts_counts_those_alone(app: Flask, meeting: Meeting) -> None:
    meeting.open()
    client = meeting.enter(app.test_client(), meeting.cast.ines)
    named = {**FORM, "scope": "named", "names": "company 1\r\n\r\n Company  3\r\nCompany 1"}
    assert client.post(f"{ADDRESS}/decisions", data=named).status_code == 303
    decision = meeting.session.scalar(select(Decision))
    assert decision is not None
    assert decision.before == 0  # the meeting was with Company 2
    assert decision.scope_label == "Company 1, Company 3"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"what": ""}, "Say in a sentence what you decide."),
        ({"expected": "many"}, "Write a whole number."),
        ({"expected": "1"}, "It stands at that today. What should it become?"),
        ({"check_on": "2026-11-26"}, "Choose a day to come: on it you look at what became of this."),
        ({"check_on": "2026-02-30"}, "There is no such day. Write it like 2026-11-24."),
        ({"scope": "named"}, "Name the accounts that it is about."),
        ({"scope": "named", "names": "Nobody Ltd"}, "No account on the list of this week is called Nobody Ltd."),
        ({"figure": "clicks"}, "Not a valid choice."),
    ],
)
def test_what_is_no_bet_is_said_and_nothing_typed_is_lost(
    app: Flask, meeting: Meeting, wrong: dict[str, str], sentence: str
) -> None:
    meeting.open()
    client = meeting.enter(app.test_client(), meeting.cast.ines)
    answer = client.post(f"{ADDRESS}/decisions", data={**FORM, **wrong})
    assert answer.status_code in {409, 422}
    assert sentence in said(answer)
    assert wrong.get("what", "Call before we write") in answer.text
    assert meeting.session.scalar(select(Decision)) is None


def test_a_decision_is_dropped_while_the_review_is_open_and_not_after(app: Flask, meeting: Meeting) -> None:
    review = meeting.open()
    decision, second = bet(meeting, review), bet(meeting, review)
    drop = f"{ADDRESS}/decisions/{decision.public_id}/drop"
    later = f"{ADDRESS}/decisions/{second.public_id}/drop"
    client = meeting.enter(app.test_client(), meeting.cast.amara)
    assert client.post(drop).status_code == 303
    assert client.post(f"{ADDRESS}/close").status_code == 303
    assert client.post(later).status_code == 409
    meeting.session.expire_all()
    assert (decision.dropped_at is None, second.dropped_at is None) == (False, True)


def test_the_database_keeps_a_bet_as_it_was_when_the_review_closed(meeting: Meeting) -> None:
    review = meeting.open()
    bet(meeting, review)
    close_review(review, by=meeting.cast.amara, at=NOW)
    meeting.session.commit()
    with pytest.raises(DatabaseError, match="never change"):
        meeting.session.execute(update(Decision).values(expected=1))
    meeting.session.rollback()


def test_on_its_day_it_returns_with_before_and_after_from_frozen_weeks(app: Flask, meeting: Meeting) -> None:
    bet(meeting, meeting.open())
    for day in (23, 24, 25):
        when = MONDAY.replace(day=day)
        meeting.ground.log(2, TouchSide.SALES, when, (Channel.MEETING, "held"))
    with time_machine.travel(THEN, tick=False):
        meeting.open(WEEK, THEN)
        found = checked(meeting.session, meeting.cast.organisation, decisions_running(meeting.session, 1), 1)
        assert [(one.decision.before, one.decision.expected, one.after) for one in found] == [
            (1, 3, After(3, str(WEEK)))
        ]
        assert found[0].due_on(date(2026, 12, 9))
        assert found[0].decision.came_true(3)
        assert not found[0].decision.came_true(2)
        page = meeting.enter(app.test_client(), meeting.cast.vera).get(f"/reviews/{WEEK}")
        assert "Decisions whose day has come" in page.text


def test_a_figure_that_should_fall_came_true_where_it_fell_far_enough(meeting: Meeting) -> None:
    decision = Decision(before=10, expected=4)
    assert [decision.came_true(after) for after in (3, 4, 5, 11)] == [True, True, False, False]


def test_both_sides_keep_it_and_it_stands_in_the_playbook(app: Flask, meeting: Meeting) -> None:
    decision = bet(meeting, meeting.open())
    address = f"/reviews/decisions/{decision.public_id}"
    amara = meeting.enter(app.test_client(), meeting.cast.amara)
    early = amara.post(address, data={"said": "keep", "words": ""})
    assert early.status_code == 409
    assert "It is judged on 8 Dec 2026, not before." in early.text
    with time_machine.travel(THEN, tick=False):
        amara, renata = (sign_in(app.test_client(), user) for user in (meeting.cast.amara, meeting.cast.renata))
        first = amara.post(address, data={"said": "keep", "words": ""}, follow_redirects=True)
        assert "Noted. The other side is asked next." in first.text
        assert decisions_running(meeting.session, 1)
        meeting.session.rollback()
        second = renata.post(address, data={"said": "keep", "words": ""}, follow_redirects=True)
        assert "Both sides say: keep." in second.text
        meeting.session.expire_all()
        assert not decisions_running(meeting.session, 1)
        assert [one.what for one in playbook(meeting.session, 1)] == ["Call before we write"]
        meeting.session.rollback()
        assert amara.post(address, data={"said": "stop", "words": "No"}).status_code == 409


def test_who_holds_no_seat_does_not_judge_and_stopping_needs_a_word(app: Flask, meeting: Meeting) -> None:
    decision = bet(meeting, meeting.open())
    address = f"/reviews/decisions/{decision.public_id}"
    with time_machine.travel(THEN, tick=False):
        priya = meeting.enter(app.test_client(), meeting.cast.priya)
        renata = sign_in(app.test_client(), meeting.cast.renata)
        refused = priya.post(address, data={"said": "keep", "words": ""})
        assert refused.status_code == 403
        assert "Only the two seats say what becomes of a decision." in refused.text
        mute = renata.post(address, data={"said": "stop", "words": " "})
        assert mute.status_code == 409
        assert "Say in a word why." in mute.text


def test_an_extension_gives_it_as_long_again_and_both_speak_anew(meeting: Meeting) -> None:
    decision, cast = bet(meeting, meeting.open()), meeting.cast
    day = date(2026, 12, 9)
    decision.judge(Side.MARKETING, Choice.EXTEND, "Too early", today=day, by=cast.amara, at=THEN)
    decision.judge(Side.SALES, Choice.EXTEND, "Too early", today=day, by=cast.renata, at=THEN)
    assert decision.check_on == day + timedelta(days=12)  # from 26 November to 8 December
    assert decision.said(Side.MARKETING) is None
    with pytest.raises(RuleBroken, match="not before"):
        decision.judge(Side.SALES, Choice.KEEP, "", today=day, by=cast.renata, at=THEN)


def test_sides_that_say_otherwise_settle_nothing_until_one_of_them_comes_round(meeting: Meeting) -> None:
    decision, cast, day = bet(meeting, meeting.open()), meeting.cast, date(2026, 12, 9)
    decision.judge(Side.MARKETING, Choice.KEEP, "", today=day, by=cast.amara, at=THEN)
    decision.judge(Side.SALES, Choice.STOP, "Nobody called", today=day, by=cast.renata, at=THEN)
    assert decision.settled is None
    later = THEN + timedelta(hours=1)
    decision.judge(Side.MARKETING, Choice.STOP, "Agreed", today=day, by=cast.amara, at=later)
    assert decision.settled is Choice.STOP


def taken_on(meeting: Meeting, review: Review, due: date = date(2026, 11, 30)) -> Action:
    action = take_on(
        review, "Send the map", meeting.cast.tomas, due, today=TODAY, by=meeting.cast.ines, at=review.opened_at
    )
    meeting.session.commit()
    return action


def test_an_action_comes_back_each_week_until_it_is_done(meeting: Meeting) -> None:
    action = taken_on(meeting, meeting.open())
    with time_machine.travel(THEN, tick=False):
        second = meeting.open(WEEK, THEN)
        assert actions_back(meeting.session, second) == [action]
        assert action.late_on(date(2026, 12, 9))
        action.finish("It is out", dropped=False, by=meeting.cast.tomas, at=THEN + timedelta(minutes=5))
        meeting.session.commit()
        assert actions_back(meeting.session, second) == [action]  # it is seen done in the review it came back to
    with time_machine.travel(THEN + timedelta(weeks=1), tick=False):
        third = meeting.open(WEEK.plus(1), THEN + timedelta(weeks=1))
        assert actions_back(meeting.session, third) == []


def test_whoever_took_it_on_says_how_it_ended_and_others_do_not(app: Flask, meeting: Meeting) -> None:
    action = taken_on(meeting, meeting.open())
    address = f"/reviews/actions/{action.public_id}"
    tomas = meeting.enter(app.test_client(), meeting.cast.tomas)
    marcus = sign_in(app.test_client(), meeting.cast.marcus)
    refused = marcus.post(f"{address}/ending", data={"ending": "done", "outcome": ""})
    assert refused.status_code == 403
    assert "This is Tomás Ferreira's." in said(refused)
    mute = tomas.post(f"{address}/ending", data={"ending": "dropped", "outcome": ""})
    assert mute.status_code == 409
    assert "Say in a word why it is dropped." in mute.text
    assert tomas.post(f"{address}/ending", data={"ending": "done", "outcome": "Sent"}).status_code == 303
    meeting.session.expire_all()
    assert (action.open, action.outcome, action.dropped) == (False, "Sent", False)


def test_an_action_goes_to_somebody_else_with_a_day_to_come(app: Flask, meeting: Meeting) -> None:
    action = taken_on(meeting, meeting.open())
    address, marcus = f"/reviews/actions/{action.public_id}", meeting.cast.marcus.public_id
    ines = meeting.enter(app.test_client(), meeting.cast.ines)
    seen = re.search(r'name="seen"[^>]* value="([^"]+)"', ines.get(address).text)
    assert seen is not None
    form = {"owner": marcus, "seen": seen[1]}
    past = ines.post(address, data={**form, "due_on": "2026-11-01"})
    assert past.status_code == 409
    assert "Choose today or a day to come." in past.text
    assert ines.post(address, data={**form, "due_on": "2026-12-01"}).status_code == 303
    meeting.session.expire_all()
    assert (action.owner.name, action.due_on) == ("Marcus Bell", date(2026, 12, 1))


def test_whoever_gives_on_a_late_action_is_offered_today(app: Flask, meeting: Meeting) -> None:
    action = taken_on(meeting, meeting.open())
    meeting.session.rollback()
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        page = sign_in(app.test_client(), meeting.cast.tomas).get(f"/reviews/actions/{action.public_id}").text
    assert f'value="{TODAY + timedelta(days=30)}"' in page


def test_no_two_fields_of_a_review_share_an_id(app: Flask, meeting: Meeting) -> None:
    meeting.open()
    page = meeting.enter(app.test_client(), meeting.cast.ines).get(ADDRESS).text
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))


def test_the_same_action_sent_five_times_is_one(app: Flask, meeting: Meeting) -> None:
    meeting.open()
    form = {"what": "Send the map", "owner": meeting.cast.tomas.public_id, "due_on": "2026-12-01"}
    client = meeting.enter(app.test_client(), meeting.cast.ines)
    for _ in range(5):
        assert client.post(f"{ADDRESS}/actions", data={**form, "idempotency_key": "a" * 32}).status_code == 303
    assert len(meeting.session.scalars(select(Action)).all()) == 1
