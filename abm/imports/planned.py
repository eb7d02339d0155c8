"""What each row of a file would do, and the ground that such a plan stands on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from abm.imports.choices import Choices
from abm.imports.lines import Line
from abm.imports.models import Action
from abm.imports.values import CellFault
from abm.kit.rules import RuleBroken
from abm.people.models import Organisation, User

AT_ONCE = 5_000  # values that one query asks for: SQLite takes 32,766


@dataclasses.dataclass(frozen=True)
class Ground:
    """Where rows are planned for: whose file it is, from which system, and what was chosen.

    `applying` is whether they are written at once: what others must not change meanwhile is held before it is read.
    """

    session: Session
    organisation: Organisation
    system: str
    choices: Choices
    by: User
    at: datetime
    applying: bool = False

    @property
    def today(self) -> date:
        return self.organisation.today(self.at)


@dataclasses.dataclass
class Planned:
    """What one row would do. `facts` are what applying takes; they are not kept with the preview."""

    number: int
    action: Action = Action.ADD
    target_id: int | None = None
    field: str = ""
    message: str = ""
    changes: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def spoil(self, field_name: str, message: str) -> Planned:
        """Keep the row out, with the cause and the mend."""
        self.action, self.field, self.message = Action.BAD, field_name, message
        self.changes, self.facts = {}, {}
        return self

    def remark(self, message: str) -> None:
        """Say what of the row is left out; the rest of it comes in."""
        self.message = f"{self.message} {message}".strip()

    def note(self, name: str, before: object, after: object) -> None:
        """Keep how a field would change, in words."""
        self.changes[name] = [in_words(before), in_words(after)]

    def settle(self) -> Planned:
        """A known row of which nothing changes is the same."""
        if self.target_id is not None and self.action is not Action.BAD:
            self.action = Action.UPDATE if self.changes else Action.SAME
        return self

    @property
    def applies(self) -> bool:
        return self.action in {Action.ADD, Action.UPDATE}

    def shown(self) -> tuple[object, ...]:
        """What a preview shows of it, to be compared with the same row planned again."""
        return self.action, self.target_id, self.field, self.message, self.changes


class Planner(Protocol):
    """Plans the rows of one kind against what is known, and applies what it planned."""

    def __init__(self, ground: Ground, lines: Sequence[Line]) -> None: ...

    def plan(self) -> list[Planned]: ...

    def apply(self, plans: Sequence[Planned]) -> None: ...


def planned(line: Line, plan: Callable[[Line, Planned], None]) -> Planned:
    """Plan a row; a cell that cannot be read or a rule that it breaks makes it bad."""
    outcome = Planned(line.number)
    if line.fault:
        return outcome.spoil("", line.fault)
    try:
        plan(line, outcome)
    except CellFault as fault:
        return outcome.spoil(fault.field, fault.message)
    except RuleBroken as refusal:
        return outcome.spoil(refusal.field or "", refusal.message)
    return outcome.settle()


class Seen:
    """Which row of the file was the first to speak of something, so that no other does."""

    def __init__(self) -> None:
        self._rows: dict[object, int] = {}

    def claim(self, number: int, what: str, *keys: object) -> None:
        """Take these keys for a row. Raises CellFault where an earlier row has one of them."""
        for key in keys:
            first = self._rows.setdefault(key, number)
            if first != number:
                raise CellFault("", "", f"Row {first} speaks of the same {what}: keep one of the two.")


def in_chunks(session: Session, query: Any, column: Any, asked: Sequence[Any]) -> list[Any]:
    """The rows of a query whose column is among many values, a few thousand of them per statement."""
    wanted = sorted(set(asked))
    found: list[Any] = []
    for start in range(0, len(wanted), AT_ONCE):
        found.extend(session.execute(query.where(column.in_(wanted[start : start + AT_ONCE]))).all())
    return found


def in_words(value: object) -> str:
    """A fact as the preview shows it."""
    if value is None:
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(in_words(one) for one in value))
    return str(value)


def differing(known: object, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that a known row does not have yet."""
    return {name: value for name, value in facts.items() if getattr(known, name) != value}
