"""Which companies fit best: weighted criteria over what is known of an account, agreed by both sides (ICP).

Pure: how a criterion is asked of the accounts stands in `targets.fit`.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from babel.numbers import list_currencies

from abm.definitions.kinds import Kind, Term, whole
from abm.kit.rules import refuse, require
from abm.kit.text import one_line

E = TypeVar("E", bound=enum.StrEnum)


class Field(enum.StrEnum):
    """What of an account a criterion looks at."""

    INDUSTRY = "industry"
    SEGMENT = "segment"
    COUNTRY = "country"
    CITY = "city"
    EMPLOYEES = "employees"
    REVENUE = "revenue"
    CUSTOM = "custom field"
    PARENT = "parent"
    CHILDREN = "children"


class Operator(enum.StrEnum):
    """How it looks at it."""

    ONE_OF = "is one of"
    CONTAINS = "contains"
    BETWEEN = "is between"
    KNOWN = "is known"


WORD_FIELDS: Final = (Field.INDUSTRY, Field.SEGMENT, Field.COUNTRY, Field.CITY, Field.CUSTOM)
NUMBERS: Final = (Field.EMPLOYEES, Field.REVENUE)
LARGEST: Final = {Field.EMPLOYEES: 100_000_000, Field.REVENUE: 10**13}
# Every pair that makes sense, in the order in which people choose, and what it is called.
OFFERED: Final[dict[tuple[Field, Operator], str]] = {
    **{(field, Operator.ONE_OF): f"{field.capitalize()} is one of" for field in WORD_FIELDS},
    **{(field, Operator.CONTAINS): f"{field.capitalize()} contains" for field in WORD_FIELDS},
    (Field.EMPLOYEES, Operator.BETWEEN): "Employees",
    (Field.REVENUE, Operator.BETWEEN): "Yearly revenue",
    (Field.PARENT, Operator.KNOWN): "Belongs to a larger company",
    (Field.CHILDREN, Operator.KNOWN): "Has companies below it",
}
MOST_CRITERIA: Final = 30
MOST_VALUES: Final = 50
LONGEST_VALUE: Final = 100
LONGEST_NAME: Final = 40


@dataclass(frozen=True)
class Criterion:
    """One trait of a company that fits, and how much it counts. Revenue is in whole units of `currency`."""

    field: Field
    operator: Operator
    weight: int
    values: tuple[str, ...] = ()  # any of them is enough; upper and lower case do not matter
    name: str = ""  # of the custom field
    least: int | None = None
    most: int | None = None
    currency: str = ""
    words: str = ""  # its authors' own; empty: as it reads

    @property
    def label(self) -> str:
        """`Industry is one of`, or with the name of the custom field."""
        label = OFFERED[self.field, self.operator]
        return label.replace("Custom field", self.name, 1) if self.field is Field.CUSTOM else label

    @property
    def asks(self) -> str:
        """What it asks for: `Pharma, Food`, `200 to 5,000`; empty where the label says it all."""
        if self.operator is not Operator.BETWEEN:
            return ", ".join(self.values)
        unit = f" {self.currency}" if self.currency else ""
        if self.least is None:
            return f"at most {self.most:,}{unit}"
        return f"at least {self.least:,}{unit}" if self.most is None else f"{self.least:,} to {self.most:,}{unit}"

    @property
    def said(self) -> str:
        """Its authors' words, else what it asks for, as a phrase."""
        return self.words or f"{self.label} {self.asks}".strip()


Criteria = tuple[Criterion, ...]


class FitKind(Kind[Criteria]):
    """The criteria as a definition under agreement. There is no default: without a definition there is no fit."""

    slug = "fit"
    kind = "fit definition"
    title = "Fit"
    purpose = "Which companies fit best: each criterion counts by its weight, and an account scores 0 to 100."
    sources = (
        "The account's own fields, as typed or imported, and the companies above and below it.",
        "Nothing stands behind it by default: both seats say what fits.",
    )
    exclusions = (
        "What is not known of an account meets no criterion, nor does revenue in another currency.",
        "Engagement and deals: they stand beside the fit, not in it.",
    )

    def read(self, facts: Mapping[str, object]) -> Criteria:
        """The criteria, if each can be asked; `field` of what is refused reads `criteria.2.weight`, from 1."""
        rows = facts.get("criteria")
        if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
            refuse("Add at least one criterion: without one nothing fits.", field="criteria")
        require(len(rows) <= MOST_CRITERIA, f"Use at most {MOST_CRITERIA} criteria.", field="criteria")
        criteria = tuple(_criterion(row, number) for number, row in enumerate(rows, 1))
        for number, one in enumerate(criteria, 1):
            twin = any(_asked(one) == _asked(other) for other in criteria[: number - 1])
            require(not twin, f"Criterion {number} asks what another one asks already.", field=f"criteria.{number}")
        return criteria

    def written(self, content: Criteria) -> dict[str, object]:
        return {"criteria": [_written(one) for one in content]}

    def sentence(self, content: Criteria) -> str:
        """`An account fits by: Pharma or food (30 of 60), …`, the heaviest first."""
        total = sum(one.weight for one in content)
        heaviest = sorted(content, key=lambda one: -one.weight)
        return f"An account fits by: {'; '.join(f'{one.said} ({one.weight} of {total})' for one in heaviest)}."

    def formulas(self, content: Criteria) -> list[str]:
        total = sum(one.weight for one in content)
        return [f"Score = the sum of the weights of the criteria that an account meets ÷ {total} × 100, rounded."]

    def terms(self, content: Criteria) -> list[Term]:
        """A criterion is recognised by what it looks at, so that another weight or value reads as a change."""
        seen: Counter[str] = Counter()
        terms = []
        for one in content:
            about = f"{one.field}:{one.operator}:{one.name}"
            seen[about] += 1
            own = f" (“{one.words}”)" if one.words else ""
            asked = f"{one.asks}; " if one.asks else ""
            terms.append(Term(f"{about}:{seen[about]}", one.label, f"{asked}weight {one.weight}{own}"))
        return terms


