"""Which list holds at an instant, who is on it, and what of it waits on whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from abm.agreement.models import Standing
from abm.people.models import Organisation
from abm.targets.models import Membership, TargetList


def list_of(session: Session, quarter: str) -> TargetList | None:
    """The list of a quarter, whether a draft or signed."""
    return session.scalar(select(TargetList).where(TargetList.quarter == str(quarter)))


def list_in_force(session: Session, organisation: Organisation, at: datetime) -> TargetList | None:
    """The list of that day's quarter, where one of its versions is in force at the instant."""
    quarter = organisation.quarter_of(organisation.today(at))
    return session.scalar(
        select(TargetList)
        .join(Standing, Standing.document_id == TargetList.document_id)
        .where(
            TargetList.quarter == str(quarter),
            Standing.starts <= at,
            Standing.ends.is_(None) | (Standing.ends > at),
        )
    )


def members_at(target_list_id: int, at: datetime) -> Select[Membership]:
    """The memberships of a list that hold at an instant, as a query to narrow further."""
    return select(Membership).where(Membership.list_id == target_list_id, *_holding(at))


def tiers_at(session: Session, at: datetime) -> dict[int, int]:
    """Tier by account id, for every account that is on a list at an instant."""
    rows = session.execute(select(Membership.account_id, Membership.tier).where(*_holding(at)))
    return dict(rows.all())


def membership_of(session: Session, account_id: int, at: datetime) -> Membership | None:
    """The account's place on the list at an instant, if it has one."""
    return session.scalar(select(Membership).where(Membership.account_id == account_id, *_holding(at)))


def _holding(at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (Membership.starts <= at, Membership.ends.is_(None) | (Membership.ends > at))
