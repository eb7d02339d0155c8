"""What tests of the ledger enter, and what they read back."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.kit.clock import Quarter
from abm.spend.models import SpendBasis, SpendFacts, SpendKind, SpendLine, enter_spend
from tests.cast import Cast, sign_in

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DAY, Q4 = date(2026, 11, 24), Quarter(2026, 4)
FORM = {
    "kind": "tool",
    "basis": "actual",
    "what": "Intent data",
    "first_day": "2026-11-24",
    "amount": "1,200.50",
    "currency": "EUR",
}


def facts(amount: int = 10_000, currency: str = "EUR", *, until: date = DAY, **more: object) -> SpendFacts:
    told: dict[str, object] = {"kind": SpendKind.TOOL, "basis": SpendBasis.ACTUAL, "what": "Intent data"} | more
    return SpendFacts(first_day=DAY, last_day=until, amount=amount, currency=currency, **told)  # type: ignore[arg-type]


def enter(cast: Cast, session: scoped_session[Session], line: SpendFacts) -> SpendLine:
    return enter_spend(session(), line, by=cast.priya, at=AT)


def browser(client: FlaskClient, cast: Cast, session: scoped_session[Session], name: str = "priya") -> FlaskClient:
    session.commit()
    return sign_in(client, cast.everyone[name])


def lines(session: scoped_session[Session]) -> list[tuple[str, int, str, bool]]:
    session.rollback()
    rows = session.scalars(select(SpendLine).order_by(SpendLine.id))
    found = [(row.what, row.amount, row.currency, row.voided_at is None) for row in rows]
    session.rollback()
    return found
