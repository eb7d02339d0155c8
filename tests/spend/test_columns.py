"""Files as finance and Salesforce write them: what they say beside the ledger, and what stays out."""

from __future__ import annotations

import html
import io
import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.campaigns.creating import create_campaign
from abm.campaigns.drafting import Play
from abm.campaigns.models import Campaign
from abm.people.seats import programmes
from abm.spend.files import ReadFile, read_spend
from abm.spend.models import SpendFacts, SpendLine, enter_spend
from abm.touches.kinds import Channel
from tests.cast import Cast, sign_in
from tests.spend.book import AT, DAY

HEAD = "Kind,What for,Day,Amount,Currency,Campaign,Play,Number\n"
REPORT = (
    "Campaign ID,Campaign Name,Type,Status,Start Date,End Date,Budgeted Cost in Campaign,Actual Cost in Campaign\n"
    '701A,Boxes,Direct Mail,In Progress,2026-11-01,2026-11-30,"14,000.00","12,345.67"\n'
    "701B,Round table,Event,Planned,2026-11-10,,9000.50,0.00\n"
    "701C,Crates,Event,Planned,2026-11-10,,1000,\n"
    "701D,Boxes,Event,Planned,2026-11-10,,0,\n"
)


def campaign(cast: Cast, session: scoped_session[Session], name: str) -> Campaign:
    made = create_campaign(cast.organisation, name=name, starts_on=DAY, ends_on=DAY, by=cast.priya, at=AT)
    session.flush()
    return made


def read(cast: Cast, session: scoped_session[Session], content: str) -> ReadFile:
    return read_spend(
        session(),
        content.encode(),
        organisation=cast.organisation,
        campaigns=session.scalars(select(Campaign)).all(),
        programmes=programmes(session()),
    )


def enter_all(cast: Cast, session: scoped_session[Session], file: ReadFile) -> None:
    for line in file.good:
        assert isinstance(line.facts, SpendFacts)
        enter_spend(session(), line.facts, by=cast.priya, at=AT)


def test_a_campaign_report_of_salesforce_tells_what_was_budgeted_and_what_it_cost(
    cast: Cast, session: scoped_session[Session]
) -> None:
    campaign(cast, session, "Boxes"), campaign(cast, session, "Round table")
    file = read(cast, session, REPORT)
    told = [
        (line.facts.what, line.facts.basis.value, line.facts.amount, line.facts.first_day, line.facts.last_day)
        for line in file.good
        if line.facts
    ]
    assert told == [
        ("Boxes", "planned", 14_000_00, date(2026, 11, 1), date(2026, 11, 30)),
        ("Boxes", "actual", 12_345_67, date(2026, 11, 1), date(2026, 11, 30)),
        ("Round table", "planned", 9_000_50, date(2026, 11, 10), date(2026, 11, 10)),
    ]
    assert [(line.number, line.message) for line in file.refused] == [
        (4, "There is no campaign “Crates”: write its name as it is here."),
        (5, "It has no cost: write what was budgeted or what it cost."),
    ]
    enter_all(cast, session, file)
    later = read(cast, session, REPORT.replace("12,345.67", "12,999.00"))
    assert (len(later.good), len(later.same)) == (0, 2)
    said = [line.message for line in later.refused if "701A" in line.message]
    assert said == [
        "“701A actual” is in the ledger and says something else (“Boxes”, 12345.67 EUR): correct that line there."
    ]


def test_api_names_of_salesforce_are_read_alike(cast: Cast, session: scoped_session[Session]) -> None:
    campaign(cast, session, "Boxes")
    file = read(cast, session, "Id,Name,StartDate,BudgetedCost,CurrencyIsoCode\n701A,Boxes,2026-11-01,900.25,USD\n")
    (line,) = file.good
    assert line.facts
    assert (line.facts.amount, line.facts.currency, line.facts.external_id) == (900_25, "USD", "701A planned")


