"""Changing facts of a row: what differs is set, what was is kept, a stale edit is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import String

from abm.kit.base import Base, session_of
from abm.kit.rules import Conflict, require
from abm.people.models import Organisation


@dataclass(frozen=True)
class Change:
    """The facts that differ, as they were and as they are now; empty when nothing does."""

    before: dict[str, object]
    after: dict[str, object]

    def __bool__(self) -> bool:
        return bool(self.after)


def set_facts(row: Base, facts: Mapping[str, object], *, allowed: frozenset[str]) -> Change:
    """Set the columns that differ. Raises TypeError for an unknown fact, RuleBroken for text too long."""
    change = difference(row, facts, allowed=allowed)
    for name, value in change.after.items():
        _check_length(row, name, value)
        setattr(row, name, value)
    return change


def difference(row: Base, facts: Mapping[str, object], *, allowed: frozenset[str]) -> Change:
    """What setting these facts would change, without doing it."""
    unknown = facts.keys() - allowed
    if unknown:
        raise TypeError(f"{type(row).__name__} has no fact named {', '.join(sorted(unknown))}.")
    differing = {name: value for name, value in facts.items() if getattr(row, name) != value}
    return Change({name: getattr(row, name) for name in differing}, differing)


def refuse_stale(row: Base, facts: Mapping[str, object], *, seen: int | None, allowed: frozenset[str]) -> None:
    """Refuse an edit that began from an older revision, with both values of each fact that differs."""
    now: int = row.revision  # type: ignore[attr-defined] # only rows that count their revisions come here
    if seen is None or seen == now:
        return
    change = difference(row, facts, allowed=allowed)
    message = "Someone else changed this while you were editing. Nothing of yours is saved yet."
    raise Conflict(message, theirs=change.before, yours=change.after)


def business_day(row: Base, at: datetime) -> date:
    """The organisation's day at an instant, for facts that hold from a day on."""
    organisation = session_of(row).get_one(Organisation, 1)
    return organisation.today(at)


def check_text(text: str, *, field: str) -> None:
    """Refuse the one character that PostgreSQL keeps in no text."""
    words = field.replace("_", " ")
    require("\0" not in text, f"The {words} holds a character that no text has (NUL).", field=field)


def _check_length(row: Base, name: str, value: object) -> None:
    kind = row.__table__.c[name].type
    if not isinstance(kind, String) or not isinstance(value, str):
        return
    words, most = name.replace("_", " "), kind.length or len(value)
    require(len(value) <= most, f"The {words} is longer than {most} characters.", field=name)
    check_text(value, field=name)
