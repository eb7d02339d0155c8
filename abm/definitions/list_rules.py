"""How long a list's proposal may wait, and how long an unsigned quarter lives on the list before: days that both agree.

Sources: this product's own judgement (D of practice) until both seats sign other figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class ListRules:
    """The agreed days and weeks of the quarterly list. Days are calendar days from the proposal on."""

    remind_after_days: int = 2  # who is awaited gets a letter, and then again after as many days
    also_with_after_days: int = 5  # the next in line sees it too
    expires_after_days: int = 14  # the proposal closes itself
    carry_over_weeks: int = 4  # a quarter that starts unsigned works on with the last list


DEFAULT_LIST_RULES: Final = ListRules()


def list_rules_at(session: Session, at: datetime) -> ListRules:  # noqa: ARG001 asked of the definition in force
    """The rules in force at an instant; the defaults until both seats have signed others."""
    return DEFAULT_LIST_RULES