FIT: Final = FitKind()


def _criterion(row: object, number: int) -> Criterion:
    at = f"criteria.{number}"
    facts: Mapping[str, Any] = row if isinstance(row, Mapping) else {}
    field, operator = _one_of(Field, facts.get("field")), _one_of(Operator, facts.get("operator"))
    if field is None or operator is None or (field, operator) not in OFFERED:
        refuse(f"Criterion {number}: choose what it looks at.", field=at)
    weight = whole(facts, "weight")
    if weight is None or not 1 <= weight <= 100:
        refuse("Write a weight from 1 to 100.", field=f"{at}.weight")
    one = Criterion(
        field=field,
        operator=operator,
        weight=weight,
        values=_values(facts.get("values"), at) if operator in {Operator.ONE_OF, Operator.CONTAINS} else (),
        name=_text(facts, "name", LONGEST_NAME, at) if field is Field.CUSTOM else "",
        least=whole(facts, "least") if operator is Operator.BETWEEN else None,
        most=whole(facts, "most") if operator is Operator.BETWEEN else None,
        currency=_text(facts, "currency", 3, at) if field is Field.REVENUE else "",
        words=_text(facts, "words", LONGEST_VALUE, at),
    )
    _check(one, at)
    return one


def _check(one: Criterion, at: str) -> None:
    require(one.field is not Field.CUSTOM or one.name, "Write the name of the custom field.", field=f"{at}.name")
    require(
        not {'"', "\\"} & set(one.name), "A custom field has no quotes or backslashes in its name.", field=f"{at}.name"
    )
    known = one.field is not Field.REVENUE or one.currency in list_currencies()
    require(known, "Say in which currency, such as EUR.", field=f"{at}.currency")
    if one.operator is not Operator.BETWEEN:
        return
    most = LARGEST[one.field]
    bounds = [bound for bound in (one.least, one.most) if bound is not None]
    require(bounds, "Write the least, the most, or both.", field=f"{at}.least")
    require(all(0 <= bound <= most for bound in bounds), f"Write whole numbers up to {most:,}.", field=f"{at}.least")
    in_order = one.least is None or one.most is None or one.least <= one.most
    require(in_order, "The most is less than the least.", field=f"{at}.most")


def _values(values: object, at: str) -> tuple[str, ...]:
    given: Iterable[object] = values if isinstance(values, Sequence) and not isinstance(values, str) else ()
    kept = tuple(dict.fromkeys(text for value in given if (text := one_line(str(value)))))
    require(kept, "Write at least one value.", field=f"{at}.values")
    require(len(kept) <= MOST_VALUES, f"Write at most {MOST_VALUES} values.", field=f"{at}.values")
    fits = all(len(value) <= LONGEST_VALUE for value in kept)
    require(fits, f"A value has at most {LONGEST_VALUE} characters.", field=f"{at}.values")
    return kept


def _text(facts: Mapping[str, Any], name: str, longest: int, at: str) -> str:
    text = one_line(str(facts.get(name) or ""))
    require(len(text) <= longest, f"Use at most {longest} characters.", field=f"{at}.{name}")
    return text


def _one_of(kind: type[E], value: object) -> E | None:
    return kind(value) if isinstance(value, str) and value in set(kind) else None


def _asked(one: Criterion) -> tuple[object, ...]:
    """What a criterion asks, without how much it counts and how it is called."""
    return one.field, one.operator, one.name, frozenset(one.values), one.least, one.most, one.currency


def _written(one: Criterion) -> dict[str, object]:
    """Only what the criterion says, so that signed bytes carry no empty parts."""
    facts: dict[str, object] = {"field": one.field.value, "operator": one.operator.value, "weight": one.weight}
    parts = {
        "values": list(one.values),
        "name": one.name,
        "least": one.least,
        "most": one.most,
        "currency": one.currency,
        "words": one.words,
    }
    return facts | {name: value for name, value in parts.items() if value not in (None, "", [])}
