"""Putting an account of Today aside until a day, with the reason; what happens there meanwhile brings it back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from abm.accounts.models import Account
from abm.audit.models import record
from abm.kit.base import Base, Day, Instant, LongText, session_of
from abm.kit.rules import require
from abm.people.models import User

LONGEST: Final = timedelta(days=92)  # D: a quarter; what rests longer is not worked, which the list should say


class Snooze(Base):
    """That somebody does not want to see an account in Today before a day. One for each person and account."""

    __tablename__ = "snooze"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    until: Mapped[Day]  # the day on which it is back
    reason: Mapped[LongText]
    since: Mapped[Day]
    at: Mapped[Instant]

    account: Mapped[Account] = relationship()


def snooze(account: Account, *, until: date, reason: str, today: date, by: User, at: datetime) -> Snooze:
    """Put an account aside. What was put aside before is put aside anew.

    Raises RuleBroken for a day that is not to come, or more than a quarter away, and without a reason.
    """
    fits = today < until <= today + LONGEST
    require(fits, f"Choose a day from tomorrow to {today + LONGEST:%-d %b %Y}.", field="until")
    require(reason.strip(), "Say why it can wait.", field="reason")
    session = session_of(account)
    found = session.get(Snooze, (by.id, account.id))
    if found is None:
        found = Snooze(user_id=by.id, account_id=account.id)
        session.add(found)
    found.until, found.reason, found.since, found.at = until, reason.strip(), today, at
    record(account, "snoozed", by=by, at=at, after={"until": until}, personal={"reason": found.reason})
    return found


def bring_back(found: Snooze, *, by: User, at: datetime) -> None:
    """Let it stand in Today again."""
    record(found.account, "brought back", by=by, at=at, before={"until": found.until})
    session_of(found).delete(found)


def snoozed_by(session: Session, user: User, day: date) -> dict[int, Snooze]:
    """What a person has put aside on a day, by account, the next to come back first."""
    statement = select(Snooze).where(Snooze.user_id == user.id, Snooze.until > day).options(joinedload(Snooze.account))
    return {one.account_id: one for one in session.scalars(statement.order_by(Snooze.until, Snooze.account_id))}
