"""What is left of a review: minutes that never change, letters, a sheet of paper, a series for calendars."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from icalendar import Calendar

from abm.accounts.deals import Source
from abm.agreement.canonical import digest_of
from abm.kit.charts import Measure
from abm.kit.rules import RuleBroken
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.people.seats import Side, seats
from abm.progress.comparing import Before
from abm.progress.figures import figures_of, headlines
from abm.progress.pipeline import Deal, DealState
from abm.progress.weekly import AccountWeek, SideWeek, together
from abm.rhythm.actions import take_on
from abm.rhythm.agenda import Point
from abm.rhythm.facts import bottleneck, conversions, deals_at_risk
from abm.rhythm.meeting_times import ReviewRhythm, rhythm_of, series, set_rhythm
from abm.rhythm.minutes import close_review, concerned, minutes_of
from abm.stages.models import Stage
from tests.progress.ground import NOW
from tests.rhythm.conftest import LAST, TODAY, Meeting


def test_minutes_hold_what_was_said_decided_and_taken_on_and_their_bytes_stay(meeting: Meeting) -> None:
    review, cast = meeting.open(), meeting.cast
    review.note(Point.STUCK, "The south is quiet.", seen=0, by=cast.priya, at=NOW)
    take_on(review, "Send the map", cast.tomas, date(2026, 12, 1), today=TODAY, by=cast.ines, at=NOW)
    close_review(review, by=cast.renata, at=NOW)
    meeting.session.commit()
    written = review.minutes
    assert written is not None
    assert digest_of(written) == review.minutes_digest
    content = json.loads(written)["content"]
    assert content["notes"] == [{"point": "stuck", "text": "The south is quiet.", "by": cast.priya.public_id}]
    assert content["actions"] == [{"what": "Send the map", "owner": cast.tomas.public_id, "due": "2026-12-01"}]
    assert content["snapshot"] == review.snapshot.digest
    assert "Ferreira" not in written.decode()
    read = minutes_of(meeting.session, review)
    assert read is not None
    assert read.actions == [("Send the map", "Tomás Ferreira", date(2026, 12, 1))]


def test_an_open_review_has_no_minutes(meeting: Meeting) -> None:
    assert minutes_of(meeting.session, meeting.open()) is None


def test_minutes_go_to_both_seats_and_to_whoever_wrote_or_took_something_on(meeting: Meeting) -> None:
    review, cast = meeting.open(), meeting.cast
    review.note(Point.STUCK, "Quiet.", seen=0, by=cast.priya, at=NOW)
    take_on(review, "Send the map", cast.tomas, date(2026, 12, 1), today=TODAY, by=cast.ines, at=NOW)
    names = {user.name.split()[0] for user in concerned(meeting.session, cast.organisation, review, NOW)}
    assert names == {"Amara", "Renata", "Priya", "Tomás"}


def test_who_stands_in_on_the_day_of_the_office_gets_the_minutes(meeting: Meeting) -> None:
    review, cast = meeting.open(), meeting.cast
    seat = seats(meeting.session)[Side.SALES]
    days = {"first_day": TODAY + timedelta(days=1), "last_day": TODAY + timedelta(days=1)}
    seat.name_deputy(cast.ines, **days, reason="At the fair", by=cast.renata, at=NOW)
    meeting.session.flush()
    midnight = datetime.combine(TODAY + timedelta(days=1), time(), tzinfo=ZoneInfo(cast.organisation.time_zone))
    for minute, there in ((-1, False), (1, True), (24 * 60 - 1, True), (24 * 60 + 1, False)):
        at = (midnight + timedelta(minutes=minute)).astimezone(UTC)
        assert (cast.ines in concerned(meeting.session, cast.organisation, review, at)) is there


def test_minutes_go_to_who_closed_it_and_to_the_deputy_of_the_day_it_is_where_the_company_is(meeting: Meeting) -> None:
    review, cast = meeting.open(), meeting.cast
    day, late = date(2026, 11, 27), datetime(2026, 11, 26, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
    marketing = seats(meeting.session)[Side.MARKETING]
    marketing.name_deputy(cast.priya, first_day=day, last_day=day, reason="away", by=cast.amara, at=NOW)
    close_review(review, by=cast.wen, at=late)
    meeting.session.flush()
    people = concerned(meeting.session, cast.organisation, review, late)
    assert {user.id for user in people} == {user.id for user in (cast.amara, cast.renata, cast.priya, cast.wen)}


def test_the_sheet_says_the_figures_the_decisions_and_the_actions(app: Flask, meeting: Meeting) -> None:
    review, cast = meeting.open(), meeting.cast
    take_on(review, "Send the map", cast.tomas, date(2026, 12, 1), today=TODAY, by=cast.ines, at=NOW)
    meeting.session.commit()
    sheet = meeting.enter(app.test_client(), cast.vera).get(f"/reviews/{LAST}/print").text
    assert 'Send the map: Tomás Ferreira, <span class="nowrap">by Tue 1 Dec</span>' in sheet
    assert review.snapshot.digest[:12] in sheet


def row(stage: Stage, before: Stage, *, worth: int | None = None, done: int = 1, verdict: str = "") -> AccountWeek:
    deal = Deal("d1", "Lanes", Source.SALES, "Proposal", DealState.OPEN, worth, TODAY, new=False)
    week = SideWeek(done, done, done, 1)
    return AccountWeek(
        *("id", f"Company {worth}", "company", 2, "", "", ""),
        sides={Side.MARKETING: week, Side.SALES: week},
        stage=stage,
        stage_before=before,
        deals=() if worth is None else (deal,),
        verdicts={Side.SALES: verdict} if verdict else {},
    )


def test_days_in_a_stage_stand_over_the_range_of_the_weeks_before() -> None:
    rows = [replace(row(Stage.ENGAGED, Stage.ENGAGED), days=days) for days in (10, 20, 60)]
    rows.append(row(Stage.MQA, Stage.MQA))  # it never changed: nobody knows since when
    figures = figures_of(rows, together(()), {})
    known = {"days engaged": Before(12, 8, 15, 4)}
    assert bottleneck(figures, known, str) == [Measure("Engaged", 20, 8, 15, 3, "engaged")]
    assert headlines(figures)["days engaged"] == 20
    assert "days mqa" not in headlines(figures)


def test_conversion_counts_those_that_moved_on_of_those_that_stood_there() -> None:
    rows = [
        row(Stage.MQA, Stage.ENGAGED),
        row(Stage.ENGAGED, Stage.ENGAGED),
        row(Stage.AWARE, Stage.ENGAGED),
        row(Stage.CUSTOMER, Stage.OPPORTUNITY),
        row(Stage.AWARE, Stage.TARGET),
    ]
    found = conversions(figures_of(rows, together(()), {}).matrix)
    assert [(one.stage, one.moved_on, one.stood) for one in found] == [
        (Stage.ENGAGED, 1, 3),
        (Stage.OPPORTUNITY, 1, 1),
    ]


def test_a_deal_is_at_risk_where_a_fact_or_a_side_speaks_against_it_the_largest_first() -> None:
    stage = Stage.OPPORTUNITY
    rows = [
        row(stage, stage, worth=100),
        row(stage, stage, worth=200, verdict="at risk"),
        row(stage, stage, worth=300, done=0),
        row(stage, Stage.CUSTOMER, worth=50),
        row(stage, stage, worth=400, verdict="on track"),
    ]
    assert [(one.deal.worth, list(one.why)) for one in deals_at_risk(rows)] == [
        (300, ["touched by neither side"]),
        (200, ["Sales: at risk"]),
        (50, ["went back from Customer"]),
    ]


def test_the_series_keeps_its_hour_when_the_clocks_change(meeting: Meeting) -> None:
    rhythm = ReviewRhythm(programme_id=1, weekday=0, minute=600, lasts=45)
    content = series(
        rhythm, name="Weekly review", zone="Europe/Berlin", today=date(2026, 10, 20), link="https://x.example", at=NOW
    )
    event: Any = Calendar.from_ical(content).walk("VEVENT")[0]
    begins = event["dtstart"].dt
    assert begins == datetime(2026, 10, 26, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert begins.tzinfo is not None
    assert event["rrule"].to_ical() == b"FREQ=WEEKLY;BYDAY=MO"
    assert event["duration"].dt == timedelta(minutes=45)


def test_a_programme_meets_on_mondays_at_ten_until_it_says_otherwise(meeting: Meeting) -> None:
    programme = meeting.session.get_one(Programme, DEFAULT_PROGRAMME)
    assert rhythm_of(meeting.session, programme.id).words == "Mondays at 10:00, 45 minutes"
    set_rhythm(meeting.session, programme, weekday=1, begins=time(9, 30), lasts=30, by=meeting.cast.amara, at=NOW)
    meeting.session.flush()
    assert rhythm_of(meeting.session, programme.id).words == "Tuesdays at 09:30, 30 minutes"
    with pytest.raises(RuleBroken, match="between 15 minutes and 3 hours"):
        set_rhythm(meeting.session, programme, weekday=1, begins=time(9), lasts=5, by=meeting.cast.amara, at=NOW)


def test_the_file_of_the_series_is_a_calendar(app: Flask, meeting: Meeting) -> None:
    answer = meeting.enter(app.test_client(), meeting.cast.vera).get("/reviews/series.ics")
    assert answer.mimetype == "text/calendar"
    assert Calendar.from_ical(answer.data).walk("VEVENT")[0]["summary"] == "Weekly review"
