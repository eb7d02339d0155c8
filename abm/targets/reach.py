"""What Marketing needs to judge an account: who is known there, in which buying roles, and who may be written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from abm.accounts.contacts import OPT_OUT_CHANNELS, BuyingRole, Contact, has_opted_out
from abm.accounts.models import Account


@dataclass(frozen=True)
class Reach:
    """The contacts of an account: how many, in how many buying roles, and on which channels they may be reached."""

    contacts: int = 0
    roles: int = 0  # different ones that are known
    by_email: int = 0
    by_phone: int = 0
    opted_out: int = 0  # who wants to be left alone on at least one channel

    def words(self, wanted: int | None) -> str:
        """`3 of 5 roles, 2 reachable by e-mail`; `wanted` are the roles that the tier asks for, None without a tier."""
        if not self.contacts:
            return "no contact known"
        roles = f"{self.roles} of {wanted} roles" if wanted else f"{self.roles} role{'' if self.roles == 1 else 's'}"
        return f"{roles}, {self.by_email} reachable by e-mail"


def reach_of(session: Session, account_id: int) -> Reach:
    """What is known of one account. One query."""
    counts: Any = session.execute(select(*reach_columns()).select_from(Account).where(Account.id == account_id)).one()
    return Reach(*counts)


def reach_columns() -> list[ColumnElement[int]]:
    """The counts of `Reach`, in its order, as columns beside an account of the query."""
    known = case((Contact.buying_role != BuyingRole.UNKNOWN, Contact.buying_role))
    counts = (
        func.count(Contact.id),
        func.count(known.distinct()),
        _count(and_(Contact.email.is_not(None), ~has_opted_out("email"))),
        _count(and_(Contact.phone != "", ~has_opted_out("call"))),
        _count(or_(*map(has_opted_out, OPT_OUT_CHANNELS))),
    )
    here = Contact.account_id == Account.id, Contact.archived_at.is_(None)
    return [select(one).where(*here).correlate(Account).scalar_subquery() for one in counts]


def _count(rule: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(Contact.id).filter(rule)