@pytest.mark.parametrize(
    ("row", "field", "sentence"),
    [
        ("tool,Data,2026-11-24,-5,EUR,,,", "amount", "is below zero"),
        ("tool,Data,2026-11-24,0,EUR,,,", "amount", "Write an amount above zero."),
        ("tool,Data,2026-11-24,5,EUX,,,", "currency", "names no currency"),
        ("tool,Data,1998-11-24,5,EUR,,,", "first_day", "outside the years 2000 to 2098"),
        ("tool,Data,2026-11-24,5,EUR,,,R" + "1" * 40, "external_id", "Use at most 40 characters."),
        ("play,Data,2026-11-24,5,EUR,,,", "campaign", "Choose the campaign"),
        ("play,Data,2026-11-24,5,EUR,Boxes,Crates,", "play", "There is no play “Crates”"),
        ("play,Data,2026-11-24,5,EUR,Boxes,Letter,", "play", "Several are called “Letter”"),
        ("play,Data,2026-11-24,5,EUR,Same name,,", "campaign", "Several are called “Same name”"),
        ("tool,,2026-11-24,5,EUR,,,", "what", "Say what it is for."),
    ],
)
def test_a_line_that_stays_out_names_its_field_and_the_mend(
    cast: Cast, session: scoped_session[Session], row: str, field: str, sentence: str
) -> None:
    boxes = campaign(cast, session, "Boxes")
    boxes.plays = [Play(channel=Channel.CONTENT, what="Letter", day=DAY) for _ in range(2)]
    campaign(cast, session, "Same name"), campaign(cast, session, "Same name")
    session.flush()
    (line,) = read(cast, session, HEAD + row + "\n").refused
    assert (line.number, line.field) == (2, field)
    assert sentence in line.message


def test_a_play_is_named_in_files_and_chosen_in_the_form(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    boxes = campaign(cast, session, "Boxes")
    boxes.plays = [Play(channel=Channel.CONTENT, what=what, day=DAY) for what in ("Letter", "Call")]
    session.flush()
    letter, call = (play.public_id for play in boxes.plays)
    enter_all(cast, session, read(cast, session, HEAD + "play,Print,2026-11-24,5,EUR,boxes,letter,R-1\n"))
    session.commit()
    priya = sign_in(client, cast.priya)
    assert 'name="play"' not in priya.get("/spend/new").text, "no play is asked for before a campaign"
    assert f'value="{call}"' in priya.get("/spend/new?campaign=boxes").text
    said = {"kind": "play", "basis": "actual", "what": "Dialler", "first_day": "2026-11-24", "amount": "7"}
    sent = said | {"currency": "EUR", "campaign": "boxes"}
    assert priya.post("/spend", data=sent | {"play": "abcdefghijklmnop"}).status_code == 422
    assert priya.post("/spend", data=sent | {"play": call}).status_code == 303
    session.rollback()
    assert session.scalars(select(SpendLine.play).order_by(SpendLine.id)).all() == [letter, call]
    session.rollback()
    exported = priya.get("/spend.csv?quarter=2026-q4").text
    assert [row.split(",")[9] for row in exported.replace('"', "").splitlines()] == ["Play", "Call", "Letter"]
    line = session.scalars(select(SpendLine).where(SpendLine.play == call)).one().public_id
    session.rollback()
    assert "play “Call”" in html.unescape(priya.get(f"/spend/lines/{line}").text)


def test_what_was_voided_leaves_as_such_and_does_not_come_back(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    enter_all(cast, session, read(cast, session, HEAD + "tool,Data,2026-11-24,5,EUR,,,R-1\n"))
    session.scalars(select(SpendLine)).one().void(reason="Twice", by=cast.priya, at=AT)
    session.commit()
    priya = sign_in(client, cast.priya)
    exported = priya.get("/spend.csv?quarter=2026-q4&voided=1").data
    page = html.unescape(priya.post("/spend/files", data={"file": (io.BytesIO(exported), "spend.csv")}).text)
    assert "It was voided: “Twice”. Leave the cell blank to enter it anew." in page
    assert not re.search(r"Enter \d", page)
