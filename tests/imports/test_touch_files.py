"""Touches from files: each is logged once, on the account, with the person and by whom the file says."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import Account, Contact, add_contact, create_account
from abm.imports.activity_words import RESULTS, Activity, activity
from abm.imports.applying import apply_import
from abm.imports.models import Import, ImportState
from abm.imports.taking_back import take_back
from abm.kit.rules import RuleBroken
from abm.outbound.drift import drifts
from abm.outbound.models import Commitment, CommitmentSource, Credit
from abm.people.seats import Side
from abm.touches.kinds import Channel, Direction
from abm.touches.models import Touch
from abm.touches.rebuilding import differences
from tests.cast import Cast, sign_in
from tests.imports.files import AT, actions, applied, confirm, rows, send, staged

Scoped = scoped_session[Session]

TASKS = """Activity ID,Assigned,Date,Company / Account,Contact,Subject,Status,Comments,\
Activity Type,Task Subtype,Call Type,Call Result
00T1,Marcus Bell,11/20/2026,Halden,Ana Fischer,Call about pricing,Completed,She likes it,Call,Call,Outbound,Connected
00T2,Marcus Bell,11/20/2026,Halden,Ana Fischer,Email: Our offer,Completed,,,Email,,
00T3,Somebody Else,11/19/2026,Halden,Nobody Known,Call,Completed,,Call,,Outbound,Gatekeeper
00T4,Marcus Bell,11/30/2026,Halden,,Call again,Not Started,,Call,,,
00T5,Marcus Bell,11/18/2026,Elsewhere,,Call,Completed,,Call,,,
00T6,Marcus Bell,11/18/2026,Halden,,Write the minutes,Completed,,To Do,Task,,
"""
HUBSPOT_CALLS = """Record ID,Activity date,Activity assigned to,Call Title,Call notes,\
Call direction,Call outcome,Call status,Associated Company,Associated Contact
701,2026-11-20 09:30,marcus@fathom.example,First call,\
<p>Spoke about <b>cold chains</b></p>,OUTBOUND,Connected,COMPLETED,Halden,Ana Fischer
702,2026-11-20 10:00,marcus@fathom.example,,,INBOUND,,COMPLETED,Halden,
703,2026-11-20 10:30,marcus@fathom.example,,,,,,Halden,
704,2026-11-20 11:00,marcus@fathom.example,,,OUTBOUND,,CANCELED,Halden,
"""
HUBSPOT_MEETINGS = """Record ID,Activity date,Activity assigned to,Meeting name,Meeting outcome,Associated Company
801,2026-11-18 14:00,Ines Castro,Workshop,COMPLETED,Halden
802,2026-11-18 15:00,Ines Castro,Demo,NO_SHOW,Halden
803,2026-11-18 16:00,Ines Castro,Demo,,Halden
"""


@pytest.fixture
def halden(cast: Cast, session: Scoped) -> Account:
    """An account with Ana, and a promise of two touches on it."""
    account = create_account(cast.organisation, name="Halden", by=cast.wen, at=AT)
    add_contact(account, name="Ana Fischer", email="ana@halden.example", by=cast.wen, at=AT)
    session.add(
        Commitment(
            source=CommitmentSource.SALES_ASK,
            source_id="ask",
            account=account,
            side=Side.SALES,
            person=cast.marcus,
            wanted=2,
            first_day=date(2026, 11, 16),
            last_day=date(2026, 11, 29),
            why="Calls",
            made_at=AT,
        )
    )
    session.commit()
    return account


def touches(session: Scoped) -> list[Touch]:
    session.expire_all()
    return list(session.scalars(select(Touch).order_by(Touch.at, Touch.id)))


def test_a_salesforce_report_of_tasks_comes_in_as_what_was_done(cast: Cast, session: Scoped, halden: Account) -> None:
    batch = applied(cast, session(), "touches", TASKS)
    assert (batch.profile, actions(session(), batch)) == ("salesforce", ["add", "add", "add", "bad", "bad", "bad"])
    third, first, second = touches(session)
    assert (first.sentence, first.logged_by, first.day) == ("Call: connected", cast.marcus, date(2026, 11, 20))
    assert first.contact is not None
    assert first.contact.name == "Ana Fischer"
    assert first.note == "Call about pricing\nShe likes it"
    assert second.sentence == "E-mail: sent"
    assert (third.sentence, third.logged_by, third.contact) == ("Call: no answer", cast.wen, None)
    assert third.note == "Call\n(Gatekeeper)"


def test_a_row_that_stays_out_says_why(cast: Cast, session: Scoped, halden: Account) -> None:
    batch = staged(cast, session(), "touches", TASKS)
    said = [(row.field, row.message) for row in rows(session(), batch)]
    assert said[2][1] == (
        "“Gatekeeper” is not known here: it counts as no answer, and stands in the note. "
        "Nobody is known as Nobody Known at Halden: it comes in without a contact. "
        "Nobody here is named Somebody Else: it stands under Wen Zhao."
    )
    assert said[3] == ("status", "“Not Started” says that it has not happened: it stays out.")
    assert said[4] == ("account", "There is no account Elsewhere: import or add it first.")
    assert said[5] == ("type", "By its type this is an errand and no contact with anybody: it stays out.")


def test_what_comes_in_counts_in_rollups_and_towards_promises(cast: Cast, session: Scoped, halden: Account) -> None:
    applied(cast, session(), "touches", TASKS)
    assert session.scalar(select(func.count()).select_from(Credit)) == 2  # of three the promise wanted two
    assert list(differences(session())) == []
    assert list(drifts(session())) == []


def test_the_same_file_twice_adds_nothing(cast: Cast, session: Scoped, halden: Account) -> None:
    applied(cast, session(), "touches", TASKS)
    again = staged(cast, session(), "touches", TASKS)
    assert actions(session(), again)[:3] == ["same", "same", "same"]
    with pytest.raises(RuleBroken, match="there is nothing to apply"):
        apply_import(again, revision=again.revision, organisation=cast.organisation, by=cast.wen, at=AT)


def test_rows_without_ids_are_known_by_what_they_say(cast: Cast, session: Scoped, halden: Account) -> None:
    lines = "date,account,type\n2026-11-20,Halden,call\n2026-11-20,Halden,call\n"
    assert actions(session(), applied(cast, session(), "touches", lines)) == ["add", "add"]
    assert actions(session(), staged(cast, session(), "touches", lines)) == ["same", "same"]
    third = staged(cast, session(), "touches", lines + "2026-11-20,Halden,call\n")
    assert actions(session(), third) == ["same", "same", "add"]


def test_a_row_without_an_id_stays_known_whatever_we_learn_of_its_words(
    cast: Cast, session: Scoped, halden: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "date,account,type,contact,outcome\n2026-11-20,Halden,call,Ana Reyes,Gatekeeper\n"
    applied(cast, session(), "touches", lines)
    add_contact(halden, name="Ana Reyes", by=cast.wen, at=AT)
    monkeypatch.setitem(RESULTS[Channel.CALL], "gatekeeper", "connected")
    session.commit()
    assert actions(session(), staged(cast, session(), "touches", lines)) == ["same"]
    other = lines.replace("Gatekeeper", "gatekeeper!")
    assert actions(session(), staged(cast, session(), "touches", other)) == ["add"]


def test_a_touch_that_was_corrected_here_is_not_brought_back(cast: Cast, session: Scoped, halden: Account) -> None:
    applied(cast, session(), "touches", TASKS)
    touches(session)[1].correct(by=cast.wen, at=AT, outcome="voicemail")
    session.commit()
    assert actions(session(), staged(cast, session(), "touches", TASKS))[:3] == ["same", "same", "same"]


def test_hubspot_calls_know_their_time_direction_and_status(cast: Cast, session: Scoped, halden: Account) -> None:
    batch = applied(cast, session(), "touches", HUBSPOT_CALLS)
    assert (batch.profile, actions(session(), batch)) == ("hubspot", ["add", "add", "add", "bad"])
    first, second, third = touches(session)
    assert first.at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)  # half past nine in Berlin
    assert first.note == "First call\nSpoke about cold chains"
    assert [one.sentence for one in (first, second, third)] == ["Call: connected", "Call: connected", "Call: no answer"]
    assert [one.direction.value for one in (first, second, third)] == ["outbound", "inbound", "outbound"]


def test_a_call_of_theirs_that_nobody_took_is_neither_their_answer_nor_our_call(
    cast: Cast, session: Scoped, halden: Account
) -> None:
    head = "Record ID,Activity date,Call direction,Call outcome,Call status,Associated Company\n"
    cells = ("INBOUND,,MISSED", "INBOUND,Left voicemail,COMPLETED", "INBOUND,Connected,NO_ANSWER", "OUTBOUND,,BUSY")
    lines = (f"{number},2026-11-20 09:30,{one},Halden\n" for number, one in enumerate(cells))
    batch = applied(cast, session(), "touches", head + "".join(lines))
    assert actions(session(), batch) == ["bad", "bad", "add", "add"]
    assert rows(session(), batch)[0].message == (
        "“MISSED” is of what we do, and the row says that they came to us: correct one of the two, or leave it."
    )
    assert [(one.outcome, one.direction.value) for one in touches(session)] == [
        ("connected", "inbound"),
        ("no answer", "outbound"),
    ]


def test_a_reply_is_theirs_even_where_the_row_says_that_we_wrote(cast: Cast, session: Scoped, halden: Account) -> None:
    lines = "date,account,type,direction,outcome\n2026-11-20,Halden,e-mail,outbound,replied\n"
    batch = applied(cast, session(), "touches", lines)
    assert rows(session(), batch)[0].message == "“replied” is what they do: it counts as theirs."
    assert touches(session)[0].direction.value == "inbound"


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("f240bbac-87c9-4f6e-bf70-924b57d47db7", "connected"),
        ("A4C4C377-D246-4B32-A13B-75A56A4CD0FF", "connected"),
        ("b2cf5968-551e-4856-9783-52b3da59a7d0", "voicemail"),
        ("9d9162e7-6cf3-4944-bf63-4dff82258764", "no answer"),
        ("73a0d17f-1163-4015-bdd5-ec830791da20", "no answer"),
        ("17b47fee-58de-441e-a44c-c6300d46f273", "wrong number"),
    ],
)
def test_the_results_of_hubspot_calls_are_known_by_their_numbers_too(number: str, outcome: str) -> None:
    assert activity(Channel.CALL, number, "OUTBOUND") == Activity(
        Channel.CALL, Direction.OUTBOUND, outcome, understood=True
    )


def test_a_meeting_without_an_outcome_was_booked_and_not_held(cast: Cast, session: Scoped, halden: Account) -> None:
    batch = applied(cast, session(), "touches", HUBSPOT_MEETINGS)
    assert [one.outcome for one in touches(session)] == ["held", "no-show", "booked"]
    said = "Nobody says whether the meeting was held: it counts as booked, which is an answer."
    assert said in rows(session(), batch)[2].message
    assert [one.rule.minutes for one in touches(session)] == [30, 0, 2]


def test_a_row_without_an_account_is_where_its_contact_works(cast: Cast, session: Scoped, halden: Account) -> None:
    batch = applied(cast, session(), "touches", "date,email,type\n2026-11-20,ana@halden.example,e-mail\n")
    assert actions(session(), batch) == ["add"]
    assert touches(session)[0].account == halden


def test_nothing_is_logged_that_is_still_to_come(cast: Cast, session: Scoped, halden: Account) -> None:
    batch = staged(cast, session(), "touches", "date,account,type\n2026-11-25,Halden,call\n2026-11-24,Halden,call\n")
    assert actions(session(), batch) == ["bad", "add"]
    assert rows(session(), batch)[0].message == "That is still to come: bring it in once it has happened."


def test_who_opted_out_is_left_alone_in_files_too(cast: Cast, session: Scoped, halden: Account) -> None:
    ana = session.scalars(select(Contact)).one()
    ana.opt_out("call", on=date(2026, 11, 10), by=cast.wen, at=AT)
    session.commit()
    lines = "date,account,type,contact,direction\n{day},Halden,call,Ana Fischer,{way}\n"
    late = staged(cast, session(), "touches", lines.format(day="2026-11-11", way="outbound"))
    assert rows(session(), late)[0].message == (
        "Ana Fischer had opted out of call by then: correct the row, or leave it."
    )
    early = staged(cast, session(), "touches", lines.format(day="2026-11-09", way="outbound"))
    theirs = staged(cast, session(), "touches", lines.format(day="2026-11-11", way="inbound"))
    assert actions(session(), early) + actions(session(), theirs) == ["add", "add"]


def test_an_account_that_is_not_to_be_approached_was_not(cast: Cast, session: Scoped, halden: Account) -> None:
    halden.leave_alone("They asked us to", until=None, by=cast.wen, at=AT)
    session.commit()
    batch = staged(cast, session(), "touches", "date,account,type\n2026-11-20,Halden,call\n")
    assert rows(session(), batch)[0].message == "Halden is marked “do not approach”: They asked us to."


def test_an_opt_out_in_a_file_is_respected_from_then_on(cast: Cast, session: Scoped, halden: Account) -> None:
    lines = "date,account,type,contact,outcome\n2026-11-20,Halden,e-mail,{who},unsubscribed\n"
    unknown = staged(cast, session(), "touches", lines.format(who="Somebody"))
    assert "does not say who opted out" in rows(session(), unknown)[0].message
    applied(cast, session(), "touches", lines.format(who="Ana Fischer"))
    session.expire_all()
    assert session.scalars(select(Contact)).one().opted_out == {"email": "2026-11-20"}


def test_a_file_can_be_taken_back_as_a_whole_and_come_in_again(cast: Cast, session: Scoped, halden: Account) -> None:
    batch = applied(cast, session(), "touches", TASKS)
    with pytest.raises(RuleBroken, match="Say why"):
        take_back(batch, reason=" ", organisation=cast.organisation, by=cast.wen, at=AT)
    assert take_back(batch, reason="Wrong month", organisation=cast.organisation, by=cast.wen, at=AT) == 3
    session.commit()
    assert {one.void_reason for one in touches(session)} == {"Wrong month"}
    assert session.scalar(select(func.count()).select_from(Credit)) == 0
    assert list(differences(session())) == []
    assert actions(session(), applied(cast, session(), "touches", TASKS))[:3] == ["add", "add", "add"]


def test_only_an_applied_file_of_touches_is_taken_back(cast: Cast, session: Scoped, halden: Account) -> None:
    accounts = applied(cast, session(), "accounts", "name\nOrbis\n")
    waiting = staged(cast, session(), "touches", TASKS)
    for batch, why in ((accounts, "Only touches"), (waiting, "not applied")):
        with pytest.raises(RuleBroken, match=why):
            take_back(batch, reason="No", organisation=cast.organisation, by=cast.wen, at=AT)


def test_somebody_brings_a_file_in_and_takes_it_back_in_a_browser(
    client: FlaskClient, cast: Cast, session: Scoped, halden: Account
) -> None:
    wen = cast.wen
    session.rollback()
    sign_in(client, wen)
    address = send(client, "touches", HUBSPOT_MEETINGS).headers["Location"]
    assert "Stay out" in client.get(address).text
    assert confirm(client, address).status_code == 303
    assert "Take 3 touches back" in client.get(address).text
    refused = client.post(f"{address}/voids", data={"reason": ""})
    assert (refused.status_code, "Say why these touches do not count." in refused.text) == (422, True)
    client.post(f"{address}/voids", data={"reason": "Twice"})
    assert "Taken back, with its reason: 3 touches of file.csv." in client.get(address).text
    assert Counter(one.voided_at is None for one in touches(session)) == {False: 3}
    assert session.scalars(select(Import.state)).one() is ImportState.TAKEN_BACK
