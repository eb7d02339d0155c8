"""Meetings: booked by a touch, moved, said to be held or not, in the diary and in the calendar feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import func, select

from abm.accounts.models import Account, Contact, know_as
from abm.desk.feeds import feed_text
from abm.kit.rules import Conflict, RuleBroken
from abm.outbound.answers_waiting import answers_waiting_for
from abm.outbound.meeting_queries import diary_of, meetings_on
from abm.outbound.meetings import Appointment, Meeting, book
from abm.people.feeds import FeedKind
from abm.touches.models import Touch
from tests.outbound.world import NOW, World

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def halden(world: World) -> Account:
    account = world.account()
    world.session.commit()
    return account


def booked(
    world: World, account: Account, starts_at: datetime = TOMORROW, attendees: Sequence[Contact] = (), days_ago: int = 0
) -> Meeting:
    """A meeting that Tomás booked on the phone."""
    at = NOW - timedelta(days=days_ago)
    booking = world.log(account, when=at, outcome="meeting booked")
    told = Appointment("First call", starts_at, 30, attendees)
    meeting = book(booking, told, owner=world.cast.tomas, by=world.cast.tomas, at=at)
    world.session.commit()
    return meeting


def yesterday(world: World, account: Account) -> Meeting:
    return booked(world, account, NOW - timedelta(days=1), days_ago=5)


def close(world: World, meeting: Meeting, outcome: str) -> Touch:
    cast = world.cast
    touch = meeting.close(outcome, "", organisation=cast.organisation, by=cast.tomas, at=NOW)
    world.session.commit()
    return touch


def test_a_held_meeting_is_a_touch_that_counts(world: World, halden: Account) -> None:
    ana = world.contact(halden)
    promise = world.promise(halden)
    meeting = booked(world, halden, NOW - timedelta(hours=3), [ana], days_ago=1)
    touch = close(world, meeting, "held")
    assert (touch.sentence, touch.at, touch.contact, touch.note) == (
        "Meeting: held",
        meeting.starts_at,
        ana,
        "First call",
    )
    assert meeting.result is touch
    assert world.counts() == {promise.id: 2}  # the call that booked it, and the meeting
    assert close(world, meeting, "held") is touch
    with pytest.raises(RuleBroken, match="It is said already: meeting: held"):
        close(world, meeting, "no-show")


def test_what_is_still_to_come_can_only_be_cancelled(world: World, halden: Account) -> None:
    meeting = booked(world, halden)
    for outcome in ("held", "no-show"):
        with pytest.raises(RuleBroken, match="It is still to come"):
            close(world, meeting, outcome)
    assert close(world, meeting, "cancelled").at == NOW


def test_a_voided_outcome_lets_the_meeting_wait_for_a_word_again(world: World, halden: Account) -> None:
    meeting = yesterday(world, halden)
    close(world, meeting, "held").void(by=world.cast.tomas, at=NOW, reason="It was the other one")
    world.session.commit()
    assert meeting.result is None
    assert close(world, meeting, "no-show").outcome == "no-show"


def test_a_meeting_whose_booking_is_voided_is_neither_changed_nor_closed(
    client: FlaskClient, world: World, halden: Account
) -> None:
    meeting = yesterday(world, halden)
    address, told = f"/meetings/{meeting.public_id}", Appointment("Another", TOMORROW, 30)
    meeting.booking.void(by=world.cast.tomas, at=NOW, reason="It was somebody else")
    world.session.commit()
    with pytest.raises(RuleBroken, match="The touch that booked this meeting is voided"):
        meeting.change(told, by=world.cast.tomas, at=NOW, revision=meeting.revision)
    world.session.rollback()
    refused = world.enter(client, world.cast.tomas).post(f"{address}/outcomes", data={"outcome": "held"})
    assert (refused.status_code, "So this is no meeting: It was somebody else" in refused.text) == (409, True)
    assert world.session.scalar(select(func.count()).select_from(Touch)) == 1


def test_what_became_of_a_meeting_can_be_said_however_late(world: World, halden: Account) -> None:
    meeting, tomas = booked(world, halden, NOW - timedelta(days=79), days_ago=80), world.cast.tomas
    later = NOW + timedelta(days=20)  # 99 days after it; people log 90 days back
    moved, renamed = (Appointment("Pilot", NOW - timedelta(days=days), 30) for days in (78, 79))
    with pytest.raises(RuleBroken, match="more than 90 days ago"):
        meeting.change(moved, by=tomas, at=later, revision=meeting.revision)
    assert meeting.change(renamed, by=tomas, at=later, revision=meeting.revision)
    touch = meeting.close("held", "", organisation=world.cast.organisation, by=tomas, at=later)
    assert touch.at == meeting.starts_at
    booking = world.log(halden, when=NOW - timedelta(days=80), outcome="meeting booked")
    told = Appointment("Long past", NOW - timedelta(days=79), 30)
    with pytest.raises(RuleBroken, match="more than 90 days ago"):
        book(booking, told, owner=tomas, by=tomas, at=later)


def test_open_meetings_go_along_with_a_book(client: FlaskClient, world: World, halden: Account) -> None:
    promise, tomas, marcus = world.promise(halden), world.cast.tomas, world.cast.marcus
    coming, waiting, kept = booked(world, halden), yesterday(world, halden), booked(world, halden)
    close(world, yesterday(world, halden), "held")
    book_of, going = tomas.public_id, [coming.public_id, waiting.public_id]
    sent = {"commitments": promise.public_id, "to": marcus.public_id, "meetings": going}
    ines = world.enter(client, world.cast.ines)
    page = ines.get(f"/commitments/handing-over?by={book_of}").text
    assert page.count('name="meetings"') == page.count("checked") - 1 == 3  # the one that was held is over
    answer = ines.post("/commitments/handings-over", data=sent, follow_redirects=True)
    assert "Meetings that went along: 2." in answer.text
    world.session.expire_all()
    assert [one.owner for one in (coming, waiting, kept)] == [marcus, marcus, tomas]
    assert (coming.moves, kept.moves) == (1, 0)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Appointment(" ", TOMORROW, 30), "what the meeting is about"),
        (Appointment("A", NOW - timedelta(hours=1), 30), "after it was booked"),
        (Appointment("A", NOW + timedelta(days=400), 30), "more than a year ahead"),
        (Appointment("A", TOMORROW, 31), "how long it is"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(world: World, halden: Account, told: Appointment, words: str) -> None:
    booking = world.log(halden, outcome="meeting booked")
    with pytest.raises(RuleBroken, match=words):
        book(booking, told, owner=world.cast.tomas, by=world.cast.tomas, at=NOW)


def test_only_what_booked_a_meeting_has_a_day_and_only_once(world: World, halden: Account) -> None:
    told, people = Appointment("A", TOMORROW, 30), dict[str, Any](owner=world.cast.tomas, by=world.cast.tomas, at=NOW)
    with pytest.raises(RuleBroken, match="“Call: voicemail” books no meeting"):
        book(world.log(halden), told, **people)
    with pytest.raises(RuleBroken, match="has its day already"):
        book(booked(world, halden).booking, told, **people)
    stranger = world.contact(world.account("Orbis"))
    with pytest.raises(RuleBroken, match="Ana Reyes is not a contact of Halden Freight"):
        book(world.log(halden, outcome="meeting booked"), Appointment("A", TOMORROW, 30, [stranger]), **people)


def test_moving_it_is_told_and_nobody_overwrites_another(world: World, halden: Account) -> None:
    meeting, cast = booked(world, halden), world.cast
    later = Appointment("First call", TOMORROW + timedelta(days=7), 60, [world.contact(halden)])
    seen = meeting.revision
    assert meeting.change(later, by=cast.ines, at=NOW, revision=seen)
    world.session.commit()
    assert (meeting.starts_at, meeting.minutes, meeting.who, meeting.moves) == (later.starts_at, 60, "Ana Reyes", 1)
    with pytest.raises(Conflict, match="changed this meeting meanwhile"):
        meeting.change(later, by=cast.tomas, at=NOW, revision=seen)
    assert not meeting.change(later, by=cast.tomas, at=NOW, revision=meeting.revision)


def test_the_diary_has_what_is_to_come_what_waits_and_what_has_no_day(world: World, halden: Account) -> None:
    coming, waiting = booked(world, halden), yesterday(world, halden)
    close(world, yesterday(world, halden), "held")
    dayless = world.log(halden, outcome="meeting booked")
    know_as(world.log(halden, outcome="meeting booked"), system="hubspot", value="801")  # its day stands there
    voided = booked(world, halden)
    voided.booking.void(by=world.cast.tomas, at=NOW, reason="Not so")
    world.session.commit()
    diary = diary_of(world.session, [world.cast.tomas], at=NOW)
    assert (list(diary.coming), list(diary.waiting), list(diary.dayless)) == ([coming], [waiting], [dayless])
    assert list(meetings_on(world.session, halden.id)) == [waiting, coming]
    nobodys = diary_of(world.session, [world.cast.marcus], at=NOW)
    assert [*nobodys.coming, *nobodys.waiting, *nobodys.dayless] == []
    assert list(diary_of(world.session, None, at=NOW).coming) == [coming]


def test_whoever_had_it_is_asked_what_became_of_it(app: Flask, world: World, halden: Account) -> None:
    meeting = yesterday(world, halden)
    booked(world, halden)
    with app.test_request_context():
        (row,) = answers_waiting_for(world.session, world.cast.tomas)
        assert (row.verb, row.object) == ("Say", "what became of the meeting with Halden Freight")
        assert row.href == f"/meetings/{meeting.public_id}"
        assert list(answers_waiting_for(world.session, world.cast.marcus)) == []


def test_the_feed_has_ones_meetings_with_their_hours(app: Flask, world: World, halden: Account) -> None:
    meeting = booked(world, halden, attendees=[world.contact(halden)])
    close(world, booked(world, halden), "cancelled")
    cast = world.cast
    with app.test_request_context():
        body = feed_text(world.session, cast.tomas, FeedKind.MINE, organisation=cast.organisation, at=NOW)
        others = feed_text(world.session, cast.marcus, FeedKind.MINE, organisation=cast.organisation, at=NOW)
    first, second = Calendar.from_ical(body).events
    kept, gone = (first, second) if "STATUS" not in first else (second, first)
    assert kept["SUMMARY"] == "Halden Freight: First call"
    assert (kept.start, kept.end) == (meeting.starts_at, meeting.ends_at)
    assert (kept["DESCRIPTION"], kept["TRANSP"], gone["STATUS"]) == ("With Ana Reyes.", "OPAQUE", "CANCELLED")
    assert Calendar.from_ical(others).events == []


def test_tomas_books_moves_and_closes_a_meeting(client: FlaskClient, world: World, halden: Account) -> None:
    ana = world.contact(halden).public_id
    slug = halden.slug
    tomas, marcus = world.cast.tomas.public_id, world.cast.marcus.public_id
    world.enter(client, world.cast.tomas)
    form = {"subject": "Pilot", "starts_at": "2026-11-25T14:00", "minutes": "45", "attendees": ana, "owner": tomas}
    sent = {**form, "how": "email", "client_key": "once", "touch": ""}
    address = client.post(f"/accounts/{slug}/meetings", data=sent).location
    page = client.get(address).text
    assert "Until it takes place it can only be cancelled." in page
    assert "Ana Reyes" in page
    assert world.session.scalar(select(func.count()).select_from(Touch)) == 1
    world.session.rollback()
    stale = client.post(address, data={**form, "minutes": "60", "revision": "99"})
    assert (stale.status_code, "changed this meeting meanwhile" in stale.text) == (409, True)
    moved = client.post(address, data={**form, "minutes": "60", "owner": marcus, "revision": "1"})
    assert (moved.status_code, "60 minutes" in client.get(address).text) == (303, True)
    assert world.session.scalars(select(Meeting.owner_id)).one() == world.cast.marcus.id
    world.session.rollback()
    held = client.post(f"{address}/outcomes", data={"outcome": "held"})
    assert (held.status_code, "It is still to come" in held.text) == (409, True)
    assert client.post(f"{address}/outcomes", data={"outcome": "cancelled"}).location == f"/accounts/{slug}"
    assert "Meeting: cancelled" in client.get(address).text


def test_a_booking_that_is_sent_again_later_is_the_same(client: FlaskClient, world: World, halden: Account) -> None:
    address, owner = f"/accounts/{halden.slug}/meetings", world.cast.tomas.public_id
    world.enter(client, world.cast.tomas)
    sent = {"subject": "Pilot", "starts_at": "2026-11-25T14:00", "minutes": "45", "owner": owner, "how": "email"}
    sent["client_key"] = "once"
    first = client.post(address, data=sent).location
    assert first.startswith("/meetings/")
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):  # no answer came
        assert client.post(address, data=sent).location == first
        for otherwise, words in (
            ({"subject": "Review"}, "already sent with other"),
            ({"minutes": "30"}, "its day already"),
        ):
            refused = client.post(address, data={**sent, **otherwise})
            assert (refused.status_code, words in refused.text) == (409, True)
    assert world.session.scalar(select(func.count()).select_from(Touch)) == 1


def test_a_booking_that_was_logged_before_gets_its_day(client: FlaskClient, world: World, halden: Account) -> None:
    booking = world.log(halden, outcome="meeting booked", contact=world.contact(halden))
    slug, touch, owner = halden.slug, booking.public_id, world.cast.tomas.public_id
    world.enter(client, world.cast.tomas)
    assert "The meeting" in client.get(f"/accounts/{slug}/touches/{touch}").text
    assert "Booked, without a day yet" in client.get("/meetings").text
    page = client.get(f"/accounts/{slug}/meetings/new?touch={touch}").text
    assert ("How it was booked" in page, "checked" in page) == (False, True)
    form = {"subject": "Pilot", "starts_at": "2026-11-25T14:00", "minutes": "30", "touch": touch, "owner": owner}
    form |= {"how": "call"}
    address = client.post(f"/accounts/{slug}/meetings", data=form).location
    assert client.get(f"/accounts/{slug}/meetings/new?touch={touch}").location == address
    assert client.post(f"/accounts/{slug}/meetings", data=form).location == address
    other = client.post(f"/accounts/{slug}/meetings", data={**form, "subject": "Review"})  # of who was later
    assert (other.status_code, "has its day already, as &#39;Pilot&#39; on 25 Nov 2026" in other.text) == (409, True)
    assert client.post(f"/accounts/{slug}/meetings", data={**form, "touch": "a" * 16}).status_code == 404
    assert client.get(f"/accounts/{slug}/meetings/new?touch=nothing").status_code == 404
    assert world.session.scalar(select(func.count()).select_from(Touch)) == 1
    world.session.rollback()
    refused = client.post(f"/accounts/{slug}/meetings", data={**form, "touch": "", "subject": "", "client_key": "b"})
    assert (refused.status_code, "Say what the meeting is about." in refused.text) == (422, True)
