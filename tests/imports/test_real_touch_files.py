"""Activities as real systems hold them: each file is read, or refused in a sentence that says what it lacks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import Account, add_contact, create_account, know_as
from abm.imports.activity_words import channel_of_subject
from abm.imports.staging import ColumnsMissing
from abm.touches.kinds import Channel
from abm.touches.models import Touch
from tests.cast import Cast
from tests.imports.files import AT, actions, applied, rows, staged

Scoped = scoped_session[Session]


def test_events_of_a_salesforce_warehouse_go_to_the_accounts_that_are_known(
    cast: Cast, session: Scoped, shared_data: Path
) -> None:
    halden = create_account(cast.organisation, name="Halden", by=cast.wen, at=AT)
    ana = add_contact(halden, name="Ana Fischer", by=cast.wen, at=AT)
    know_as(halden, system="salesforce", value="0011G00000eLwuWQAS")
    know_as(ana, system="salesforce", value="0031G00001Pji7ZQAR")
    know_as(cast.marcus, system="salesforce", value="0051G000007Ez4XQAS")
    session.commit()
    content = (shared_data / "salesforce_warehouse" / "sf_event_data.csv").read_bytes()
    batch = applied(cast, session(), "touches", content)
    assert (batch.profile, batch.counts) == ("salesforce", {"add": 1, "update": 0, "same": 0, "bad": 9})
    assert {row.message for row in rows(session(), batch) if row.action == "bad"} > {
        "There is no account 0011G00000gXz9HQAS: import or add it first."
    }
    touch = session.scalars(select(Touch)).one()
    assert (touch.account, touch.contact, touch.logged_by) == (halden, ana, cast.marcus)
    assert (touch.sentence, str(touch.day)) == ("Call: no answer", "2019-11-11")


TASKS = "id,account_id,activity_date,completed_date_time,task_subtype,status,is_deleted,is_archived,_fivetran_synced\n"


@pytest.fixture
def halden(cast: Cast, session: Scoped) -> Account:
    """An account that Salesforce and HubSpot know as 1."""
    account = create_account(cast.organisation, name="Halden", by=cast.wen, at=AT)
    for system in ("salesforce", "hubspot"):
        know_as(account, system=system, value="1")
    session.commit()
    return account


def test_times_of_a_warehouse_are_those_of_utc(cast: Cast, session: Scoped, halden: Account) -> None:
    lines = (
        "a,1,2026-11-20 00:00:00,2026-11-20 23:30:00,Call,Completed,FALSE,FALSE,2026-11-21 04:00:00\n"
        "b,1,2026-11-20 00:00:00,,Call,Completed,f,TRUE,2026-11-21 04:00:00\n"
        "c,1,2026-11-19 00:00:00,2026-11-20 00:00:00,Call,Completed,f,,2026-11-21 04:00:00\n"
    )
    batch = applied(cast, session(), "touches", TASKS + lines)
    assert "It comes out of a warehouse: times that name no zone are read as UTC." in batch.notes["notes"]
    third, second, first = session.scalars(select(Touch).order_by(Touch.at)).all()
    assert (first.at, str(first.day)) == (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "2026-11-21")  # in Berlin
    assert (second.at, str(second.day)) == (datetime(2026, 11, 20, 11, 0, tzinfo=UTC), "2026-11-20")  # a day: its noon
    assert third.at == datetime(2026, 11, 20, tzinfo=UTC)


def test_what_is_deleted_there_stays_out_and_says_so(cast: Cast, session: Scoped, halden: Account) -> None:
    lines = "a,1,2026-11-20,,Call,Completed,TRUE,,\nb,1,2026-11-20,,Call,Completed,FALSE,TRUE,\n"
    batch = staged(cast, session(), "touches", TASKS + lines)
    assert (batch.profile, actions(session(), batch)) == ("salesforce", ["bad", "add"])
    assert rows(session(), batch)[0].message == "It is deleted in the other system: it stays out."
    head = "engagement_id,company_id,hs_timestamp,hs_call_direction,_fivetran_deleted,isArchived\n"
    calls = "1,1,2026-11-20,OUTBOUND,true,\n2,1,2026-11-20,OUTBOUND,false,true\n3,1,2026-11-20,OUTBOUND,false,false\n"
    batch = staged(cast, session(), "touches", head + calls)
    assert (batch.profile, actions(session(), batch)) == ("hubspot", ["bad", "bad", "add"])


@pytest.mark.parametrize(
    ("subject", "channel"),
    [
        ("Call", Channel.CALL),
        ("call with Ana about content", Channel.CALL),
        ("E-mail: Re: our offer", Channel.EMAIL),
        ("LinkedIn message to Ana", Channel.SOCIAL),
        ("Face to face with Ana", Channel.MEETING),
        *((words, None) for words in ("Content review", "Event planning", "Web: new page", "Gift to Ana", "Call list")),
        *((words, None) for words in ("Calls", "Email campaign to all", "Prepare the call with Ana", "Re: call", "")),
    ],
)
def test_a_subject_tells_only_what_begins_as_people_write_it(subject: str, channel: Channel | None) -> None:
    assert channel_of_subject(subject) is channel


def test_a_task_that_is_a_contact_by_its_subject_says_so(cast: Cast, session: Scoped, halden: Account) -> None:
    lines = "2026-11-20,Halden,Task,Call with Ana\n2026-11-20,Halden,Task,Content review\n"
    batch = staged(cast, session(), "touches", "date,account,type,subject\n" + lines)
    assert [(row.action.value, row.message) for row in rows(session(), batch)] == [
        ("add", "By its subject it counts as call."),
        ("bad", "By its type this is an errand and no contact with anybody: it stays out."),
    ]


def test_tasks_that_are_errands_or_hashed_stay_out_and_say_so(cast: Cast, session: Scoped, shared_data: Path) -> None:
    halden = create_account(cast.organisation, name="Halden", by=cast.wen, at=AT)
    for value in ("0011G00000hC8aMQAS", "0011G00000jWVWoQAO"):
        know_as(halden, system="salesforce", value=value)
    session.commit()
    content = (shared_data / "salesforce_warehouse" / "sf_task_data.csv").read_bytes()
    batch = staged(cast, session(), "touches", content)
    assert set(actions(session(), batch)) == {"bad"}
    said = [row.message for row in rows(session(), batch)]
    assert said[0] == "“X” is no channel that is known here: write call, e-mail …"
    assert said[2] == "By its type this is an errand and no contact with anybody: it stays out."
    assert said[3] == "The row names no account, and nobody whom we know: write where it was."


@pytest.mark.parametrize("name", ["call", "meeting", "email", "task", "note"])
def test_engagements_without_an_account_are_refused_as_a_whole(
    cast: Cast, session: Scoped, shared_data: Path, name: str
) -> None:
    content = (shared_data / "hubspot_warehouse" / f"engagement_{name}_data.csv").read_bytes()
    with pytest.raises(ColumnsMissing, match="needs a column for “Account name” or “Id of the account”"):
        staged(cast, session(), "touches", content)
