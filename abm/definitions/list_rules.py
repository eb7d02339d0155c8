"""How long a list's proposal may wait, and how long an unsigned quarter lives on the list before: days that both agree.

Sources: this product's own judgement (D of practice) until both seats sign other figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from abm.definitions.in_force import in_force_at
from abm.definitions.kinds import Kind, Term, plural, whole
from abm.kit.rules import refuse, require


@dataclass(frozen=True)
class ListRules:
    """The agreed days and weeks of the quarterly list. Days are calendar days from the proposal on."""

    remind_after_days: int = 2  # who is awaited gets a letter, and then again after as many days
    also_with_after_days: int = 5  # the next in line sees it too
    expires_after_days: int = 14  # the proposal closes itself
    carry_over_weeks: int = 4  # a quarter that starts unsigned works on with the last list


DEFAULT_LIST_RULES: Final = ListRules()
MOST_DAYS: Final = 90
MOST_WEEKS: Final = 13
WORDS: Final = {
    "remind_after_days": "Who is awaited is reminded after",
    "also_with_after_days": "Also with the next in line after",
    "expires_after_days": "A proposal closes itself after",
    "carry_over_weeks": "A quarter that starts unsigned works on with the last list for",
}


class ListRulesKind(Kind[ListRules]):
    """The four figures as a definition under agreement."""

    slug = "list-rules"
    kind = "list rules"
    title = "List rules"
    purpose = "How long a proposal of the target list may wait, and how long the last list carries an unsigned quarter."
    default = DEFAULT_LIST_RULES
    sources = (
        "The instants at which a version was proposed and signed, in the organisation's time zone.",
        "Defaults: this product's own judgement.",
    )
    exclusions = ("Campaign plans: each states by when it wants its review.",)

    def read(self, facts: Mapping[str, object]) -> ListRules:
        """The rules, if each figure is in its bounds and a reminder comes before the end."""
        rules = ListRules(**{name: _figure(facts, name) for name in WORDS})
        require(
            rules.remind_after_days <= rules.also_with_after_days,
            "The next in line comes in before the first reminder: choose the same day or a later one.",
            field="also_with_after_days",
        )
        require(
            rules.also_with_after_days < rules.expires_after_days,
            "A proposal would close before the next in line has seen it: choose a later day.",
            field="expires_after_days",
        )
        return rules

    def written(self, content: ListRules) -> dict[str, object]:
        return asdict(content)

    def sentence(self, content: ListRules) -> str:
        days = content.remind_after_days
        every = "every day" if days == 1 else f"every {days} days"
        return (
            f"Whoever is awaited is reminded after {plural(days, 'day')}, and then {every}; "
            f"after {plural(content.also_with_after_days, 'day')} the next in line sees it too; "
            f"after {plural(content.expires_after_days, 'day')} the proposal closes itself. "
            f"A quarter that starts unsigned works on with the last list for {_weeks(content.carry_over_weeks)}."
        )

    def formulas(self, content: ListRules) -> list[str]:
        return [
            "Days = calendar days from the day of the proposal on; a proposal keeps the rules of the day it was made.",
            f"Carried over until = the first day of the quarter + {_weeks(content.carry_over_weeks)}.",
            "The weeks are those that were agreed for that day when the last version of the list was signed.",
        ]

    def terms(self, content: ListRules) -> list[Term]:
        days = ("remind_after_days", "also_with_after_days", "expires_after_days")
        figures = [(name, plural(getattr(content, name), "day")) for name in days]
        figures.append(("carry_over_weeks", _weeks(content.carry_over_weeks)))
        return [Term(name, WORDS[name], value) for name, value in figures]


LIST_RULES: Final = ListRulesKind()


def list_rules_at(session: Session, at: datetime) -> ListRules:
    """The rules in force at an instant; the defaults until both seats have signed others. One query."""
    found = in_force_at(session, LIST_RULES.slug, at)
    return LIST_RULES.read(found.says) if found is not None else DEFAULT_LIST_RULES


def _figure(facts: Mapping[str, object], name: str) -> int:
    weeks = name == "carry_over_weeks"
    least, most, unit = (0, MOST_WEEKS, "weeks") if weeks else (1, MOST_DAYS, "days")
    value = whole(facts, name)
    if value is None or not least <= value <= most:
        refuse(f"Write a whole number of {unit} from {least} to {most}.", field=name)
    return value


def _weeks(count: int) -> str:
    return plural(count, "week") if count else "no week"
