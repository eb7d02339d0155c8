"""Reading a workbook back as a spreadsheet does, with the standard library alone."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets_of(data: bytes) -> dict[str, list[list[str]]]:
    """The sheets by name: rows of cells as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        named = ET.fromstring(archive.read("xl/workbook.xml")).iter(f"{MAIN}sheet")  # noqa: S314 our own file
        return {
            one.attrib["name"]: _rows(archive.read(f"xl/worksheets/sheet{number}.xml"))
            for number, one in enumerate(named, 1)
        }


def _rows(part: bytes) -> list[list[str]]:
    sheet = ET.fromstring(part)  # noqa: S314 our own file
    return [[_value(cell) for cell in row.iter(f"{MAIN}c")] for row in sheet.iter(f"{MAIN}row")]


def _value(cell: ET.Element) -> str:
    if cell.attrib.get("t") == "inlineStr":
        written = "".join(text.text or "" for text in cell.iter(f"{MAIN}t"))
        return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), written)
    found = cell.find(f"{MAIN}v")
    return found.text or "" if found is not None else ""
