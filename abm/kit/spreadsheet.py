"""Cells that leave for a spreadsheet: none that it would run, and each comes back as it was.

A spreadsheet takes a cell for a formula when it begins with `=`, `+`, `-` or `@`, in some languages with
their full-width forms, and skips blanks before them. Such a cell leaves with an apostrophe in front, which is
how spreadsheets themselves mark text. Write the file with `csv.QUOTE_ALL`: then no other delimiter opens a cell.
"""

from __future__ import annotations

_STARTS = tuple("=+-@＝＋－＠\t\r\n")
_SKIPPED = "".join(blank for blank in map(chr, range(0x3001)) if blank.isspace() and blank not in _STARTS)
_UNSEEN = "\u200b\u2060\ufeff"


def defused(cell: str) -> str:
    """The text cell as it may stand in an export. For text only: figures are written as figures."""
    return f"'{cell}" if _would_run(cell.lstrip("'")) else cell


def undefused(cell: str) -> str:
    """The cell as it was before `defused`."""
    return cell[1:] if cell.startswith("'") and _would_run(cell.lstrip("'")) else cell


def _would_run(cell: str) -> bool:
    return cell.lstrip(_SKIPPED + _UNSEEN).startswith(_STARTS)
