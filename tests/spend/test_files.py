"""Lines of the ledger come out of a file, and go into one."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from abm.campaigns.creating import create_campaign
from tests.cast import Cast
from tests.spend.book import AT, DAY, browser, enter, facts, lines

FILE = (
    "\ufeffType;Description;Invoice date;End date;Net amount;Currency;Campaign;Invoice number;Budget or actual\r\n"
    "Software;Intent data;24.11.2026;;1.200,50;EUR;;R-1;Actual\r\n"
    "media;Boxes;25.11.2026;;300,00;EUR;boxes;R-2;Budget\r\n"
    "media;Boxes;25.11.2026;;300,00;EUR;Crates;R-3;Actual\r\n"
    "gifts;Cake;25.11.2026;;30,00;EUR;;R-4;Actual\r\n"
    "people;Two marketers;01.10.2026;31.12.2026;42.000,00;;;;\r\n"
    "people;Half a marketer;31.12.2026;01.10.2026;10,00;EUR;;R-6;Actual\r\n"
    "tool;=1+1;26.11.2026;;5,00;EUR;;R-1;Actual\r\n"
)


def test_a_dirty_file_is_shown_line_by_line_and_then_entered_at_once(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    create_campaign(cast.organisation, name="Boxes", starts_on=DAY, ends_on=DAY, by=cast.priya, at=AT)
    priya = browser(client, cast, session)
    answer = priya.post("/spend/files", data={"file": (io.BytesIO(FILE.encode()), "spend.csv")})
    page = html.unescape(answer.text)
    assert answer.status_code == 200
    for sentence in (
        "There is no campaign “Crates”: write its name as it is here.",
        "“gifts” is none of play, programme, tool, people, other.",
        "The last day lies before the first.",
        "“R-1” stands in the file twice: keep one of the lines.",
        "Enter 3 lines",
    ):
        assert sentence in page
    assert lines(session) == [], "nothing is entered before it is confirmed"
    told = re.search(r'name="told" value="([^"]+)"', page)
    assert told
    assert priya.post("/spend/files", data={"told": told[1], "confirm": "1"}).status_code == 303
    entered = [
        ("Intent data", 120_050, "EUR", True),
        ("Boxes", 30_000, "EUR", True),
        ("Two marketers", 42_000_00, "EUR", True),
    ]
    assert lines(session) == entered
    again = html.unescape(priya.post("/spend/files", data={"told": told[1]}).text)
    assert "It is in the ledger already" not in again  # only those that stay out say why
    assert re.search(r"In the ledger already</dt>\s*<dd><span class=\"stat-value\">3<", again)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"Type,Description\r\ntool,Data\r\n", "The file has no column “day” and “amount”"),
        (b"PK\x03\x04 no table", "compressed file"),
    ],
)
def test_a_file_that_is_no_ledger_is_refused(
    client: FlaskClient, cast: Cast, session: scoped_session[Session], content: bytes, sentence: str
) -> None:
    answer = browser(client, cast, session).post("/spend/files", data={"file": (io.BytesIO(content), "spend.csv")})
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.text)


def test_what_leaves_as_csv_runs_no_formula_and_comes_back_as_it_was(
    client: FlaskClient, cast: Cast, session: scoped_session[Session]
) -> None:
    enter(cast, session, facts(12_50, what="=SUM(A1)", external_id="R-9"))
    priya = browser(client, cast, session)
    exported = priya.get("/spend.csv?quarter=2026-q4").data
    assert b'"\'=SUM(A1)"' in exported
    (address,) = re.findall(r"/spend/lines/[a-z0-9]+", priya.get("/spend?quarter=2026-q4").text)
    priya.post(f"{address}/voidings", data={"reason": "To bring it back"})
    page = priya.post("/spend/files", data={"file": (io.BytesIO(exported), "spend.csv")}).text
    told = re.search(r'name="told" value="([^"]+)"', page)
    assert told
    priya.post("/spend/files", data={"told": told[1], "confirm": "1"})
    assert lines(session) == [("=SUM(A1)", 12_50, "EUR", False), ("=SUM(A1)", 12_50, "EUR", True)]
