"""What a role looks at first: the state of the list, campaigns in review, and for RevOps what came in badly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Opportunity
from abm.agreement.models import Standing, State
from abm.campaigns.models import Campaign
from abm.imports.models import Import, ImportState
from abm.kit.clock import Quarter, Week
from abm.people.models import Organisation
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.targets.in_force import Place, place_at
from abm.targets.models import Membership
from abm.touches.models import Direction, Rollup, TouchSide

RECENT = 20
SHOWN = 3


@dataclass(frozen=True)
class Summary:
    """The figures of home. `place` says which list is in force or carried over, None without one.

    `both_active` are its accounts that both sides reached out to this week, as the weekly view counts them;
    `unmatched` the deals without account or day, which stand outside every figure of the list.
    """

    quarter: Quarter
    week: Week
    place: Place | None
    accounts: int
    both_active: int
    in_review: int
    unmatched: int


def summary_of(
    session: Session, *, organisation: Organisation, at: datetime, programme_id: int = DEFAULT_PROGRAMME
) -> Summary:
    """All figures of home, in three queries at most."""
    today = organisation.today(at)
    quarter, week = organisation.quarter_of(today), Week.of(today)
    place = place_at(session, organisation, at, programme_id)
    members = _members(place.list_id if place else None, at)
    in_review = (
        select(Campaign.id)
        .join(Standing, Standing.document_id == Campaign.document_id)
        .where(Standing.state == State.OPEN)
    )
    unmatched = select(Opportunity.id).where(Opportunity.account_id.is_(None) | Opportunity.created_on.is_(None))
    counted = members, _worked_by_both(members, quarter, week), in_review, unmatched
    counts = session.execute(select(*(_count(rows) for rows in counted))).one()
    accounts, both_active, reviewed, left_out = (int(count) for count in counts)
    return Summary(quarter, week, place, accounts, both_active, reviewed, left_out)


def imports_with_bad_rows(session: Session) -> Sequence[Import]:
    """The latest imports of which some rows stayed out."""
    statement = select(Import).where(Import.state != ImportState.DISCARDED).order_by(Import.id.desc()).limit(RECENT)
    return [one for one in session.scalars(statement) if one.counts.get("bad")][:SHOWN]


def _members(list_id: int | None, at: datetime) -> Select[int]:
    """The accounts of the list that holds; of no list none."""
    return select(Membership.account_id).where(
        Membership.list_id == list_id,
        Membership.starts <= at,
        Membership.ends.is_(None) | (Membership.ends > at),
    )


def _worked_by_both(members: Select[int], quarter: Quarter, week: Week) -> Select[int]:
    """The accounts among them that Marketing and Sales both reached out to in the quarter's days of a week."""
    return (
        select(Rollup.account_id)
        .where(
            Rollup.quarter == str(quarter),
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
