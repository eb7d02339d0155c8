"""What a role looks at first: the state of the list, campaigns in review, and for RevOps what came in badly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Opportunity
from abm.agreement.models import Standing, State
from abm.campaigns.models import Campaign
from abm.imports.models import Import, ImportState
from abm.kit.clock import Week
from abm.people.models import Organisation
from abm.targets.in_force import Signed, signed_list_at
from abm.targets.models import Membership
from abm.touches.models import Direction, Rollup, TouchSide

RECENT = 20
SHOWN = 3


@dataclass(frozen=True)
class Summary:
    """The figures of home. `signed` is the list in force, None without one; then nothing is on it.

    `both_active` are its accounts that both sides reached out to this week, as the weekly view counts them;
    `unmatched` the deals without account or day, which stand outside every figure of the list.
    """

    signed: Signed | None
    week: Week
    accounts: int
    both_active: int
    in_review: int
    unmatched: int


def summary_of(session: Session, *, organisation: Organisation, at: datetime) -> Summary:
    """All figures of home, in two queries."""
    signed, week = signed_list_at(session, organisation, at), Week.of(organisation.today(at))
    members = _members(signed, at)
    in_review = (
        select(Campaign.id)
        .join(Standing, Standing.document_id == Campaign.document_id)
        .where(Standing.state == State.OPEN)
    )
    unmatched = select(Opportunity.id).where(Opportunity.account_id.is_(None) | Opportunity.created_on.is_(None))
    counts = session.execute(
        select(*(_count(rows) for rows in (members, _worked_by_both(signed, members, week), in_review, unmatched)))
    ).one()
    return Summary(signed, week, *counts)


def imports_with_bad_rows(session: Session) -> Sequence[Import]:
    """The latest imports of which some rows stayed out."""
    statement = select(Import).where(Import.state != ImportState.DISCARDED).order_by(Import.id.desc()).limit(RECENT)
    return [one for one in session.scalars(statement) if one.counts.get("bad")][:SHOWN]


def _members(signed: Signed | None, at: datetime) -> Select[int]:
    """The accounts of the list in force; of no list none."""
    if signed is None:
        return select(Membership.account_id).where(false())
    return select(Membership.account_id).where(
        Membership.list_id == signed.list_id,
        Membership.starts <= at,
        Membership.ends.is_(None) | (Membership.ends > at),
    )


def _worked_by_both(signed: Signed | None, members: Select[int], week: Week) -> Select[int]:
    """The accounts among them that Marketing and Sales both reached out to in the quarter's days of a week."""
    return (
        select(Rollup.account_id)
        .where(
            Rollup.quarter == (str(signed.quarter) if signed is not None else ""),
            Rollup.week == str(week),
            Rollup.direction == Direction.OUTBOUND,
            Rollup.side.in_([TouchSide.MARKETING, TouchSide.SALES]),
            Rollup.touches > 0,
            Rollup.account_id.in_(members),
        )
        .group_by(Rollup.account_id)
        .having(func.count(Rollup.side.distinct()) == 2)
    )


def _count(rows: Select[int]) -> ColumnElement[int]:
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()
