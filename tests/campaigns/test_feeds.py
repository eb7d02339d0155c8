"""Calendar feeds behind a secret address: made, read, renewed, switched off; read as a calendar program would."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from abm.campaigns.drafting import add_play
from abm.people.feeds import CalendarFeed, FeedKind, feed_of, new_address
from abm.people.models import User
from abm.people.sessions import token_hash
from abm.touches.kinds import Channel
from tests.campaigns.world import NOW, World

ADDRESS = re.compile(r"http://localhost(/calendar/feeds/[\w-]{43}\.ics)")


def made(browser: FlaskClient, kind: str) -> str:
    """The address that the page shows once."""
    assert browser.post(f"/calendar/feeds/{kind}/addresses").status_code == 303
    (address, *_) = ADDRESS.findall(browser.get("/calendar/feeds").text)
    return str(address)


def read(client: FlaskClient, address: str) -> Calendar:
    answer = client.get(address)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.data)


def events(calendar: Calendar) -> dict[str, tuple[date, date]]:
    return {str(one["summary"]): (one.decoded("dtstart"), one.decoded("dtend")) for one in calendar.walk("VEVENT")}


def secret(world: World, user: User, kind: FeedKind) -> str:
    token = new_address(user, kind, at=NOW)
    world.session.commit()
    return f"/calendar/feeds/{token}.ics"


def test_an_address_is_shown_once_and_only_its_hash_is_kept(world: World, client: FlaskClient) -> None:
    browser = world.enter(client, world.cast.priya)
    address = made(browser, "mine")
    assert ADDRESS.findall(browser.get("/calendar/feeds").text) == []
    (row,) = world.session.scalars(select(CalendarFeed)).all()
    assert row.token_hash == token_hash(address.split("/")[-1].removesuffix(".ics"))
    assert row.kind is FeedKind.MINE


def test_a_renewed_or_switched_off_address_leads_nowhere(world: World, client: FlaskClient) -> None:
    browser, nobody = world.enter(client, world.cast.priya), client.application.test_client()
    first = made(browser, "all")
    second = made(browser, "all")
    assert [nobody.get(address).status_code for address in (first, second)] == [404, 200]
    browser.post("/calendar/feeds/all/endings")
    assert nobody.get(second).status_code == 404
    assert browser.post("/calendar/feeds/all/endings").status_code == 303
    assert nobody.get("/calendar/feeds/" + "x" * 43 + ".ics").status_code == 404
    third = made(browser, "all")
    assert nobody.get(third).status_code == 200


def test_the_same_form_sent_twice_makes_one_address(world: World, client: FlaskClient) -> None:
    browser = world.enter(client, world.cast.priya)
    for _ in range(3):
        browser.post("/calendar/feeds/mine/addresses", data={"idempotency_key": "a" * 32})
    assert len(world.session.scalars(select(CalendarFeed)).all()) == 1
    world.session.rollback()
    assert browser.post("/calendar/feeds/theirs/addresses").status_code == 404


def test_a_feed_ends_with_its_persons_access(world: World, client: FlaskClient) -> None:
    address = secret(world, world.cast.marcus, FeedKind.ALL)
    assert client.get(address).status_code == 200
    world.cast.marcus.deactivate(by=world.cast.wen, at=NOW)
    world.session.commit()
    assert client.get(address).status_code == 404


def test_the_database_keeps_one_open_address_of_a_kind(world: World) -> None:
    token = new_address(world.cast.priya, FeedKind.ALL, at=NOW)
    new_address(world.cast.priya, FeedKind.MINE, at=NOW)
    world.session.flush()
    assert feed_of(world.session, token) is not None
    twin = CalendarFeed(user=world.cast.priya, kind=FeedKind.ALL, token_hash="0" * 64, made_at=NOW)
    world.session.add(twin)
    with pytest.raises(IntegrityError):
        world.session.flush()
    world.session.rollback()


def test_programs_may_keep_it_for_themselves_and_get_no_cookie(world: World, client: FlaskClient) -> None:
    answer = client.get(secret(world, world.cast.vera, FeedKind.ALL))
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_all_plays_of_live_campaigns_are_whole_days_that_read_back_as_written(
    world: World, client: FlaskClient
) -> None:
    campaign = world.draft("Kühlkette; pünktlich, ja")
    odd = "Brief; „Müller“, 100 % \\ zwei\tTeile " + "und sehr lang " * 10
    add_play(campaign, channel=Channel.DIRECT_MAIL, what=odd, day=date(2026, 12, 1), by=world.cast.priya, at=NOW)
    world.launch(world.approved(campaign))
    world.draft("Only a draft")
    calendar = read(client, secret(world, world.cast.vera, FeedKind.ALL))
    one_line = " ".join(odd.split())
    assert events(calendar) == {
        "E-mail: Invitation (Kühlkette; pünktlich, ja)": (date(2026, 11, 27), date(2026, 11, 28)),
        f"Direct mail: {one_line} (Kühlkette; pünktlich, ja)": (date(2026, 12, 1), date(2026, 12, 2)),
        "Webinar: Live session (Kühlkette; pünktlich, ja)": (date(2026, 12, 9), date(2026, 12, 10)),
    }
    assert str(calendar["x-wr-calname"]) == "All plays, Fathom Freightware"
    assert all(len(line) <= 75 for line in calendar.to_ical().split(b"\r\n"))


def test_a_day_on_which_the_clock_changes_is_a_day_like_others(world: World, client: FlaskClient) -> None:
    campaign = world.draft()
    campaign.ends_on = date(2027, 4, 30)
    add_play(campaign, channel=Channel.AD, what="Spring", day=date(2027, 3, 28), by=world.cast.priya, at=NOW)
    world.launch(world.approved(campaign))
    found = events(read(client, secret(world, world.cast.vera, FeedKind.ALL)))
    assert found["Ad: Spring (Cold chain, on time)"] == (date(2027, 3, 28), date(2027, 3, 29))


def test_a_play_that_moves_keeps_its_name_and_counts_on(world: World, client: FlaskClient) -> None:
    campaign = world.approved()
    world.launch(campaign)
    address = secret(world, world.cast.vera, FeedKind.ALL)

    def session_of_webinar() -> tuple[str, int, date, object]:
        (one,) = (one for one in read(client, address).walk("VEVENT") if "Live session" in str(one["summary"]))
        return str(one["uid"]), int(one["sequence"]), one.decoded("dtstart"), one.decoded("last-modified")

    uid, sequence, day, changed = session_of_webinar()
    assert (sequence, day, changed) == (0, date(2026, 12, 9), NOW)
    campaign.plays[1].day = date(2026, 12, 10)
    later = NOW + timedelta(hours=2)
    world.approved(campaign)
    world.launch(campaign, at=later)
    world.session.commit()
    assert session_of_webinar() == (uid, 1, date(2026, 12, 10), later)


def test_my_calendar_holds_what_is_mine(world: World, client: FlaskClient) -> None:
    world.launch(world.approved())
    world.submitted(world.draft("Winter"))
    feeds = {
        user.name: events(read(client, secret(world, user, FeedKind.MINE)))
        for user in (world.cast.priya, world.cast.tomas, world.cast.ines, world.cast.vera)
    }
    plays = {"E-mail: Invitation (Cold chain, on time)", "Webinar: Live session (Cold chain, on time)"}
    assert set(feeds["Priya Raman"]) == plays
    assert feeds["Tomás Ferreira"] == {
        "Due: Sales ask of Cold chain, on time (2 accounts)": (date(2026, 12, 4), date(2026, 12, 5))
    }
    assert feeds["Ines Calder"] == {"Sales review: Winter, version 1": (date(2026, 11, 25), date(2026, 11, 26))}
    assert feeds["Vera Lund"] == {}
