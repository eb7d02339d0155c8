"""A workbook (Office Open XML, ECMA-376) written row by row, with nothing but what a table needs.

Every text is written as text in the cell itself, so nothing in it is ever a formula, and what begins like one carries
the mark by which spreadsheets keep it text when somebody edits it. Heads are bold, stay in sight and are repeated on
paper. The same sheets give the same bytes.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from abm.kit.spreadsheet import AT_ONCE, Cell, Sheet, would_run

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_HEADER: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_DAY_ZERO: Final = date(1899, 12, 30)  # spreadsheets count days from here
_BOLD, _DAY, _KEPT_TEXT = 1, 2, 3  # places in the table of cell formats below
_STYLES: Final = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
# What XML cannot carry, a line end that it would change, and text that reads like the escape of either.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """One file with these sheets, whose names are short and differ."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(sheets):
            archive.writestr(_entry(name), _HEADER + text)
        for number, sheet in enumerate(sheets, 1):
            with archive.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w") as part:
                for text in _together(_sheet(sheet)):
                    part.write(text.encode())
    return file.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """A part of the file, without the time at which it was written."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _parts(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Everything but the sheets: what kinds of parts there are, and which belongs to which."""
    numbers = range(1, len(sheets) + 1)
    kinds = "".join(
        f'<Override PartName="/{name}" ContentType="{_SPREADSHEET}.{kind}+xml"/>'
        for name, kind in (
            ("xl/workbook.xml", "sheet.main"),
            ("xl/styles.xml", "styles"),
            *((f"xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers),
        )
    )
    yield (
        "[Content_Types].xml",
        (
            f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/'
            f'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f"{kinds}</Types>"
        ),
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    targets = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*targets, ("styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES
    named = "".join(
        f'<sheet name="{html.escape(sheet.name)}" sheetId="{number}" r:id="r{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    repeated = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{place}">{_quoted(sheet.name)}!$1:$1</definedName>'
        for place, sheet in enumerate(sheets)
    )
    yield (
        "xl/workbook.xml",
        (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets>'
            f"<definedNames>{repeated}</definedNames></workbook>"
        ),
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{links}</Relationships>'


def _sheet(sheet: Sheet) -> Iterator[str]:
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{max(14, len(head) + 4)}" customWidth="1"/>'
        for number, head in enumerate(sheet.heads, 1)
    )
    yield (
        f'{_HEADER}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>"
    )
    yield _row(1, [_text(head, _BOLD) for head in sheet.heads])
    last = 1
    for last, row in enumerate(sheet.rows, 2):
        yield _row(last, map(_cell, row))
    yield (
        f'</sheetData><autoFilter ref="A1:{_column(len(sheet.heads))}{last}"/>'
        '<pageSetup orientation="landscape"/></worksheet>'
    )


def _row(number: int, cells: Iterable[str]) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(value: Cell) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str):
        return _text(value, _KEPT_TEXT if would_run(value) else 0)
    if isinstance(value, date):
        return f'<c s="{_DAY}"><v>{(value - _DAY_ZERO).days}</v></c>'
    return f"<c><v>{value}</v></c>"


def _text(value: str, style: int) -> str:
    written = html.escape(_UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", value), quote=False)
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


def _column(number: int) -> str:
    """The letters of a column, from A; tables here have at most 26."""
    return chr(ord("A") + number - 1)


def _quoted(name: str) -> str:
    """A sheet's name as a reference to its cells has it."""
    written = name.replace("'", "''")
    return html.escape(f"'{written}'", quote=False)


def _together(texts: Iterable[str]) -> Iterator[str]:
    """Several pieces as one: writing each row alone into the archive takes longer than making it."""
    waiting: list[str] = []
    for text in texts:
        waiting.append(text)
        if len(waiting) == AT_ONCE:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting)
