"""The draft as a table: each account with its place and the last word of both sides. One query a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account
from abm.people.models import User
from abm.targets.comments import EntryComment
from abm.targets.kinds import Motion, Outcome, Priority, Readiness
from abm.targets.models import Assessment, Entry, Nomination
from abm.targets.narrowing import Narrowed, rules_of

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
    query = _rows().where(*rules_of(list_id, wanted))
    keys = (func.coalesce(Entry.tier, NO_TIER), Account.normal_name, Entry.id)
    anchor = _anchor(session, list_id, keys, after)
    if anchor is not None:
        query = query.where(tuple_(*keys) > tuple_(*anchor))
    found = [_row(one) for one in session.execute(query.order_by(*keys).limit(ROWS + 1))]
    return GridPage(found[:ROWS], next=found[ROWS - 1].public_id if len(found) > ROWS else None)


def grid_row(session: Session, entry_id: int) -> GridRow:
    """One entry as the table shows it."""
    return _row(session.execute(_rows().where(Entry.id == entry_id)).one())


def _rows() -> Select[*tuple[Any, ...]]:
    ae, nominator, assessor = aliased(User), aliased(User), aliased(User)
    last_nomination = (
        select(func.max(Nomination.id)).where(Nomination.entry_id == Entry.id).correlate(Entry).scalar_subquery()
    )
    last_assessment = (
        select(func.max(Assessment.id)).where(Assessment.entry_id == Entry.id).correlate(Entry).scalar_subquery()
    )
    comments = (
        select(func.count(EntryComment.id)).where(EntryComment.entry_id == Entry.id).correlate(Entry).scalar_subquery()
    )
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
            comments.label("comments"),
        )
        .join(Account, Account.id == Entry.account_id)
        .outerjoin(ae, ae.id == Entry.ae_id)
        .outerjoin(Nomination, Nomination.id == last_nomination)
        .outerjoin(nominator, nominator.id == Nomination.by_id)
        .outerjoin(Assessment, Assessment.id == last_assessment)
        .outerjoin(assessor, assessor.id == Assessment.by_id)
    )


def _row(row: Any) -> GridRow:
    return GridRow(*row)


def _anchor(session: Session, list_id: int, keys: tuple[Any, ...], public_id: str) -> list[ColumnElement[Any]] | None:
    """The sort values of the row that a page begins after; None for the first page, and for a row that is not here."""
    if not public_id:
        return None
    named = select(*keys).join(Account, Account.id == Entry.account_id)
    row = session.execute(named.where(Entry.public_id == public_id, Entry.list_id == list_id)).first()
    return [literal(value, key.type) for value, key in zip(row, keys, strict=True)] if row else None
