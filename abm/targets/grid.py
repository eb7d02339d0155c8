"""The draft as a table: each account with its place and the last word of both sides. One query a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account
from abm.people.models import User
from abm.targets.comments import EntryComment
from abm.targets.kinds import Motion, Outcome, Priority, Readiness
from abm.targets.models import Assessment, Entry, Nomination
from abm.targets.narrowing import Narrowed, rules_of
from abm.targets.reach import Reach, reach_columns

ROWS = 150
NO_TIER = 9  # entries without a tier stand last


@dataclass(frozen=True)
class GridRow:
    """An entry with its account and the last word of both sides."""

    id: int
    public_id: str
    account_id: int
    account: str
    slug: str
    alone: str | None  # why nobody should approach the account
    alone_until: date | None
    tier: int | None
    motion: Motion
    with_children: bool
    outcome: Outcome
    reason: str
    ae: str | None
    ae_name: str | None
    ae_gone: bool
    priority: Priority | None
    nominated_why: str | None
    nominated_by: str | None
    readiness: Readiness | None
    assessed_why: str | None
    assessed_by: str | None
    comments: int
    reach: Reach

    def left_alone_on(self, day: date) -> bool:
        """Whether "do not approach" holds on a day."""
        return self.alone is not None and (self.alone_until is None or day <= self.alone_until)


@dataclass(frozen=True)
class GridPage:
    """Some rows, and the public id that the next page begins after."""

    rows: Sequence[GridRow]
    next: str | None


def grid_page(session: Session, list_id: int, wanted: Narrowed, *, after: str = "") -> GridPage:
    """The rows that a filter leaves, by tier and name, from the one after `after` on."""
    keys = (func.coalesce(Entry.tier, NO_TIER), Account.normal_name, Entry.id)
    picked = select(Entry.id).join(Account, Account.id == Entry.account_id).where(*rules_of(list_id, wanted))
    if after:
        picked = picked.where(tuple_(*keys) > _place_of(after, list_id, keys))
    picked = picked.order_by(*keys).limit(ROWS + 1)  # what is shown beside them is looked up for these alone
    found = [_row(one) for one in session.execute(_rows().where(Entry.id.in_(picked)).order_by(*keys))]
    if after and not found:
        return grid_page(session, list_id, wanted)  # from the beginning, where the row is no longer here
    return GridPage(found[:ROWS], next=found[ROWS - 1].public_id if len(found) > ROWS else None)


def every_row(session: Session, list_id: int, wanted: Narrowed) -> list[GridRow]:
    """All the rows that a filter leaves, by tier and name: what leaves as a file or on paper. One query."""
    keys = (func.coalesce(Entry.tier, NO_TIER), Account.normal_name, Entry.id)
    return [_row(one) for one in session.execute(_rows().where(*rules_of(list_id, wanted)).order_by(*keys))]


def grid_row(session: Session, entry_id: int) -> GridRow:
    """One entry as the table shows it."""
    return _row(session.execute(_rows().where(Entry.id == entry_id)).one())


def _rows() -> Select[*tuple[Any, ...]]:
    ae, nominator, assessor = aliased(User), aliased(User), aliased(User)
    return (
        select(
            Entry.id,
            Entry.public_id,
            Entry.account_id,
            Account.name,
            Account.slug,
            Account.do_not_approach,
            Account.do_not_approach_until,
            Entry.tier,
            Entry.motion,
            Entry.with_children,
            Entry.outcome,
            Entry.reason,
            ae.public_id.label("ae"),
            ae.name.label("ae_name"),
            ae.deactivated_at.is_not(None).label("ae_gone"),
            Nomination.priority,
            Nomination.why,
            nominator.name.label("nominated_by"),
            Assessment.readiness,
            Assessment.why.label("assessed_why"),
            assessor.name.label("assessed_by"),
            _comments().label("comments"),
            *reach_columns(),
        )
        .join(Account, Account.id == Entry.account_id)
        .outerjoin(ae, ae.id == Entry.ae_id)
        .outerjoin(Nomination, Nomination.id == _last(Nomination))
        .outerjoin(nominator, nominator.id == Nomination.by_id)
        .outerjoin(Assessment, Assessment.id == _last(Assessment))
        .outerjoin(assessor, assessor.id == Assessment.by_id)
    )


def _last(said: type[Nomination | Assessment]) -> ColumnElement[int]:
    """The number of a side's last word on an entry."""
    return select(func.max(said.id)).where(said.entry_id == Entry.id).correlate(Entry).scalar_subquery()


def _comments() -> ColumnElement[int]:
    counted = select(func.count(EntryComment.id)).where(EntryComment.entry_id == Entry.id)
    return counted.correlate(Entry).scalar_subquery()


def _row(row: Any) -> GridRow:
    counts = len(fields(Reach))
    values: list[Any] = [*row[:-counts], Reach(*row[-counts:])]
    return GridRow(*values)


def _place_of(public_id: str, list_id: int, keys: tuple[Any, ...]) -> ScalarSelect[Any]:
    """The sort values of the row that a page begins after."""
    named = select(*keys).select_from(Entry).join(Account, Account.id == Entry.account_id)
    return named.where(Entry.public_id == public_id, Entry.list_id == list_id).correlate(None).scalar_subquery()
