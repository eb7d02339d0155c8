"""Which words of a text changed, so that a reader sees them at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Words:
    """Words that follow each other, and whether they are new, gone or as before."""

    text: str
    kind: str  # "same", "new" or "gone"


def word_changes(before: str, after: str) -> list[Words]:
    """Both texts in one, word by word: without what is new it is `before`, without what is gone `after`."""
    return list(_pieces(_words(before), _words(after)))


def _pieces(old: list[str], new: list[str]) -> Iterator[Words]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Words("".join(old[a:b]), "same")
            continue
        if b > a:
            yield Words("".join(old[a:b]), "gone")
        if d > c:
            yield Words("".join(new[c:d]), "new")


def _words(text: str) -> list[str]:
    """Words with the blanks that follow them."""
    return re.findall(r"\s+|\S+\s*", text)
