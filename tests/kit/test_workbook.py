"""Files for spreadsheets: text stays text, days are days, nothing is lost on the way."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from abm.kit.spreadsheet import Cell, Sheet, csv_file, undefused
from abm.kit.workbook import workbook
from tests.kit.reading import sheets_of

ATTACK = '=HYPERLINK("http://evil.example","click")'
ROWS: list[tuple[Cell, ...]] = [(ATTACK, 3, date(2026, 11, 24)), ("Łódź & <Sons>\r\nInc.", None, None)]


def written(sheet: Sheet) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(csv_file(sheet)).decode("utf-8-sig"), newline="")))


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def test_csv_is_unicode_with_its_mark_and_quotes_every_cell() -> None:
    data = b"".join(csv_file(Sheet("Accounts", ("Account Name", "Tier", "Since"), ROWS)))
    assert data.startswith(b'\xef\xbb\xbf"Account Name","Tier","Since"\r\n"\'=HYPERLINK(')
    assert written(Sheet("Accounts", ("A", "B", "C"), ROWS))[1:] == [
        [f"'{ATTACK}", "3", "2026-11-24"],
        ["Łódź & <Sons>\r\nInc.", "", ""],
    ]


def test_csv_of_many_rows_comes_in_pieces_and_whole() -> None:
    sheet = Sheet("Accounts", ("Account Name",), [(f"Company {number}",) for number in range(1200)])
    assert len(list(csv_file(sheet))) == 3
    assert [row[0] for row in written(sheet)[1:]] == [f"Company {number}" for number in range(1200)]


def test_a_workbook_has_text_where_text_was_and_no_formula() -> None:
    data = workbook([Sheet("Accounts", ("Account Name", "Tier", "Since"), ROWS), Sheet("It's", ("A",), [])])
    assert sheets_of(data) == {
        "Accounts": [
            ["Account Name", "Tier", "Since"],
            [ATTACK, "3", "46350"],  # 24 Nov 2026, as spreadsheets count days
            ["Łódź & <Sons>\r\nInc.", "", ""],
        ],
        "It's": [["A"]],
    }
    sheet = part(data, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert re.search(r'<c s="3" t="inlineStr"><is><t xml:space="preserve">=HYPERLINK', sheet)
    assert 'autoFilter ref="A1:C3"' in sheet
    assert "'It''s'!$1:$1" in part(data, "xl/workbook.xml")


def test_the_same_sheets_give_the_same_bytes() -> None:
    assert workbook([Sheet("A", ("B",), ROWS)]) == workbook([Sheet("A", ("B",), ROWS)])


TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


@given(st.lists(st.tuples(TEXT, st.sampled_from(["_x0041_", "\x00", "\ufffe", "=1", "\r", " a "])), max_size=3))
def test_every_text_comes_back_from_both_files(rows: list[tuple[str, str]]) -> None:
    sheet = Sheet("Texts", ("One", "Two"), rows)
    assert sheets_of(workbook([sheet]))["Texts"][1:] == [list(row) for row in rows]
    if not any("\x00" in cell for row in rows for cell in row):  # what a CSV cannot carry
        assert [[undefused(cell) for cell in row] for row in written(sheet)[1:]] == [list(row) for row in rows]
