"""How well accounts fit: the criteria in force, asked of every account in SQL, and of one with an explanation.

Both count alike: the weights of the criteria that are met ÷ all weights, in whole percent, a half rounded up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from babel.numbers import get_currency_precision
from sqlalchemy import ColumnElement, Integer, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account
from abm.definitions.fit import FIT, Criteria, Criterion, Field, Operator
from abm.definitions.in_force import in_force_at
from abm.kit.filters import number
from abm.kit.folding import Folded, JsonWord, fold


class FitInForce(NamedTuple):
    """The criteria that both seats signed, and since when they hold; none and None where there is no definition."""

    criteria: Criteria
    agreed_from: datetime | None


@dataclass(frozen=True)
class AccountFacts:
    """What the criteria look at of one account. Revenue is in minor units of its currency."""

    industry: str = ""
    segment: str = ""
    country: str = ""
    city: str = ""
    employees: int | None = None
    revenue: int | None = None
    revenue_currency: str | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)
    parent: bool = False
    children: bool = False


class Part(NamedTuple):
    """One criterion asked of one account: whether it is met, and what the account has."""

    words: str
    weight: int
    met: bool
    has: str


@dataclass(frozen=True)
class FitScore:
    """0 to 100, and how it came about."""

    score: int
    parts: tuple[Part, ...]


def fit_in_force(session: Session, at: datetime) -> FitInForce:
    """The fit definition of an instant. One query."""
    found = in_force_at(session, FIT.slug, at)
    return FitInForce(FIT.read(found.says), found.since) if found is not None else FitInForce((), None)


def fact_columns() -> list[ColumnElement[Any]]:
    """The columns of `AccountFacts`, in its order, of whatever query has accounts in it."""
    child = aliased(Account)
    below = select(child.id).where(child.parent_id == Account.id).correlate(Account).exists()
    names = ("industry", "segment", "country", "city", "employees", "revenue", "revenue_currency", "custom")
    plain = [getattr(Account, name).label(name) for name in names]
    return [*plain, Account.parent_id.is_not(None).label("parent"), below.label("children")]


def score_expression(criteria: Sequence[Criterion]) -> ColumnElement[int]:
    """The score of each account of a query, to filter and to sort by; 0 without criteria."""
    total = sum(one.weight for one in criteria)
    if not total:
        return literal(0, Integer)
    met: ColumnElement[int] = literal(0, Integer)
    for one in criteria:
        met += case((_holds(one), literal(one.weight, Integer)), else_=literal(0, Integer))
    return (met * 200 + total) // literal(2 * total, Integer)


def explain(criteria: Sequence[Criterion], facts: AccountFacts) -> FitScore:
    """The score of one account, with what each criterion found."""
    parts = tuple(_part(one, facts) for one in criteria)
    total, met = sum(one.weight for one in parts), sum(one.weight for one in parts if one.met)
    return FitScore((200 * met + total) // (2 * total) if total else 0, parts)


def _holds(one: Criterion) -> ColumnElement[bool]:
    """One criterion in SQL. What is not known does not hold."""
    if one.field is Field.PARENT:
        return Account.parent_id.is_not(None)
    if one.field is Field.CHILDREN:
        child = aliased(Account)
        return select(child.id).where(child.parent_id == Account.id).correlate(Account).exists()
    if one.operator is Operator.BETWEEN:
        column = Account.employees if one.field is Field.EMPLOYEES else Account.revenue
        least, most = _bounds(one)
        rules = [] if least is None else [column >= least]
        rules += [] if most is None else [column <= most]
        rules += [Account.revenue_currency == one.currency] if one.field is Field.REVENUE else []
        return and_(*rules)
    words = _words_in_sql(one)
    asked = [fold(value) for value in one.values]
    if one.operator is Operator.ONE_OF:
        return words.in_(asked)
    return or_(*(func.replace(words, value, "") != words for value in asked))


def _words_in_sql(one: Criterion) -> ColumnElement[str]:
    if one.field is Field.CUSTOM:
        return Folded(JsonWord(Account.custom.expression, one.name))
    return Folded(getattr(Account, one.field))


def _part(one: Criterion, facts: AccountFacts) -> Part:
    if one.operator is Operator.KNOWN:
        there = facts.parent if one.field is Field.PARENT else facts.children
        return Part(one.said, one.weight, there, "yes" if there else "no")
    if one.operator is Operator.BETWEEN:
        return _number_part(one, facts)
    has = _words(one, facts)
    asked, folded = [fold(value) for value in one.values], fold(has)
    met = folded in asked if one.operator is Operator.ONE_OF else any(value in folded for value in asked)
    return Part(one.said, one.weight, met, has or "not known")


def _number_part(one: Criterion, facts: AccountFacts) -> Part:
    revenue = one.field is Field.REVENUE
    value = facts.revenue if revenue else facts.employees
    if value is None:
        return Part(one.said, one.weight, met=False, has="not known")
    if revenue and facts.revenue_currency != one.currency:
        other = _written(value, facts.revenue_currency or "")
        return Part(one.said, one.weight, met=False, has=f"{other}: another currency, not compared")
    least, most = _bounds(one)
    met = (least is None or value >= least) and (most is None or value <= most)
    return Part(one.said, one.weight, met, _written(value, one.currency) if revenue else number(value))


def _bounds(one: Criterion) -> tuple[int | None, int | None]:
    """The least and the most as accounts keep them: revenue in minor units."""
    unit = 10 ** get_currency_precision(one.currency) if one.field is Field.REVENUE else 1
    return (None if one.least is None else one.least * unit, None if one.most is None else one.most * unit)


def _words(one: Criterion, facts: AccountFacts) -> str:
    """The account's words; of a custom field what is text or a number."""
    if one.field is not Field.CUSTOM:
        return str(getattr(facts, one.field))
    value = facts.custom.get(one.name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _written(minor: int, currency: str) -> str:
    units = minor // 10 ** get_currency_precision(currency) if currency else minor
    return f"{units:,} {currency}".strip()
