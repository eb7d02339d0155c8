"""What kind of file somebody brought, and how its letters are written: CSV that can be read, or a clear no."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

# What a person may choose where the guess (UTF-8, then Windows-1252) makes the names look wrong.
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "windows-1252": "Western European (Windows-1252)",
    "windows-1250": "Central European (Windows-1250)",
    "windows-1251": "Cyrillic (Windows-1251)",
    "windows-1253": "Greek (Windows-1253)",
    "windows-1254": "Turkish (Windows-1254)",
    "mac-roman": "Western European (old Mac)",
    "cp932": "Japanese (Shift-JIS)",
    "euc-jp": "Japanese (EUC-JP)",
    "gb18030": "Chinese, simplified (GB 18030)",
    "big5": "Chinese, traditional (Big5)",
    "cp949": "Korean (EUC-KR)",
}

_HEAD = 4096  # bytes that tell what a file is
_CHUNK = 1 << 20
_MEND = "save it as “CSV UTF-8” and bring that file"

_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"This is an old Excel workbook (.xls), not CSV: {_MEND}."),
    (b"%PDF", "This is a PDF, not CSV: export the table that it was made from as CSV."),
    (b"\x89PNG", "This is a picture, not CSV: export the table as CSV."),
    (b"\xff\xd8\xff", "This is a picture, not CSV: export the table as CSV."),
    (b"GIF8", "This is a picture, not CSV: export the table as CSV."),
    (b"\x1f\x8b", "This is a compressed file (gzip), not CSV: unpack it and bring the CSV file inside."),
    (b"Rar!", "This is a compressed file (RAR), not CSV: unpack it and bring the CSV file inside."),
    (b"7z\xbc\xaf", "This is a compressed file (7-Zip), not CSV: unpack it and bring the CSV file inside."),
    (b"SQLite format 3", "This is a database file, not CSV: export the table as CSV."),
    (b"{\\rtf", f"This is a text document, not CSV: open the table in a spreadsheet, then {_MEND}."),
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta")
_JSON = (b'{"', b"[{", b'["', b"[[")


class FileRefused(ValueError):
    """The whole file cannot be taken in; the message says in one sentence why, and the mend."""


def refuse_other_types(stream: BinaryIO) -> None:
    """Raise FileRefused for what is no text, no CSV, or UTF-16 and UTF-32."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head:
        raise FileRefused("The file is empty: export it again, with a header and at least one row.")
    if head.startswith(b"PK\x03\x04"):
        raise FileRefused(_zip_fault(head))
    if head.startswith(_UTF16) or b"\0" in (head[:1], head[1:2]):
        raise FileRefused(f"The file is written in UTF-16 or UTF-32, which cannot be read here: {_MEND}.")
    for magic, fault in _MAGIC:
        if head.startswith(magic):
            raise FileRefused(fault)
    words = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if words.startswith(_MARKUP):
        raise FileRefused(f"This is a web page or XML, not CSV: open it in a spreadsheet, then {_MEND}.")
    if "".join(words[:40].decode("latin-1").split()).encode("latin-1").startswith(_JSON):
        raise FileRefused("This is JSON, not CSV: export the table as CSV.")


def encoding_of(stream: BinaryIO, chosen: str | None, size: int) -> tuple[str, list[str]]:
    """The encoding that reads every byte, and what to tell about it. Raises FileRefused."""
    _refuse_size_and_nul(stream, size)
    if chosen is not None and chosen not in ENCODINGS:
        raise FileRefused(f"The encoding “{chosen[:40]}” is not known here: choose one of {', '.join(ENCODINGS)}.")
    fault = _first_fault(stream, chosen or "utf-8")
    if fault is None:
        return chosen or "utf-8", []
    if chosen:
        raise FileRefused(f"Line {fault} of the file is not {ENCODINGS[chosen]}: choose another encoding, or {_MEND}.")
    if _first_fault(stream, "windows-1252") is not None:
        raise FileRefused(
            f"Line {fault} of the file is neither UTF-8 nor Windows-1252: choose its encoding, or {_MEND}."
        )
    note = (
        "The file is not UTF-8; it was read as Windows-1252. Look at names with accents, and choose another "
        "encoding if they are wrong."
    )
    return "windows-1252", [note]


def _zip_fault(head: bytes) -> str:
    if b"[Content_Types].xml" in head or b"xl/" in head:
        return f"This is an Excel workbook, not CSV: {_MEND}."
    if b"opendocument" in head:
        return f"This is an OpenDocument spreadsheet, not CSV: {_MEND}."
    return "This is a compressed file (ZIP), not CSV: unpack it and bring the CSV file inside."


def _refuse_size_and_nul(stream: BinaryIO, size: int) -> None:
    read = lines = 0
    for chunk in _chunks(stream):
        read += len(chunk)
        if read > size:
            raise FileRefused(f"The file is larger than {size // 1_000_000} MB: split it into several.")
        at = chunk.find(b"\0")
        if at >= 0:
            line = lines + chunk.count(b"\n", 0, at) + 1
            raise FileRefused(
                f"Line {line} of the file holds a NUL byte, so it is damaged or not CSV: export it again."
            )
        lines += chunk.count(b"\n")


def _first_fault(stream: BinaryIO, encoding: str) -> int | None:
    """The line of the first byte that an encoding does not know, if there is one."""
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 1
    for chunk in _chunks(stream):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return lines + error.object.count(b"\n", 0, error.start)
        lines += chunk.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return lines
    return None


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        yield chunk
