"""How many people of each account answered, in one query whatever the number of accounts."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from abm.accounts.models import Contact
from abm.stages.queries import PERSON, RESPONSES
from abm.touches.models import Touch


def people_of(session: Session, accounts: Select[int], day: date, *, window: timedelta) -> dict[int, int]:
    """By account, the contacts who responded within the window that ends with `day`; an account of none is missing."""
    answered = tuple_(Touch.channel, Touch.outcome).in_([(channel, key) for channel, key, _ in RESPONSES])
    rows = session.execute(
        select(Touch.account_id, func.count(PERSON.distinct()))
        .join(Contact, Contact.id == Touch.contact_id)
        .where(Touch.account_id.in_(accounts), Touch.voided_at.is_(None), answered)
        .where(Touch.day > day - window, Touch.day <= day)
        .group_by(Touch.account_id)
    )
    return {row[0]: row[1] for row in rows}
