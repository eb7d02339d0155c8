"""What other currencies are worth: dated rates, and sums that say what they left out."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from babel.numbers import get_currency_precision
from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Currency, Day, Instant, Key, Minor, check, session_of
from abm.kit.rules import require
from abm.people.models import Organisation, User

DECIMALS = 8
MOST = Decimal(10) ** 9


class ExchangeRate(Base):
    """What one unit of a currency was worth in the reporting currency from a day on."""

    __tablename__ = "exchange_rate"
    __table_args__ = (UniqueConstraint("currency", "day"), check("exact > 0", "positive"))

    id: Mapped[Key]
    currency: Mapped[Currency]
    day: Mapped[Day]
    exact: Mapped[Minor]  # in hundred-millionths: SQLite has no decimals
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entered_at: Mapped[Instant]

    entered_by: Mapped[User] = relationship()

    @property
    def rate(self) -> Decimal:
        return Decimal(self.exact).scaleb(-DECIMALS)


@dataclass(frozen=True)
class Sum:
    """Amounts of any currency added up in one. `unknown` deals have an amount that no rate reaches."""

    minor: int
    currency: str
    converted: int = 0  # how many stood in another currency
    unknown: int = 0  # how many are left out for want of a rate

    def __add__(self, other: Sum) -> Sum:
        converted, unknown = self.converted + other.converted, self.unknown + other.unknown
        return Sum(self.minor + other.minor, self.currency, converted, unknown)


class Rates:
    """Every rate, in memory: a page converts many amounts with one query."""

    def __init__(self, reporting: str, rates: Iterable[tuple[str, date, Decimal]] = ()) -> None:
        self.reporting = reporting
        self._days: dict[str, list[date]] = defaultdict(list)
        self._rates: dict[str, list[Decimal]] = defaultdict(list)
        for currency, day, rate in sorted(rates):
            self._days[currency].append(day)
            self._rates[currency].append(rate)

    def on(self, currency: str, day: date) -> Decimal | None:
        """What one unit was worth on a day: the latest rate up to it, before the first the first."""
        if currency == self.reporting:
            return Decimal(1)
        if currency not in self._days:
            return None
        place = bisect_right(self._days[currency], day) - 1
        return self._rates[currency][max(place, 0)]

    def in_force(self, currency: str, day: date) -> Decimal | None:
        """What one unit was worth on a day; None before the first rate: books take no later one."""
        begun = currency == self.reporting or (currency in self._days and self._days[currency][0] <= day)
        return self.on(currency, day) if begun else None

    def sum(self, amounts: Iterable[tuple[int | None, str, date]]) -> Sum:
        """Add up (minor units, currency, day); an amount that nobody entered counts nothing."""
        total = Sum(0, self.reporting)
        for minor, currency, day in amounts:
            total += self._one(minor, currency, day)
        return total

    def _one(self, minor: int | None, currency: str, day: date) -> Sum:
        if minor is None:
            return Sum(0, self.reporting)
        worth = converted(minor, currency, day, self)
        if worth is None:
            return Sum(0, self.reporting, unknown=1)
        return Sum(worth, self.reporting, converted=int(currency != self.reporting))


def converted(amount_minor: int, currency: str, day: date, rates: Rates) -> int | None:
    """An amount in minor units of the reporting currency, rounded half to even; None without a rate."""
    if currency == rates.reporting:
        return amount_minor
    rate = rates.on(currency, day)
    return None if rate is None else at_rate(amount_minor, currency, rates.reporting, rate)


def at_rate(amount_minor: int, currency: str, reporting: str, rate: Decimal) -> int:
    """What an amount is worth in minor units of another currency, rounded half to even."""
    exponent = get_currency_precision(reporting) - get_currency_precision(currency)
    return int((Decimal(amount_minor).scaleb(exponent) * rate).to_integral_value(ROUND_HALF_EVEN))


def rates_of(session: Session, organisation: Organisation) -> Rates:
    """All rates to the organisation's reporting currency, with one query."""
    rows = session.execute(select(ExchangeRate.currency, ExchangeRate.day, ExchangeRate.exact))
    known = ((currency, day, Decimal(exact).scaleb(-DECIMALS)) for currency, day, exact in rows)
    return Rates(organisation.currency, known)


def set_rate(
    organisation: Organisation, *, currency: str, day: date, rate: Decimal, by: User, at: datetime
) -> ExchangeRate:
    """Say what one unit of a currency is worth from a day on; the same day again replaces its rate."""
    session = session_of(organisation)
    foreign = currency != organisation.currency
    require(foreign, f"{currency} is the reporting currency: it needs no rate.", field="currency")
    require(0 < rate < MOST, "A rate is more than 0 and less than a billion.", field="rate")
    exact = int(rate.scaleb(DECIMALS).to_integral_value(ROUND_HALF_EVEN))
    require(exact > 0, "This rate is too small: eight decimals are kept.", field="rate")
    same = (ExchangeRate.currency == currency, ExchangeRate.day == day)
    standing = session.scalar(select(ExchangeRate).where(*same))
    row = standing or ExchangeRate(currency=currency, day=day)
    before = {"rate": row.rate} if standing else {}
    row.exact, row.entered_by_id, row.entered_at = exact, by.id, at
    session.add(row)
    after = {"currency": currency, "day": day, "rate": row.rate}
    record(row, "entered", by=by, at=at, before=before, after=after)
    return row
