"""Imports on the web: what cannot be taken is said in a sentence and leaves nothing, what can is applied as a whole."""

from __future__ import annotations

import dataclasses
import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from abm.accounts.models import Account, Opportunity
from tests.cast import Cast, sign_in
from tests.imports.files import confirm, counted, send

Scoped = scoped_session[Session]

ACCOUNTS = "name,website,country\nHalden Freight,halden.example,NO\nOrbis Pharma,orbis.example,DE\n"
BIG = b"name\n" + b"x" * 10_000_000 + b"\n"
WHOLE_FILE = {
    "empty": (b"", "The file is empty"),
    "a workbook": (b"PK\x03\x04....[Content_Types].xml", "This is an Excel workbook, not CSV"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "This is a picture, not CSV"),
    "no column with the name": (b"city,country\nOslo,NO\n", "name"),
    "one heading twice": (b"name,city,Name\nA,B,C\n", "Columns A and C have the same name"),
    "a cell of ten megabytes": (BIG, "Row 2 is longer than 2 MB"),
    "UTF-16": ("name\nHalden\n".encode("utf-16"), "UTF-16 or UTF-32"),
    "no known letters": (b"name\nOs\x8dlo\n", "neither UTF-8 nor Windows-1252"),
    "a NUL byte": (b"name,city\nHalden,Os\0lo\n", "Line 2 of the file holds a NUL byte"),
}


@pytest.fixture
def wen(client: FlaskClient, cast: Cast, session: Scoped) -> FlaskClient:
    """RevOps in a browser; the test's own session holds nothing open."""
    session.rollback()
    return sign_in(client, cast.wen)


def words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def count(session: Scoped) -> dict[str, int]:
    """How many rows there are; lets go of the database, so that the next request can write."""
    session.rollback()
    found = counted(session())
    session.rollback()
    return found


@pytest.mark.parametrize("what", WHOLE_FILE)
@pytest.mark.parametrize("kind", ["accounts", "opportunities", "people"])
def test_a_fault_of_the_file_refuses_the_file_in_a_sentence(
    wen: FlaskClient, session: Scoped, kind: str, what: str
) -> None:
    content, sentence = WHOLE_FILE[what]
    before = count(session)
    answer = send(wen, kind, content)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert count(session) == before


def test_a_form_without_a_file_and_one_of_another_kind_are_refused(wen: FlaskClient, session: Scoped) -> None:
    before = count(session)
    assert "Choose a file." in words(wen.post("/imports", data={"kind": "accounts", "encoding": ""}))
    assert send(wen, "campaigns", ACCOUNTS).status_code == 422
    assert send(wen, "accounts", ACCOUNTS, encoding="klingon").status_code == 422
    assert count(session) == before


BAD_ROWS = {
    "a day that does not exist": ("opportunities", "created", "2026-02-30", "day"),
    "a month that does not exist": ("opportunities", "close date", "2026-13-01", "day"),
    "a negative amount": ("opportunities", "amount", "-12000", "amount"),
    "an amount that is none": ("opportunities", "amount", "twelve", "amount"),
    "a domain with spaces": ("accounts", "website", "halden freight.example", "space"),
    "employees below nothing": ("accounts", "employees", "-5", "employees"),
}


@pytest.mark.parametrize("what", BAD_ROWS)
def test_a_bad_row_stays_out_and_says_which_cell_while_the_good_one_comes_in(
    wen: FlaskClient, session: Scoped, what: str
) -> None:
    kind, column, cell, told = BAD_ROWS[what]
    answer = send(wen, kind, f"name,{column},stage\nBad one,{cell},Talking\nGood one,,Talking\n")
    assert answer.status_code == 303, words(answer)
    if kind == "opportunities":
        assert "Talking" in words(wen.get(answer.location))
        wen.post(f"{answer.location}/choices", data={"stage-0": "open"})
    preview = wen.get(answer.location)
    shown = words(preview)
    assert cell in shown
    assert told in shown.lower()
    assert re.search(r'<th scope="row" class="num">2</th>', preview.text), "rows are told by the spreadsheet's number"
    assert confirm(wen, answer.location).status_code == 303
    session.rollback()
    brought = Account if kind == "accounts" else Opportunity
    assert session.scalars(select(brought.name)).all() == ["Good one"]


FORMULAS = ("=cmd|'/C calc'!A0", "+SUM(A1)", "-2+3", "@import", "\t=1+1")


