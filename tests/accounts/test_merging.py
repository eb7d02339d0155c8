"""One person who is there twice: merged, known as one everywhere, and two again where that was wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.merging import alike, merge_contacts, split_contact
from abm.accounts.models import Account, BuyingRole, Contact, add_contact, create_account, know_as
from abm.audit.models import Event
from abm.kit.rules import RuleBroken
from abm.stages.models import Stage
from abm.stages.queries import stages_on
from abm.touches.logging import log_touch
from abm.touches.models import Channel, Direction, Touch, TouchSide
from tests.cast import Cast, sign_in
from tests.imports.files import actions, applied, rows, staged

Scoped = scoped_session[Session]
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def halden(cast: Cast) -> Account:
    return create_account(cast.organisation, name="Halden Freight", by=cast.wen, at=AT)


@pytest.fixture
def sigrid(cast: Cast, halden: Account) -> Contact:
    return add_contact(halden, name="Sigrid Lie", email="sigrid@halden.example", by=cast.tomas, at=AT)


@pytest.fixture
def twin(cast: Cast, halden: Account, sigrid: Contact, session: Scoped) -> Contact:
    """The same person as somebody else wrote her down."""
    contact = add_contact(
        halden,
        name="S. Lie",
        title="Head of Supply",
        phone="+47 1",
        buying_role=BuyingRole.CHAMPION,
        by=cast.wen,
        at=AT,
    )
    session.commit()
    return contact


def replied(cast: Cast, account: Account, contact: Contact, key: str) -> Touch:
    return log_touch(
        account,
        organisation=cast.organisation,
        by=cast.tomas,
        at=AT,
        client_key=key,
        side=TouchSide.SALES,
        direction=Direction.INBOUND,
        channel=Channel.WEBINAR,
        outcome="attended",
        when=AT.replace(hour=9),
        contact=contact,
    )


def test_what_is_missing_comes_over_and_nothing_is_overwritten(
    cast: Cast, sigrid: Contact, twin: Contact, session: Scoped
) -> None:
    merge_contacts(sigrid, twin, by=cast.tomas, at=AT)
    session.commit()
    assert (sigrid.name, sigrid.email, sigrid.title) == ("Sigrid Lie", "sigrid@halden.example", "Head of Supply")
    assert sigrid.buying_role is BuyingRole.CHAMPION
    assert twin.standing is sigrid
    assert twin.archived_at == AT


def test_who_left_either_alone_is_left_alone_from_the_earlier_day(cast: Cast, sigrid: Contact, twin: Contact) -> None:
    sigrid.opt_out("email", on=date(2026, 11, 3), by=cast.tomas, at=AT)
    twin.opt_out("email", on=date(2026, 10, 1), by=cast.tomas, at=AT)
    twin.opt_out("call", on=date(2026, 11, 9), by=cast.tomas, at=AT)
    merge_contacts(sigrid, twin, by=cast.tomas, at=AT)
    assert sigrid.opted_out == {"email": "2026-10-01", "call": "2026-11-09"}


def test_touches_keep_their_contact_and_are_shown_under_the_one_who_stands(
    cast: Cast, halden: Account, sigrid: Contact, twin: Contact
) -> None:
    touch = replied(cast, halden, twin, "one")
    merge_contacts(sigrid, twin, by=cast.tomas, at=AT)
    assert touch.contact is twin
    assert touch.contact.standing.name == "Sigrid Lie"


def test_one_person_is_no_two_people_for_the_stage(
    cast: Cast, halden: Account, sigrid: Contact, twin: Contact, session: Scoped
) -> None:
    for number, contact in enumerate((sigrid, sigrid, twin, twin)):  # half an hour each
        replied(cast, halden, contact, f"webinar {number}")
    session.commit()
    assert stages_on(session(), [halden.id], date(2026, 11, 24))[halden.id].stage is Stage.MQA
    merge_contacts(sigrid, twin, by=cast.tomas, at=AT)
    session.commit()
    assert stages_on(session(), [halden.id], date(2026, 11, 24))[halden.id].stage is Stage.ENGAGED


def test_a_merge_is_taken_back(cast: Cast, sigrid: Contact, twin: Contact, session: Scoped) -> None:
    merge_contacts(sigrid, twin, by=cast.tomas, at=AT)
    with pytest.raises(RuleBroken, match="take the merge back instead"):
        twin.restore(by=cast.tomas, at=AT)
    split_contact(twin, by=cast.tomas, at=AT)
    session.commit()
    assert (twin.standing, twin.archived_at) == (twin, None)
    verbs = list(session.scalars(select(Event.verb).where(Event.subject_id == twin.id, Event.subject == "contact")))
    assert verbs == ["added", "merged", "split"]
    with pytest.raises(RuleBroken, match="is not merged"):
        split_contact(twin, by=cast.tomas, at=AT)


def events(session: Scoped, contact: Contact, verb: str) -> list[Event]:
    query = select(Event).where(Event.subject == "contact", Event.subject_id == contact.id, Event.verb == verb)
    return list(session.scalars(query))


def test_taken_apart_both_are_left_alone_by_what_either_asked_meanwhile(
    cast: Cast, halden: Account, sigrid: Contact, twin: Contact, session: Scoped
) -> None:
    sigrid.opt_out("call", on=date(2026, 11, 2), by=cast.tomas, at=AT)  # of her alone
    twin.opt_out("event", on=date(2026, 11, 3), by=cast.tomas, at=AT)
    merge_contacts(sigrid, twin, by=cast.tomas, at=AT)
    sigrid.opt_out("email", on=date(2026, 11, 20), by=cast.tomas, at=AT)
    unsubscribed: dict[str, Any] = {"side": TouchSide.SALES, "direction": Direction.INBOUND, "outcome": "opted out"}
    log_touch(
        halden,
        organisation=cast.organisation,
        by=cast.tomas,
        at=AT,
        client_key="on the one who was merged",
        channel=Channel.SOCIAL,
        when=AT.replace(day=22),
        contact=twin,
        **unsubscribed,
    )
    assert sigrid.opted_out.keys() == {"call", "event", "email", "social"}
    split_contact(twin, by=cast.tomas, at=AT)
    session.commit()
    assert twin.opted_out == {"event": "2026-11-03", "email": "2026-11-20", "social": "2026-11-22"}
    assert sigrid.opted_out.keys() == {"call", "event", "email", "social"}
    assert events(session, twin, "merged")[0].after["opted_out"] == {"event": "2026-11-03"}
    assert events(session, twin, "split")[0].after == {
        "account": halden.id,
        "from": sigrid.public_id,
        "opted_out": {"email": "2026-11-20", "social": "2026-11-22"},
    }


def test_who_left_is_not_merged_for_taken_back_they_would_be_here(cast: Cast, sigrid: Contact, twin: Contact) -> None:
    twin.archive(by=cast.tomas, at=AT)
    for kept, other in ((sigrid, twin), (twin, sigrid)):
        with pytest.raises(RuleBroken, match=r"S\. Lie is archived: take them back first"):
            merge_contacts(kept, other, by=cast.tomas, at=AT)


def test_nobody_is_merged_through_a_third(
    cast: Cast, halden: Account, sigrid: Contact, twin: Contact, session: Scoped
) -> None:
    third = add_contact(halden, name="Sigrid", by=cast.wen, at=AT)
    merge_contacts(twin, third, by=cast.tomas, at=AT)
    why = r"Sigrid is known as S\. Lie: merge Sigrid Lie into S\. Lie instead, or take them apart first\."
    with pytest.raises(RuleBroken, match=why):
        merge_contacts(sigrid, twin, by=cast.tomas, at=AT)
    merge_contacts(twin, sigrid, by=cast.tomas, at=AT)
    split_contact(third, by=cast.tomas, at=AT)
    session.commit()
    assert (sigrid.standing, third.standing, twin.standing) == (twin, third, twin)


def test_what_makes_no_sense_is_refused(cast: Cast, halden: Account, sigrid: Contact, twin: Contact) -> None:
    elsewhere = create_account(cast.organisation, name="Orbis", by=cast.wen, at=AT)
    stranger = add_contact(elsewhere, name="Sigrid Lie", by=cast.wen, at=AT)
    for kept, other, why in (
        (sigrid, sigrid, "into themselves"),
        (sigrid, stranger, "two accounts are two people"),
    ):
        with pytest.raises(RuleBroken, match=why):
            merge_contacts(kept, other, by=cast.tomas, at=AT)
    merge_contacts(sigrid, twin, by=cast.tomas, at=AT)
    for kept, other in ((sigrid, twin), (twin, sigrid)):
        with pytest.raises(RuleBroken, match=r"S\. Lie was merged into another contact already"):
            merge_contacts(kept, other, by=cast.tomas, at=AT)


def test_who_looks_like_the_same_person_is_offered_first(cast: Cast, halden: Account, sigrid: Contact) -> None:
    ana = add_contact(halden, name="Ana Berg", by=cast.wen, at=AT)
    lie = add_contact(halden, name="Lie Sigrid", by=cast.wen, at=AT)
    post = add_contact(halden, name="Z. L.", email="sigrid@halden.example", by=cast.wen, at=AT)
    assert alike(sigrid, [ana, sigrid, lie, post]) == [post, lie, ana]


def test_files_that_know_the_former_contact_mean_the_one_who_stands(
    cast: Cast, halden: Account, sigrid: Contact, twin: Contact, session: Scoped
) -> None:
    know_as(twin, system="plain", value="C7")
    merge_contacts(sigrid, twin, by=cast.tomas, at=AT)
    session.commit()
    people = "id,name,account,title\nC7,S. Lie,Halden Freight,Director\n"
    batch = staged(cast, session(), "people", people)
    assert (actions(session(), batch), rows(session(), batch)[0].changes) == (
        ["update"],
        {"title": ["Head of Supply", "Director"]},
    )
    calls = "date,account,type,contact id,contact\n{0},C7,\n{0},,S. Lie\n".format("2026-11-20,Halden Freight,call")
    applied(cast, session(), "touches", calls)
    assert {touch.contact for touch in session.scalars(select(Touch))} == {sigrid}


def test_somebody_merges_and_takes_apart_in_a_browser(
    client: FlaskClient, cast: Cast, sigrid: Contact, twin: Contact, session: Scoped
) -> None:
    halden = sigrid.account
    kept = f"/accounts/{halden.slug}/contacts/{sigrid.public_id}"
    other, of_other = twin.public_id, f"/accounts/{halden.slug}/contacts/{twin.public_id}"
    wen = cast.wen
    session.rollback()
    sign_in(client, wen)
    assert "The same person is here twice" in client.get(f"{kept}/edit").text
    refused = client.post(f"{kept}/merges", data={"other": ""})
    assert (refused.status_code, "Choose who is the same person." in refused.text) == (422, True)
    assert client.post(f"{kept}/merges", data={"other": other}).headers["Location"].endswith(f"{kept}/edit")
    assert "S. Lie is known as Sigrid Lie from now on." in client.get(f"{kept}/edit").text
    assert client.get(f"{of_other}/edit").headers["Location"].endswith(f"{kept}/edit")
    assert client.post(f"{of_other}/splits").status_code == 303
    assert "Also known as" not in client.get(f"{kept}/edit").text
