"""What the text of a cell means: names, counts, yes or no, addresses; or what is wrong with it and how to mend it.

Each of these takes the field that it reads for and the cell as the file has it, gives None for a cell that says
nothing, and raises CellFault. Cells stay text whatever they begin with: a formula is never run here.
"""

from __future__ import annotations

import html
import re
from decimal import Decimal
from html.parser import HTMLParser

from email_validator import EmailNotValidError, validate_email

from abm.kit.spreadsheet import undefused
from abm.kit.text import one_line, paragraphs, shortened

NAME_LENGTH = 200
WORD_LENGTH = 40
NOTHING = frozenset({"", "-", "--", "–", "—", ".", "?", "na", "n/a", "n.a.", "#n/a", "none", "null", "nil"})
YES = frozenset({"true", "t", "yes", "y", "1", "wahr", "ja", "oui", "sí", "si", "x", "✓"})
NO = frozenset({"false", "f", "no", "n", "0", "falsch", "nein", "non"})
LARGEST_COUNT = 2_147_483_647  # what the database keeps

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_EATEN_BAND = re.compile(rf"{_MONTH}-\d{{1,6}}|\d{{1,6}}-{_MONTH}", re.ASCII | re.IGNORECASE)
_BAND = re.compile(r"([\d,. ']{1,20})(?:\+|(?:-|–|—|to)[\d,. ']{1,20})", re.ASCII)
_WHOLE = re.compile(r"(\d{1,15}|\d{1,3}(?:[,.' ]\d{3}){1,4})(?:[.,]0{1,2})?", re.ASCII)
_PERCENT = re.compile(r"(\d{1,6}(?:[.,]\d{1,6})?) ?%?", re.ASCII)


class CellFault(ValueError):
    """A cell that cannot be taken as it is. `message` is a sentence with the cause and the mend."""

    def __init__(self, field: str, value: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.value = shortened(value)
        self.message = message


def says_nothing(text: str) -> bool:
    """Whether a cell stands for no value: blank, a dash, `N/A`. Not for names and countries: NA is Namibia."""
    return one_line(text[:20]).lower() in NOTHING and len(text) <= 20


def name(field: str, text: str, *, longest: int = NAME_LENGTH) -> str:
    """A name on one line, with HTML entities spelled out; "" where the cell is blank."""
    if len(text) > 10 * longest:
        raise _too_long(field, text, longest)
    line = one_line(html.unescape(undefused(text)))
    if len(line) > longest:
        raise _too_long(field, text, longest)
    return line


def word(field: str, text: str) -> str:
    """A short name, such as an industry or a country."""
    return name(field, text, longest=WORD_LENGTH)


def free_text(text: str) -> str:
    """A text of any lines, as it is."""
    return paragraphs(undefused(text))


def without_markup(text: str) -> str:
    """What is to be read of a text that another system keeps as HTML; a text without tags stays as it is."""
    if "</" not in text:
        return text
    reader = _Words()
    reader.feed(text)
    reader.close()
    return "".join(reader.words)


class _Words(HTMLParser):
    """Keeps the words and the ends of lines and paragraphs."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"p", "div", "li", "br"}:
            self.words.append("\n")

    def handle_startendtag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 as the parser calls it
        self.handle_endtag(tag)


def count(field: str, text: str) -> int | None:
    """A whole number of things or people. A band (`11-50`, `10,001+`) counts by its lower end."""
    if says_nothing(text):
        return None
    line = one_line(text[:60])
    band = _BAND.fullmatch(line) if len(text) <= 60 else None
    whole = _WHOLE.fullmatch(band[1].strip() if band else line)
    if whole is None or len(text) > 60:
        raise CellFault(field, text, _count_fault(line))
    number = int(re.sub(r"[,.' ]", "", whole[1]))
    if number > LARGEST_COUNT:
        raise CellFault(field, text, f"“{shortened(line)}” is more than can be true: correct it.")
    return number


def is_band(text: str) -> bool:
    """Whether a count is given as a band, of which only the lower end is kept."""
    return len(text) <= 60 and _BAND.fullmatch(one_line(text)) is not None


def percent(field: str, text: str) -> Decimal | None:
    """A share in percent, 0 to 100, with or without the sign."""
    if says_nothing(text):
        return None
    found = _PERCENT.fullmatch(one_line(text)) if len(text) <= 20 else None
    share = Decimal(found[1].replace(",", ".")) if found else Decimal(-1)
    if not 0 <= share <= 100:
        raise CellFault(field, text, f"“{shortened(text)}” is no share from 0 to 100 %: write one like 25 %.")
    return share


def yes_or_no(field: str, text: str) -> bool | None:
    """TRUE, yes, 1 … or FALSE, no, 0 …"""
    if says_nothing(text):
        return None
    line = one_line(text[:20]).lower()
    if line not in YES | NO:
        raise CellFault(field, text, f"“{shortened(text)}” is neither yes nor no: write TRUE or FALSE.")
    return line in YES


def email(field: str, text: str) -> str | None:
    """An e-mail address in small letters."""
    if says_nothing(text):
        return None
    line = one_line(text[:400]).removeprefix("mailto:")
    try:
        return validate_email(line, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise CellFault(
            field, text, f"“{shortened(text)}” is no e-mail address: write one like name@company.com."
        ) from None


def _too_long(field: str, text: str, longest: int) -> CellFault:
    return CellFault(field, text, f"“{shortened(text, 40)}” is longer than {longest} characters: shorten it.")


def _count_fault(line: str) -> str:
    shown = shortened(line)
    if _EATEN_BAND.fullmatch(line):
        return f"“{shown}” was a band such as 1-50 that a spreadsheet took for a date: write the band or a number."
    if line.startswith(("-", "−", "(")):
        return f"“{shown}” is below zero: write a number of 0 or more, or leave it blank."
    return f"“{shown}” is no whole number: write one like 250 or a band like 201-500, or leave it blank."
