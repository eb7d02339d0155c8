"""Plays out of a file: what every line would do, what stays out and why, and that nothing is counted twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.contacts import add_contact
from abm.campaigns.models import Campaign
from abm.campaigns.play_records import PlayRecord
from abm.imports.play_files import PlayFile
from abm.touches.kinds import Direction
from abm.touches.models import Touch
from tests.campaigns.world import NOW, World
from tests.cast import Cast

LATER = datetime(2026, 12, 10, 10, 0, tzinfo=UTC)
DIRTY = """\
Campaign Name;Play;Company (Account);Email;Member Status;Responded;Member First Associated Date;First Responded Date
Cold chain, on time;Invitation;Halden Freight;mira@halden.example;Replied;1;27.11.2026;30.11.2026
cold chain, on time;invitation;KESTREL FOODS GmbH;;Sent;0;27.11.2026;
Cold chain, on time;Invitation;Kestrel Foods;;Sent;0;27.11.2026;
Cold chain, on time;Invitation;Orbis Pharma;nobody@orbis.example;They clicked;yes;;28.11.2026
Cold chain, on time;Live session;Orbis Pharma;;Attended;1;09.12.2026;
Cold chain, on time;Invitation;Tarn Dairies;;Sent;0;27.11.2026;
Cold chain, on time;Invitation;Halden Freihgt;;Sent;0;27.11.2026;
Cold chain, on time;Invitaton;Halden Freight;;Sent;0;27.11.2026;
Warm chain;Invitation;Halden Freight;;Sent;0;27.11.2026;
Cold chain, on time;Invitation;Halden Freight;;Sent;0;31.02.2026;
Cold chain, on time;Invitation;Halden Freight;;Danced;1;27.11.2026;
Cold chain, on time;Invitation;Halden Freight;;Sent;1;27.11.2026;
Cold chain, on time;Invitation;Halden Freight;not an address;Replied;1;27.11.2026;
Cold chain, on time;Live session;Halden Freight;;Attended;1;24.12.2026;
=cmd|' /C calc'!A0;Invitation;Halden Freight;;Sent;0;27.11.2026;
Cold chain, on time;Invitation;Halden Freight
"""
REFUSED = {
    3: "may be Kestrel Foods (a similar name): write its domain or its id",
    7: "not in the audience of Cold chain, on time on 27 Nov 2026",
    8: "No account is called “Halden Freihgt”",
    9: "Cold chain, on time has no play “Invitaton”",
    10: "No campaign that was launched is called “Warm chain”",
    11: "There is no 31 February 2026",
    12: "“Danced” is no response that is known",
    13: "they responded, but not how",
    14: "is no e-mail address",
    15: "still to come",
    16: "No campaign that was launched is called “=cmd",
    17: "fewer cells",
}


@pytest.fixture
def campaign(session: scoped_session[Session], cast: Cast) -> Iterator[Campaign]:
    with time_machine.travel(NOW, tick=False):
        world = World(session(), cast)
        halden = world.accounts["Halden Freight"]
        add_contact(halden, name="Mira Lund", email="mira@halden.example", by=cast.wen, at=NOW)
        found = world.approved()
        world.launch(found)
        session.commit()
    with time_machine.travel(LATER, tick=False):
        yield found


@pytest.fixture
def priya(client: FlaskClient, campaign: Campaign, cast: Cast) -> FlaskClient:
    from tests.cast import sign_in  # noqa: PLC0415 beside its only use

    return sign_in(client, cast.priya)


def upload(browser: FlaskClient, text: str, **fields: str) -> str:
    """Bring a file in; the address of its page."""
    file = (io.BytesIO(text.encode("windows-1252")), "members.csv")
    answer = browser.post("/plays/files", data={"file": file, "encoding": "", **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def confirm(browser: FlaskClient, address: str) -> str:
    page = browser.get(address).text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    answer = browser.post(f"{address}/applications", data={"seen": seen}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def touches(session: Session, direction: Direction) -> list[tuple[str, str, date]]:
    session.rollback()
    rows = session.scalars(select(Touch).where(Touch.direction == direction).order_by(Touch.id))
    found = sorted((touch.account.name, touch.outcome, touch.day) for touch in rows)
    session.rollback()
    return found


def test_a_dirty_file_loses_nothing_and_says_what_to_mend(
    session: scoped_session[Session], priya: FlaskClient, campaign: Campaign
) -> None:
    address = upload(priya, DIRTY)
    page = priya.get(address).text
    assert "Record 4 lines" in page
    file = priya.get(f"{address}/refused.csv").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(file.removeprefix("\ufeff"))))
    assert {int(row[-2]): row[-1] for row in rows[1:]}.keys() == REFUSED.keys()
    for row in rows[1:]:
        assert REFUSED[int(row[-2])] in row[-1]
    assert next(row[0] for row in rows if row[-2] == "16").startswith("'=cmd")
    assert touches(session(), Direction.OUTBOUND) == []

    confirm(priya, address)
    assert touches(session(), Direction.OUTBOUND) == [
        ("Halden Freight", "sent", date(2026, 11, 27)),
        ("Kestrel Foods", "sent", date(2026, 11, 27)),
        ("Orbis Pharma", "invited", date(2026, 12, 9)),
        ("Orbis Pharma", "sent", date(2026, 11, 27)),
    ]
    assert touches(session(), Direction.INBOUND) == [
        ("Halden Freight", "replied", date(2026, 11, 30)),
        ("Orbis Pharma", "attended", date(2026, 12, 9)),
        ("Orbis Pharma", "clicked", date(2026, 11, 28)),
    ]
    records = session.scalars(select(PlayRecord).order_by(PlayRecord.day)).all()
    assert [(one.what, one.source, one.accounts, one.responses) for one in records] == [
        ("Invitation", "csv", 3, 2),
        ("Live session", "csv", 1, 1),
    ]
    reply = session.scalars(select(Touch).where(Touch.outcome == "replied")).one()
    assert reply.contact is not None
    assert reply.contact.name == "Mira Lund"
    session.rollback()


def test_the_same_file_again_records_nothing_and_its_mended_lines_come_in(
    session: scoped_session[Session], priya: FlaskClient, campaign: Campaign
) -> None:
    confirm(priya, upload(priya, DIRTY))
    again = upload(priya, DIRTY)
    page = priya.get(again).text
    assert "recorded before" in page
    assert "No line can be recorded yet" in page
    before = session.scalar(select(func.count(Touch.id)))
    session.rollback()
    refused = priya.get(f"{again}/refused.csv").get_data(as_text=True).removeprefix("\ufeff")
    mended = refused.replace("Halden Freihgt", "Orbis Pharma").replace("Invitaton", "Invitation")
    mended = mended.replace('"Sent","1"', '"They clicked","1"')
    third = upload(priya, mended)
    assert "Record 1 line" in priya.get(third).text  # two of the mended three say what is recorded already
    confirm(priya, third)
    session.rollback()
    assert session.scalar(select(func.count(Touch.id))) == (before or 0) + 1


def test_one_play_needs_no_columns_for_itself_and_ids_name_accounts(
    session: scoped_session[Session], priya: FlaskClient, campaign: Campaign, cast: Cast
) -> None:
    halden = next(one.account for one in campaign.audience if one.account.name == "Halden Freight")
    halden_id = halden.public_id
    play = campaign.live_plays[0].play
    slug = campaign.slug
    session.rollback()
    address = upload(priya, f"External id,Response\n{halden_id},replied\n", campaign=slug, play=play)
    confirm(priya, address)
    assert touches(session(), Direction.OUTBOUND) == [("Halden Freight", "sent", date(2026, 11, 27))]
    assert touches(session(), Direction.INBOUND) == [("Halden Freight", "replied", date(2026, 11, 27))]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Campaign,Play\nA,B\n", "needs a column “Account”, “Domain” or “Account id”"),
        ("Account,Day\nHalden,2026-11-27\n", "needs a column “Play” or “Play id”"),
        ("", "The file is empty"),
        ("Account,Play\n", "no rows below it"),
    ],
)
def test_a_file_that_cannot_be_taken_leaves_nothing(
    session: scoped_session[Session], priya: FlaskClient, text: str, sentence: str
) -> None:
    answer = priya.post("/plays/files", data={"file": (io.BytesIO(text.encode()), "x.csv"), "encoding": ""})
    assert answer.status_code == 422
    assert sentence in answer.text
    session.rollback()
    assert session.scalar(select(func.count(PlayFile.id))) == 0


def test_what_changed_since_somebody_looked_is_looked_at_again(
    session: scoped_session[Session], priya: FlaskClient, campaign: Campaign
) -> None:
    first, second = upload(priya, DIRTY), upload(priya, DIRTY)
    page = priya.get(second).text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    confirm(priya, first)
    answer = priya.post(f"{second}/applications", data={"seen": seen}, follow_redirects=True)
    assert "changed since you looked" in answer.text
    assert priya.post(f"{second}/discards").status_code == 303
    assert priya.post(f"{first}/discards").status_code == 409