def test_cells_that_a_spreadsheet_would_run_stay_text_and_leave_as_text(wen: FlaskClient, session: Scoped) -> None:
    lines = "".join(f'"{cell}",no domain here\n' for cell in FORMULAS)
    answer = send(wen, "accounts", "name,website\n" + lines)
    assert answer.status_code == 303
    assert "<script" not in wen.get(answer.location).text.split("<main", 1)[1]
    file = wen.get(f"{answer.location}/bad-rows.csv").get_data(as_text=True)
    cells = [line.split('","')[0].strip('"\ufeff') for line in file.splitlines()[1:]]
    assert len(cells) == len(FORMULAS)
    assert all(cell.startswith("'") for cell in cells), cells


def test_markup_in_a_file_is_text_on_the_page(wen: FlaskClient) -> None:
    answer = send(wen, "accounts", "name,website\n<script>alert(1)</script>,x y\n", name="<b>file</b>.csv")
    page = wen.get(answer.location).text
    assert "<script>alert(1)" not in page
    assert "<b>file</b>" not in page
    assert "&lt;script&gt;" in page


def test_the_preview_writes_no_fact_and_the_confirmation_all_of_them_once(wen: FlaskClient, session: Scoped) -> None:
    before = count(session)
    answer = send(wen, "accounts", ACCOUNTS, name="crm.csv")
    assert {name for name, rows in count(session).items() if rows != before[name]} == {"Import", "ImportRow"}
    page = words(wen.get(answer.location))
    assert "New 2" in page
    assert "Apply 2 rows" in page
    assert confirm(wen, answer.location).status_code == 303
    after = count(session)
    assert after["Account"] == before["Account"] + 2
    again = wen.post(f"{answer.location}/applications", data={"revision": "1"})
    assert again.status_code == 303
    assert count(session) == after


def test_the_same_file_twice_changes_nothing_and_says_so(wen: FlaskClient, session: Scoped) -> None:
    confirm(wen, send(wen, "accounts", ACCOUNTS).location)
    facts = {name: rows for name, rows in count(session).items() if not name.startswith("Import")}
    second = send(wen, "accounts", ACCOUNTS)
    page = words(wen.get(second.location))
    assert "This very file was applied before" in page
    assert "The same 2" in page
    assert "there is nothing to apply" in page
    assert {name: rows for name, rows in count(session).items() if name in facts} == facts


def test_a_preview_that_facts_have_overtaken_is_shown_again_before_it_is_applied(
    wen: FlaskClient, session: Scoped
) -> None:
    first, second = (
        send(wen, "accounts", ACCOUNTS),
        send(wen, "accounts", ACCOUNTS + "Kestrel Foods,kestrel.example,GB\n"),
    )
    confirm(wen, first.location)
    seen = re.search(r'name="revision" value="(\d+)"', wen.get(second.location).text)
    assert seen is not None
    stale = wen.post(f"{second.location}/applications", data={"revision": seen[1]}, follow_redirects=True)
    assert "has changed since this preview" in words(stale)
    assert count(session)["Account"] == 2
    confirm(wen, second.location)
    assert count(session)["Account"] == 3


def test_a_column_under_another_name_is_mapped_by_a_person(wen: FlaskClient) -> None:
    asked = send(wen, "accounts", "Firma,Land\nHalden,NO\n")
    assert asked.status_code == 422
    assert "Firma" in words(asked)
    assert 'name="column-name"' in asked.text
    answer = send(wen, "accounts", "Firma,Land\nHalden,NO\n", **{"column-name": "Firma"})
    assert answer.status_code == 303
    assert "New 1" in words(wen.get(answer.location))


def test_a_discarded_file_cannot_be_applied(wen: FlaskClient, session: Scoped) -> None:
    answer = send(wen, "accounts", ACCOUNTS)
    assert wen.post(f"{answer.location}/discards").status_code == 303
    assert wen.post(f"{answer.location}/applications", data={"revision": "1"}).status_code == 409
    assert count(session)["Account"] == 0


def test_five_identical_uploads_of_one_form_are_one_import(wen: FlaskClient, session: Scoped) -> None:
    sent = [send(wen, "accounts", ACCOUNTS, idempotency_key="k" * 32).location for _ in range(5)]
    assert len(set(sent)) == 1
    assert count(session)["Import"] == 1


def test_an_upload_over_the_limit_is_refused_before_it_is_read(wen: FlaskClient, session: Scoped) -> None:
    app = wen.application
    app.config["ABM"] = dataclasses.replace(app.config["ABM"], upload_limit=100_000)
    answer = send(wen, "accounts", b"name\n" + b"Halden\n" * 50_000)
    assert answer.status_code == 413
    assert "larger than this page takes" in words(answer)
    assert count(session)["Import"] == 0
