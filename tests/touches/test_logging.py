"""Logging: once per key, never in the future, never to people who want to be left alone, counted in the same breath."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account, Contact, add_contact, create_account
from abm.audit.models import Event, Personal
from abm.kit.db import writing
from abm.kit.rules import RuleBroken
from abm.people.models import Organisation, User
from abm.touches.logging import log_touch
from abm.touches.models import Channel, Direction, Touch, TouchRevision, TouchSide
from abm.touches.rebuilding import differences
from abm.touches.rollups import Rollup
from tests.cast import Cast

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
VOICEMAIL: dict[str, Any] = {
    "side": TouchSide.SALES,
    "direction": Direction.OUTBOUND,
    "channel": Channel.CALL,
    "outcome": "voicemail",
    "when": NOW - timedelta(hours=1),
}


@pytest.fixture
def halden(session: Session, cast: Cast) -> Account:
    account = create_account(cast.organisation, name="Halden Freight", by=cast.wen, at=NOW)
    session.commit()
    return account


@pytest.fixture
def ana(session: Session, cast: Cast, halden: Account) -> Contact:
    contact = add_contact(halden, name="Ana Reyes", email="ana@halden.example", by=cast.wen, at=NOW)
    session.commit()
    return contact


def log(account: Account, cast: Cast, key: str = "k1", by: User | None = None, **facts: Any) -> Touch:
    said = {**VOICEMAIL, **facts}
    return log_touch(account, organisation=cast.organisation, by=by or cast.tomas, at=NOW, client_key=key, **said)


def test_a_touch_keeps_its_day_in_the_organisations_zone(session: Session, cast: Cast, halden: Account) -> None:
    late = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)  # half past midnight on Monday in Berlin

    touch = log(halden, cast, when=late)

    assert touch.day == date(2026, 11, 16)
    line = session.scalars(select(Rollup)).one()
    assert (line.quarter, line.week, line.touches, line.minutes) == ("2026-q4", "2026-w47", 1, 0)


def test_the_same_key_again_is_the_same_touch(session: Session, cast: Cast, halden: Account) -> None:
    first = log(halden, cast)
    again = log(halden, cast)

    assert again.id == first.id
    assert session.scalar(select(func.count()).select_from(Touch)) == 1
    assert list(differences(session)) == []


def test_the_same_key_with_other_contents_is_refused(cast: Cast, halden: Account) -> None:
    log(halden, cast)

    with pytest.raises(RuleBroken, match="already sent with other contents"):
        log(halden, cast, outcome="connected")


def test_a_phone_that_sends_again_after_a_correction_gets_the_corrected_touch(cast: Cast, halden: Account) -> None:
    first = log(halden, cast)
    first.correct(by=cast.tomas, at=NOW, outcome="connected")

    assert log(halden, cast).outcome == "connected"


def test_two_people_may_use_the_same_key(cast: Cast, halden: Account) -> None:
    assert log(halden, cast).id != log(halden, cast, by=cast.marcus).id


@pytest.mark.parametrize("accounts", [1, 5])
def test_five_submits_at_once_make_one_touch(app: Flask, session: Session, cast: Cast, accounts: int) -> None:
    """On one account all but one find the first; on five accounts one is logged and four are refused."""
    rows = [create_account(cast.organisation, name=f"Orbis {n}", by=cast.wen, at=NOW) for n in range(accounts)]
    session.commit()
    ids, person, ready = [row.id for row in rows], cast.tomas.id, Barrier(5)

    def submit(number: int) -> int:
        with app.app_context(), writing() as mine:
            ready.wait()
            try:
                touch = log_touch(
                    mine.get_one(Account, ids[number % accounts]),
                    organisation=mine.get_one(Organisation, 1),
                    by=mine.get_one(User, person),
                    at=NOW,
                    client_key="pressed five times",
                    **VOICEMAIL,
                )
                mine.commit()
            except RuleBroken:
                return 0
            return touch.id

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(submit, range(5)))

    assert len(set(answers) - {0}) == 1
    assert answers.count(0) == accounts - 1
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Touch)) == 1
    assert list(differences(session)) == []


def test_what_is_still_to_come_is_not_logged(cast: Cast, halden: Account) -> None:
    with pytest.raises(RuleBroken, match="still to come"):
        log(halden, cast, when=NOW + timedelta(minutes=3))


def test_a_clock_that_runs_a_minute_ahead_means_now(cast: Cast, halden: Account) -> None:
    assert log(halden, cast, when=NOW + timedelta(minutes=1)).at == NOW


def test_how_far_back_people_log_is_a_setting(cast: Cast, halden: Account) -> None:
    cast.organisation.log_back(7, by=cast.wen, at=NOW)

    log(halden, cast, "edge", when=NOW - timedelta(days=7))
    with pytest.raises(RuleBroken, match="more than 7 days ago"):
        log(halden, cast, "older", when=NOW - timedelta(days=8))
    with pytest.raises(RuleBroken, match="up to 730"):
        cast.organisation.log_back(731, by=cast.wen, at=NOW)


def test_people_log_ninety_days_back_and_imports_for_ever(cast: Cast, halden: Account) -> None:
    assert log(halden, cast, "edge", when=NOW - timedelta(days=90)).day == date(2026, 8, 26)
    with pytest.raises(RuleBroken, match="more than 90 days ago"):
        log(halden, cast, "beyond", when=NOW - timedelta(days=91))
    assert log(halden, cast, "file", when=NOW - timedelta(days=900), imported=True).day.year == 2024


def test_a_contact_of_another_account_is_refused(cast: Cast, ana: Contact) -> None:
    other = create_account(cast.organisation, name="Kestrel Foods", by=cast.wen, at=NOW)

    with pytest.raises(RuleBroken, match="Ana Reyes is not a contact of Kestrel Foods"):
        log(other, cast, contact=ana)


def test_nobody_reaches_out_to_someone_who_opted_out(cast: Cast, halden: Account, ana: Contact) -> None:
    ana.opt_out("call", on=date(2026, 11, 24), by=cast.wen, at=NOW)

    with pytest.raises(RuleBroken, match="has opted out of call"):
        log(halden, cast, contact=ana)
    log(halden, cast, "the day before", contact=ana, when=NOW - timedelta(days=1))
    log(halden, cast, "e-mail", contact=ana, channel=Channel.EMAIL, outcome="sent")
    log(halden, cast, "she rang", contact=ana, outcome="connected", direction=Direction.INBOUND)


def test_somebody_who_opts_out_in_a_touch_is_left_alone_from_then_on(cast: Cast, halden: Account, ana: Contact) -> None:
    stop: dict[str, Any] = {"channel": Channel.EMAIL, "outcome": "opted out", "direction": Direction.INBOUND}

    with pytest.raises(RuleBroken, match="Choose who opted out"):
        log(halden, cast, **stop)
    log(halden, cast, contact=ana, **stop)

    assert ana.opted_out == {"email": "2026-11-24"}


def test_an_account_to_be_left_alone_takes_only_what_comes_from_it(cast: Cast, halden: Account) -> None:
    halden.leave_alone("in court with us", until=None, by=cast.wen, at=NOW)

    with pytest.raises(RuleBroken, match="“do not approach”: in court with us"):
        log(halden, cast)
    log(halden, cast, channel=Channel.WEB, outcome="visit", direction=Direction.INBOUND)


def test_an_archived_account_takes_no_touches(cast: Cast, halden: Account) -> None:
    halden.archive(by=cast.wen, at=NOW)

    with pytest.raises(RuleBroken, match="Halden Freight is archived"):
        log(halden, cast)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"outcome": "impression"}, "Call has no outcome “impression”"),
        ({"channel": Channel.WEB, "outcome": "visit"}, "“Web: Visited our site” is something that they do, not we"),
        ({"direction": Direction.INBOUND}, "“Call: Voicemail” is something that we do, not they"),
        ({"note": "a\0b"}, "NUL"),
    ],
)
def test_what_cannot_have_been_so_is_refused(cast: Cast, halden: Account, facts: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        log(halden, cast, **facts)


def test_a_form_without_its_key_is_refused(cast: Cast, halden: Account) -> None:
    for key in ("", "x" * 41):
        with pytest.raises(RuleBroken, match="lacks its key"):
            log(halden, cast, key)


def test_a_note_stands_in_the_erasable_part_of_the_event(session: Session, cast: Cast, halden: Account) -> None:
    log(halden, cast, note="Her son starts school.")
    session.flush()

    event = session.scalars(select(Event).where(Event.verb == "logged")).one()
    assert session.scalars(select(Personal.data).where(Personal.event_id == event.id)).all() == [
        {"note": "Her son starts school."}
    ]
    assert "school" not in str(event.after)


def test_a_correction_moves_the_counts_and_keeps_what_was_said(session: Session, cast: Cast, halden: Account) -> None:
    touch = log(halden, cast)

    touch.correct(
        by=cast.ines,
        at=NOW,
        revision=1,
        channel=Channel.MEETING,
        outcome="held",
        when=datetime(2026, 9, 30, 21, 59, tzinfo=UTC),
    )

    lines = {
        (row.quarter, row.week, row.outcome_class): (row.touches, row.minutes)
        for row in session.scalars(select(Rollup))
    }
    assert lines == {
        ("2026-q4", "2026-w48", "no response"): (0, 0),
        ("2026-q3", "2026-w40", "meeting held"): (1, 30),
    }
    assert list(differences(session)) == []
    kept = session.scalars(select(TouchRevision)).one()
    assert (kept.before["outcome"], kept.before["day"], kept.corrected_by_id) == (
        "voicemail",
        "2026-11-24",
        cast.ines.id,
    )


def test_a_correction_that_changes_nothing_leaves_no_trace(session: Session, cast: Cast, halden: Account) -> None:
    touch = log(halden, cast)

    assert not touch.correct(by=cast.tomas, at=NOW, outcome="voicemail")
    assert session.scalars(select(TouchRevision)).all() == []


def test_two_corrections_from_one_state_do_not_overwrite_each_other(cast: Cast, halden: Account) -> None:
    touch = log(halden, cast)
    touch.correct(by=cast.tomas, at=NOW, revision=1, outcome="connected")

    with pytest.raises(RuleBroken, match="Someone else changed this"):
        touch.correct(by=cast.ines, at=NOW, revision=1, outcome="no answer")
    assert touch.outcome == "connected"


def test_voiding_needs_a_reason_and_takes_the_touch_out_of_the_counts(
    session: Session, cast: Cast, halden: Account
) -> None:
    touch = log(halden, cast)

    with pytest.raises(RuleBroken, match="Say why"):
        touch.void(by=cast.tomas, at=NOW, reason="  ")
    touch.void(by=cast.tomas, at=NOW, reason="wrong account")

    assert session.scalars(select(Rollup.touches)).all() == [0]
    assert list(differences(session)) == []
    with pytest.raises(RuleBroken, match="voided already"):
        touch.void(by=cast.tomas, at=NOW, reason="again")
    with pytest.raises(RuleBroken, match="Log it anew"):
        touch.correct(by=cast.tomas, at=NOW, outcome="connected")


def test_who_may_change_a_touch(cast: Cast, halden: Account) -> None:
    touch = log(halden, cast)

    may = {name for name, person in cast.everyone.items() if touch.changeable_by(person)}

    assert may == {"tomas", "ines", "wen"}  # who logged it, his manager, RevOps
