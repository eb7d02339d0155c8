"""Who a quick log speaks of: the words of its line, and the accounts and people whom they may name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from abm.accounts.identity import normal_name
from abm.kit.text import bare
from abm.outbound.quick_log_words import PHRASES, TOWARDS, UNDONE, is_ordinary

_TOKEN: Final = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an address
    r"|\w[\w-]*(?:\.\w[\w-]*)*\.[^\W\d_]{2,}(?!\w)"  # a domain
    r"|n/a\b|w/|[@&]|[^\W_]+(?:['’][^\W_]+)*"
    r"|[^\s\w,;:.!?()\[\]\"'’“”…–—\-/|<>=~]+",  # a sign or a picture
    re.IGNORECASE,
)
SPELLED_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
LETTERS: Final = str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "đ": "d"})  # those that have no accent to leave out
SHORTEST_START = 4  # letters of a name that is not written to its end
AND: Final = "and"


@dataclass(frozen=True)
class KnownAccount:
    """As much of an account as a line may say of it. `mine`: whoever logs works it."""

    slug: str
    name: str
    domains: tuple[str, ...] = ()
    mine: bool = False

    @cached_property
    def names(self) -> frozenset[tuple[str, ...]]:
        """The ways in which it is written, each as words; a line may leave words at the end out."""
        plain = (normal_name(self.name), normal_name(self.name.replace(".", " ")))
        names = [*plain, *(domain.split(".")[0] for domain in self.domains)]
        return frozenset(form for name in names for form in spellings(name))

    @cached_property
    def whole_names(self) -> frozenset[tuple[str, ...]]:
        """The ways that have to be written in full: with its trimmings, and its web domains."""
        return frozenset((*spellings(self.name), *((domain.lower(),) for domain in self.domains)))


@dataclass(frozen=True)
class KnownContact:
    """As much of somebody at an account as a line may say of them; `id` is the public one."""

    id: str
    account: str  # its slug
    name: str
    email: str = ""

    @cached_property
    def names(self) -> frozenset[tuple[str, ...]]:
        full = tuple(spellings(self.name))
        parts = {(form[place],) for form in full for place in (0, -1) if len(form) > 1}
        return frozenset((*full, *parts, *([(self.email.lower(),)] if self.email else [])))


@dataclass(frozen=True)
class Token:
    """One word of a line: where it stands, and how it is compared."""

    start: int
    end: int
    word: str


@dataclass(frozen=True)
class Mention:
    """Words of a line that name something: from which token to which, whom they may mean, and whether surely so.

    Accounts are known by their slug, people by their public id.
    """

    first: int
    after: int
    ids: frozenset[str]
    sure: bool

    def overlaps(self, first: int, after: int) -> bool:
        return self.first < after and first < self.after


def tokens_of(line: str) -> list[Token]:
    """The words of a line; hyphens part them, except in addresses."""
    return [Token(match.start(), match.end(), _folded(match[0])) for match in _TOKEN.finditer(line)]


def spellings(name: str) -> Iterator[tuple[str, ...]]:
    """The ways in which a name is typed, as words: with accents spelled out or left out, with or without “and”."""
    for written in (name, name.lower().translate(SPELLED_OUT)):
        words = tuple(token.word for token in tokens_of(written.replace(".", " ")))
        joined = tuple(word.translate(LETTERS) for word in normal_name(written).split())
        parted = tuple(normal_name(written.replace(".", " ")).split())
        for form in dict.fromkeys((words, joined, parted)):
            if form:
                yield form
                yield tuple(word for word in form if word != AND) or form


def accounts_named(tokens: Sequence[Token], accounts: Iterable[KnownAccount]) -> list[Mention]:
    """Where accounts are named: by their whole name, its first words, or a web domain. The longest mention counts."""
    words, found = [token.word for token in tokens], dict[tuple[int, int], set[str]]()
    for account in accounts:
        for place in range(len(words)):
            count = max((_run(words, place, name) for name in account.names), default=0)
            whole = [len(name) for name in account.whole_names if _run(words, place, name) == len(name)]
            count = max([count, *whole, *_at_address(words[place], account)])
            if count:
                found.setdefault((place, place + count), set()).add(account.slug)
    return _longest(found, words, people=False)


def contacts_named(
    tokens: Sequence[Token], contacts: Iterable[KnownContact], taken: Sequence[Mention]
) -> list[Mention]:
    """Where people are named, by first name, last name or both, outside the words that are taken already
    by something as long."""
    words, found = [token.word for token in tokens], dict[tuple[int, int], set[str]]()
    for contact in contacts:
        for place in range(len(words)):
            counts = [len(name) for name in contact.names if _run(words, place, name) == len(name)]
            span = (place, place + max(counts, default=0))
            free = "@" in words[place] or not any(
                one.overlaps(*span) and one.after - one.first >= span[1] - span[0] for one in taken
            )
            if counts and free:
                found.setdefault(span, set()).add(contact.id)
    return _longest(found, words, people=True)


def accounts_begun(words: Sequence[str], accounts: Iterable[KnownAccount]) -> set[str]:
    """Accounts of which a line begins with the beginning: `norrl` for Norrland Shipping."""
    start = words[0] if words else ""
    if len(start) < SHORTEST_START or is_ordinary(start):
        return set()
    return {one.slug for one in accounts if any(name[0].startswith(start) for name in one.names)}


def accounts_hinted(words: Sequence[str], accounts: Iterable[KnownAccount]) -> list[str]:
    """Accounts with a later word of their name in the line: to ask about, never to take for granted."""
    said = {word for word in words if len(word) >= SHORTEST_START and (word,) not in PHRASES and word not in UNDONE}
    return [one.slug for one in accounts if any(said & set(name) for name in one.names)]


def _folded(text: str) -> str:
    if text == "&":
        return AND
    folded = bare(text).translate(LETTERS)
    return folded.removesuffix("'s").replace("'", "")


def _run(words: Sequence[str], place: int, name: tuple[str, ...]) -> int:
    """How many words of a name stand at a place, from its first."""
    count = 0
    while count < len(name) and place + count < len(words) and words[place + count] == name[count]:
        count += 1
    return count


def _at_address(word: str, account: KnownAccount) -> list[int]:
    """An e-mail address at one of its domains names the account as well."""
    return [1] if "@" in word and word.partition("@")[2] in account.domains else []


def _longest(found: Mapping[tuple[int, int], set[str]], words: Sequence[str], *, people: bool) -> list[Mention]:
    """The longest mentions, none inside or across another; what is as long as another and stands first comes first."""
    kept: list[Mention] = []
    for (first, after), ids in sorted(found.items(), key=lambda item: (item[0][0] - item[0][1], item[0][0])):
        if not any(mention.overlaps(first, after) for mention in kept):
            kept.append(Mention(first, after, frozenset(ids), _is_sure(words, first, after, people=people)))
    return sorted(kept, key=lambda one: one.first)


def _is_sure(words: Sequence[str], first: int, after: int, *, people: bool) -> bool:
    """Whether these words are a name: more than one, or no ordinary one, or one after “with” for people."""
    towards = people and first > 0 and words[first - 1] in TOWARDS - {"for", "of"}
    return after - first > 1 or not is_ordinary(words[first]) or (towards and len(words[first]) > 2)
