"""Text as people mean it: what copying and exporting leave behind goes, everything else stays as it is."""

from __future__ import annotations

import re
import unicodedata

# Characters nobody can see: they make equal names differ, or a name read backwards. Joiners (U+200C, U+200D)
# stay, since Persian and emoji need them.
_UNSEEN = dict.fromkeys(
    [
        *(code for code in (*range(0x20), *range(0x7F, 0xA0)) if not chr(code).isspace()),
        *(0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ]
)


def one_line(text: str) -> str:
    """NFC, without control characters, zero-width or direction marks; blanks of any kind become one space."""
    return " ".join(unicodedata.normalize("NFC", text.translate(_UNSEEN)).split())


def paragraphs(text: str) -> str:
    """The same for a text of several lines: its line ends become LF, blanks within a line stay."""
    lines = unicodedata.normalize("NFC", text.translate(_UNSEEN)).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def shortened(text: str, length: int = 60) -> str:
    """As much of a text as a sentence can quote."""
    line = one_line(text[: 4 * length])
    return line if len(line) <= length and len(text) <= 4 * length else f"{line[: length - 1]}…"


def bare(text: str) -> str:
    """Folded case, curly quotes straightened, no accents."""
    folded = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def slug_of(text: str, *, otherwise: str) -> str:
    """A readable piece of address, at most 60 characters; `otherwise` where no letter of the text is Latin."""
    return "-".join(re.findall(r"[a-z0-9]+", bare(text[:200])))[:60].strip("-") or otherwise
