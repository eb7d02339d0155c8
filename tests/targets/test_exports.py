"""What leaves: the right rows under heads that others know, from the stored bytes, and it comes back by our import."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from abm.accounts.models import create_account
from abm.agreement.models import State, Verdict
from abm.agreement.queries import SignatureLine, VersionLine
from abm.agreement.record_proof import own_fingerprint
from abm.imports.headers import recognise
from abm.imports.models import Kind
from abm.imports.values import name as imported_name
from abm.kit.db import db
from abm.kit.spreadsheet import csv_file
from abm.kit.workbook import workbook
from abm.people.programmes import Programme
from abm.targets.comparing import Compared, Said
from abm.targets.content import Content
from abm.targets.diff import difference
from abm.targets.ends import End
from abm.targets.exports import LIST_HEADS, difference_export, list_sheet, terms_sheet, version_export
from abm.targets.kinds import Outcome
from abm.targets.models import TargetList
from abm.targets.policies import DEFAULT_TERMS
from abm.targets.reasons import Reason
from tests.counting import statements
from tests.imports.files import rows, staged
from tests.kit.reading import sheets_of
from tests.targets.browsing import LIST, text
from tests.targets.conftest import BEFORE, NOW, Ground, MakeAccounts, Web
from tests.targets.test_diff import content, row
from tests.targets.test_routes import filled

TODAY = date(2026, 11, 24)
HOSTILE = ["=cmd|' /C calc'!A0", "+49 Logistik", "-Minus GmbH", "@Home", "'Quoted", "Müller & Søn, Łódź", 'The "Inn"']


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def a_list(slug: str = "", number: int = 1) -> TargetList:
    programme = Programme(id=number, slug=slug, name=slug.title())
    return TargetList(quarter="2026-q4", programme=programme)


def a_line(**facts: object) -> VersionLine:
    line = VersionLine(7, 3, "f" * 64, State.SIGNED, 1, "Ines Calder", BEFORE, BEFORE, None, None, None, False)
    return replace(line, **facts)


def test_names_come_back_unchanged_through_our_own_import() -> None:
    names = [imported_name("name", f"{one}") for one in HOSTILE]
    rows = content(*(row(f"account-{place}", name=one) for place, one in enumerate(HOSTILE)))
    heads, *cells = table(b"".join(csv_file(list_sheet(rows))))
    found = recognise(Kind.ACCOUNTS, heads)
    assert {field: heads[place] for field, place in found.columns.items()} == {
        "name": "Account Name",
        "owner": "Account Owner",
    }
    assert sorted(imported_name("name", one[found.columns["name"]]) for one in cells) == sorted(names)
    assert not [one for line in cells for one in line if one.startswith(("=", "+", "-", "@"))]


def test_a_version_has_its_rows_terms_and_digest() -> None:
    line = a_line()
    amara = SignatureLine("marketing", 1, "Priya Raman", "Amara Osei", Verdict.APPROVE, "", NOW, None, None)
    line.signatures.append(amara)
    signed = content(row("orbis", 3), row("halden", 1, ae="marcus"))
    export = version_export(a_list(), line, signed, at=NOW, today=TODAY)
    assert export.name == "target-list-2026-q4-version-3-2026-11-24"
    assert export.foot == f"version 3, digest {'f' * 64}, 2026-11-24"
    sheets = sheets_of(workbook(export.sheets))
    assert sheets["Accounts"] == [
        list(LIST_HEADS),
        ["Halden", "Tier 1", "Marcus", "New business", "no", "halden", "marcus"],
        ["Orbis", "Tier 3", "Tomas", "New business", "no", "orbis", "tomas"],
    ]
    assert ["Accounts at most", "15", "75", "300"] in sheets["Terms"]
    assert ["Signed for Marketing by", "Priya Raman for Amara Osei"] in sheets["About"]
    assert ["Digest", "f" * 64] in sheets["About"]
    paper = version_export(a_list("emea", 2), line, signed, at=NOW, today=TODAY)
    assert paper.name == "target-list-2026-q4-emea-version-3-2026-11-24"
    assert paper.paper[0].heads == ("Account", "Tier", "AE", "Motion")
    assert next(iter(paper.paper[0].rows)) == ("Halden", 1, "Marcus", "New business")


def test_a_difference_has_both_sides_the_terms_and_the_matrix() -> None:
    terms = {**DEFAULT_TERMS, 1: replace(DEFAULT_TERMS[1], max_accounts=12)}
    old = content(row("moves", 2), row("leaves", 3))
    new = Content("2026-q4", terms, content(row("moves", 1, ae="marcus"), row("comes", 1)).rows)
    before = Said(End("2026-q3", 2), "2026-q3, version 2", old, a_list())
    after = Said(End("2026-q4"), "2026-q4, version 1", new, a_list())
    compared = Compared(before, after, difference(old, new), {"leaves": Reason("leaves", "=Acquired", "Ines", None, 1)})
    export = difference_export(a_list(), compared, today=TODAY)
    assert export.name == "target-list-2026-q4-difference-2026-q3-2-to-2026-q4-2026-11-24"
    sheets = sheets_of(workbook(export.sheets))
    assert [line[:6] + line[10:] for line in sheets["Changes"][1:]] == [
        ["Leaves", "Out", "Tier 3", "", "Tomas", "", "=Acquired", "Ines", "leaves"],
        ["Comes", "In", "", "Tier 1", "", "Tomas", "", "", "comes"],
        ["Moves", "Changed", "Tier 2", "Tier 1", "Tomas", "Marcus", "", "", "moves"],
    ]
    assert sheets["Changed terms"][1:] == [["Tier 1", "Accounts at most", "15", "12"]]
    assert sheets["From tier to tier"][1:] == [
        ["Tier 1", "0", "0", "0", "0"],
        ["Tier 2", "1", "0", "0", "0"],
        ["Tier 3", "0", "0", "0", "1"],
        ["Not on it", "1", "0", "0", "0"],
    ]


def test_two_thousand_rows_make_a_small_file() -> None:
    rows = content(*(row(f"account {number}", 3) for number in range(2000)))
    data = workbook([list_sheet(rows), terms_sheet(rows.policies)])
    assert len(sheets_of(data)["Accounts"]) == 2001
    assert len(data) < 200_000


def test_a_versions_file_comes_from_its_bytes_and_not_from_the_draft(web: Web, ground: Ground) -> None:
    entry = ground.put_in(ground.accounts[0], 1, at=BEFORE)
    ground.agree(at=BEFORE)
    entry.place(tier=3, ae=ground.cast.marcus, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    ground.put_in(ground.accounts[1], 2)
    ground.accounts[0].change(name="Renamed Inc.", by=ground.cast.wen, at=NOW)
    ground.session.commit()
    web.sign_in(ground.cast.vera)
    answer = web.get(f"{LIST}/versions/1/exports/csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    disposition = 'attachment; filename="target-list-2026-q4-version-1-2026-11-24.csv"'
    assert answer.headers["Content-Disposition"] == disposition
    assert [line[:3] for line in table(answer.data)[1:]] == [["Company 0000", "Tier 1", "Tomás Ferreira"]]
    first, second = (web.get(f"{LIST}/versions/1/exports/xlsx").data for _ in range(2))
    assert first == second
    draft = table(web.get(f"{LIST}/exports/csv").data)[1:]
    assert [line[:3] for line in draft] == [
        ["Company 0001", "Tier 2", "Tomás Ferreira"],
        ["Renamed Inc.", "Tier 3", "Marcus Bell"],
    ]
    assert len(table(web.get(f"{LIST}/exports/csv?tier=3").data)) == 2
    held = web.get(f"{LIST}/as-of/exports/csv?day=2026-10-14")
    assert "as-of-2026-10-14-version-1.csv" in held.headers["Content-Disposition"]
    assert table(held.data)[1][1:7] == ["Tier 1", "Tomás Ferreira", "New business", "no", "2026-10-01", "version 1"]
    changed = table(web.get(f"{LIST}/differences/exports/csv?from=2026-q4:1&to=draft").data)[1:]
    assert sorted(line[1] for line in changed) == ["Changed", "In"]
    paper = text(web.get(f"{LIST}/versions/1/exports/print"))
    assert f"version 1, digest {ground.target_list.document.versions[0].digest}, 2026-11-24" in paper
    assert "/versions/1/exports/print" in paper


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/versions/9/exports/csv", 404),
        ("/versions/1/exports/pdf", 404),
        ("/exports/", 404),
        ("/as-of/exports/csv?day=soon", 422),
        ("/differences/exports/csv?from=soon", 422),
        ("/differences/exports/xlsx?from=2026-q4:9", 404),
        ("/differences/exports/xlsx?from=2031-q1", 404),
    ],
)
def test_what_is_not_there_is_no_file(web: Web, ground: Ground, address: str, status: int) -> None:
    web.sign_in(ground.cast.vera)
    answer = web.get(f"{LIST}{address}")
    assert (answer.status_code, answer.mimetype) == (status, "text/html")


def test_files_of_a_long_list_ask_few_questions(app: Flask, web: Web, ground: Ground, companies: MakeAccounts) -> None:
    filled(ground, companies, 400)
    ground.sign_by_both(ground.target_list.document.versions[-1])
    ground.session.commit()
    web.sign_in(ground.cast.vera)
    with app.app_context():
        engine = db.engine
    whole = (
        "/versions/1/exports/xlsx",
        "/exports/csv",
        "/as-of/exports/csv?day=2026-12-31",
        "/differences/exports/xlsx",
    )
    for address in whole:
        web.get(f"{LIST}{address}")
        with statements(engine) as sent:
            assert web.get(f"{LIST}{address}").status_code == 200
        assert len(sent) <= 9, (address, sent)  # four of them to know who asks, and in which programme
    assert len(table(web.get(f"{LIST}/as-of/exports/csv?day=2026-12-31").data)) == 401


def test_a_file_of_ours_is_taken_by_our_import_and_adds_nothing(web: Web, ground: Ground) -> None:
    hostile = create_account(ground.cast.organisation, name="=Müller & Søn", by=ground.cast.wen, at=BEFORE)
    for account in (*ground.accounts[:2], hostile):
        ground.put_in(account)
    ground.agree()
    ground.session.commit()
    web.sign_in(ground.cast.vera)
    batch = staged(ground.cast, ground.session, "accounts", web.get(f"{LIST}/versions/1/exports/csv").data)
    assert (batch.counts["add"], batch.counts["bad"], batch.total) == (0, 0, 3)
    assert [row.changes.keys() - {"owner"} for row in rows(ground.session, batch)] == [set()] * 3


def test_the_menus_lead_to_every_file_with_what_the_page_shows(app: Flask) -> None:
    with app.test_request_context():
        menus = app.jinja_env.get_template("targets/_export.html").make_module()
        version, draft = menus.version_exports(a_list(), 3), menus.draft_exports(a_list(), {"tier": "1"})
        elsewhere = menus.draft_exports(a_list("emea", 2))
    assert all(f"{LIST}/versions/3/exports/{kind}" in version for kind in ("xlsx", "csv", "print"))
    assert f"{LIST}/versions/3/record.json" in version
    assert own_fingerprint() in version
    assert "to=2026-q4:3" in version
    assert f"{LIST}/exports/csv?tier=1" in draft
    assert f"{LIST}/as-of?programme=emea" in elsewhere
