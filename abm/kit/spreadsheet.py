"""Tables that leave for a spreadsheet: no cell that it would run, and each comes back as it was.

A spreadsheet takes a cell for a formula when it begins with `=`, `+`, `-` or `@`, in some languages with
their full-width forms, and skips blanks before them. Such a cell leaves with an apostrophe in front, which is
how spreadsheets themselves mark text. Everything is quoted: then no other delimiter opens a cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

BOM = "\ufeff"  # by which a spreadsheet knows Unicode; our own import reads over it
AT_ONCE = 500  # rows that are written together

_STARTS = tuple("=+-@＝＋－＠\t\r\n")
_SKIPPED = "".join(blank for blank in map(chr, range(0x3001)) if blank.isspace() and blank not in _STARTS)
_UNSEEN = "\u200b\u2060\ufeff"

Cell = str | int | date | None


@dataclass(frozen=True)
class Sheet:
    """One table as it leaves: its name, its heads, and rows of words, whole numbers and days. None is blank."""

    name: str
    heads: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]


def csv_file(sheet: Sheet) -> Iterator[bytes]:
    """The table as CSV, piece by piece: UTF-8 with its mark, commas, every cell quoted, days as 2026-11-24."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow(map(defused, sheet.heads))
    for number, row in enumerate(sheet.rows, 1):
        writer.writerow(map(_written, row))
        if number % AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def defused(cell: str) -> str:
    """The text cell as it may stand in an export. For text only: figures are written as figures."""
    return f"'{cell}" if would_run(cell.lstrip("'")) else cell


def undefused(cell: str) -> str:
    """The cell as it was before `defused`."""
    return cell[1:] if cell.startswith("'") and would_run(cell.lstrip("'")) else cell


def would_run(cell: str) -> bool:
    """Whether a spreadsheet would take this text for a formula."""
    return cell.lstrip(_SKIPPED + _UNSEEN).startswith(_STARTS)


def _written(cell: Cell) -> str:
    if isinstance(cell, str):
        return defused(cell)
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
