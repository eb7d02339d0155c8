"""Which long passwords are guessed first: known ones, keyboard walks, repetitions, and one or two common words.

The list beside this module holds the long passwords that stand in public collections of stolen ones, and the
3,000 most common short ones that are plain words (from the list that Django ships, by Royce Williams,
counted from breaches). A password made of at most two of those words, of the person's own names or
the company's, and of digits and signs around them, is refused; so is one piece typed again and again.
What the list does not cover: long passphrases of songs and books, and languages other than English.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

LIST = Path(__file__).with_suffix(".txt")
MOST_WORDS = 2
SHORTEST_WORD = 4
SHORTEST_RUN = 3

# Rows and columns of keyboards, the alphabet and the digits; read both ways.
WALKS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujm",
)
RUNS = tuple(run for walk in WALKS for run in (walk, walk[::-1]))
LOOKALIKES = str.maketrans("013457@$!", "oieastasi")


def is_common(password: str, *, context: tuple[str, ...] = ()) -> bool:
    """Whether a password of 15 or more characters is one of those tried first."""
    lowered = password.casefold()
    if lowered in known_long() or _repeats(lowered):
        return True
    if len(_bare(lowered)) * 2 < len(lowered):
        return False  # mostly signs: nothing that a list of words says anything about
    words = known_words() | own_words(context)
    return any(_strung(text, words) for text in {_bare(lowered), _bare(lowered.translate(LOOKALIKES))})


def own_words(context: tuple[str, ...]) -> frozenset[str]:
    """The words of names, addresses and of this product that are long enough to matter."""
    words = re.findall(r"[^\W\d_]+", " ".join((*context, "accountable")).casefold())
    return frozenset(word for word in words if len(word) >= SHORTEST_WORD)


@cache
def known_long() -> frozenset[str]:
    """Whole passwords of the list."""
    return frozenset(word for word in _list() if len(word) >= 15)


@cache
def known_words() -> frozenset[str]:
    """Short passwords of the list, as parts of longer ones."""
    return frozenset(word for word in _list() if len(word) < 15)


def _list() -> list[str]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [line.casefold() for line in lines if line and not line.startswith("#")]


def _repeats(text: str) -> bool:
    """Whether it is one piece again and again, the last perhaps cut short."""
    return any(text == (text[:size] * (len(text) // size + 1))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _bare(text: str) -> str:
    """Only what carries meaning: letters and digits."""
    return "".join(character for character in text if character.isalnum())


def _strung(text: str, words: frozenset[str]) -> bool:
    """Whether all of it is walks, at most two different words, and digits around them."""
    longest = max(map(len, words))
    digits_count = text.isdigit()  # a long number by itself is as good as its digits are random
    # For each position: the sets of words with which the text up to there can be made.
    ways: list[set[frozenset[str]]] = [set() for _ in range(len(text) + 1)]
    ways[0].add(frozenset())
    for start in range(len(text)):
        if not ways[start]:
            continue
        if text[start].isdigit() and not digits_count:
            ways[start + 1] |= ways[start]
        for end in range(start + SHORTEST_RUN, min(len(text), start + longest) + 1):
            piece = text[start:end]
            if any(piece in run for run in RUNS):
                ways[end] |= ways[start]
            elif piece in words:
                grown = (way | {piece} for way in ways[start])
                ways[end] |= {way for way in grown if len(way) <= MOST_WORDS}
    return bool(ways[-1])
