"""How a model refuses: a rule of the business that does not hold, said in a sentence for people."""

from __future__ import annotations

from typing import NoReturn


class RuleBroken(Exception):
    """A change that a rule forbids. Becomes 409 with the sentence, and what to do next."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(RuleBroken):
    """Someone else changed it first: the answer shows both values."""

    def __init__(self, message: str, *, theirs: object = None, yours: object = None) -> None:
        super().__init__(message)
        self.theirs = theirs
        self.yours = yours


def require(holds: object, message: str, *, field: str | None = None) -> None:
    """Go on only if it holds; else raise `RuleBroken` with the sentence."""
    if not holds:
        refuse(message, field=field)


def refuse(message: str, *, field: str | None = None) -> NoReturn:
    """Stop here, with the sentence."""
    raise RuleBroken(message, field=field)


def with_what_was_written(refusal: RuleBroken, words: str) -> str:
    """The refusal's sentence, and what was typed for it, where no form is left to keep it."""
    return f"{refusal.message} You wrote: “{words}”" if words.strip() else refusal.message
