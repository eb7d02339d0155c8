"""What a kind of definition is: something that reads, checks, describes and compares what both sides agree on.

A new kind is one module with a subclass of `Kind`, named in `catalogue`, with a form in `forms`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

C = TypeVar("C")


@dataclass(frozen=True)
class Term:
    """One line of a definition. `key` recognises it in another version, `words` and `value` are for people."""

    key: str
    words: str
    value: str


@dataclass(frozen=True)
class TermChange:
    """A term that differs; before is None where it came in, after where it went out."""

    words: str
    before: str | None
    after: str | None


class Kind(ABC, Generic[C]):
    """One thing that both sides define, under one address. Its content `C` is immutable and compares by value."""

    slug: str  # its address
    kind: str  # what stands in the signed bytes; `agreement.record` knows who has to approve it
    title: str
    purpose: str
    default: C | None = None  # what applies until both seats have signed; None: nothing does
    sources: tuple[str, ...]  # where its facts and its default come from, a sentence each
    exclusions: tuple[str, ...]  # what it leaves out, a sentence each

    @abstractmethod
    def read(self, facts: Mapping[str, object]) -> C:
        """The content that a draft or a version writes down. Raises RuleBroken, with the mend."""

    @abstractmethod
    def written(self, content: C) -> dict[str, object]:
        """For drafts and for freezing: text, whole numbers and lists of them."""

    @abstractmethod
    def sentence(self, content: C) -> str:
        """The whole of it as people say it."""

    @abstractmethod
    def formulas(self, content: C) -> list[str]:
        """How figures are computed by it, a sentence each."""

    @abstractmethod
    def terms(self, content: C) -> list[Term]:
        """Line by line."""

    def difference(self, before: C | None, after: C) -> list[TermChange]:
        """The terms that differ, in the order of the newer content; those that went out stand last."""
        old = {term.key: term for term in self.terms(before)} if before is not None else {}
        new = {term.key: term for term in self.terms(after)}
        changed = [
            TermChange(term.words, old[key].value if key in old else None, term.value)
            for key, term in new.items()
            if key not in old or old[key].value != term.value
        ]
        return [*changed, *(TermChange(term.words, term.value, None) for key, term in old.items() if key not in new)]


def whole(facts: Mapping[str, object], name: str) -> int | None:
    """A whole number of a draft; None for anything else, and for what is not there."""
    value = facts.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def plural(count: int, what: str) -> str:
    """`1 day`, `2 days`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
