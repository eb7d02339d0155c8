"""The draft as a table: each account with its place and the last word of both sides. One query a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from abm.accounts.listing import searched
from abm.accounts.models import Account
from abm.people.models import User
from abm.people.seats import Side
from abm.targets.kinds import TIERS, Motion, Outcome, Priority, Readiness
from abm.targets.models import Assessment, Entry, Nomination

ROWS = 150
NO_TIER = 9  # entries without a tier stand last


@dataclass(frozen=True)
class Narrowed:
    """What the table is narrowed to; an empty word narrows nothing."""

    q: str = ""
    tier: str = ""  # 1, 2, 3 or none
    outcome: str = ""  # candidate, in, out or all; empty: not out
    ae: str = ""  # public id
    missing: str = ""  # the side whose word is missing


@dataclass(frozen=True)
class GridRow:
    """An entry with its account and the last word of both sides."""

    id: int
    public_id: str
    revision: int
    account: str
    slug: str
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


@dataclass(frozen=True)
class GridPage:
    """Some rows, and the public id that the next page begins after."""

    rows: Sequence[GridRow]
    next: str | None


def grid_page(session: Session, list_id: int, wanted: Narrowed, *, after: str = "") -> GridPage:
    """The rows that a filter leaves, by tier and name, from the one after `after` on."""
    query = _rows().where(*_narrowed(list_id, wanted))
    keys = (func.coalesce(Entry.tier, NO_TIER), Account.normal_name, Entry.id)
    anchor = _anchor(session, list_id, keys, after)
    if anchor is not None:
        query = query.where(tuple_(*keys) > tuple_(*anchor))
    found = [_row(one) for one in session.execute(query.order_by(*keys).limit(ROWS + 1))]
    return GridPage(found[:ROWS], next=found[ROWS - 1].public_id if len(found) > ROWS else None)


def every_row(session: Session, list_id: int, wanted: Narrowed) -> list[GridRow]:
    """All the rows that a filter leaves, by tier and name: what leaves as a file or on paper. One query."""
    keys = (func.coalesce(Entry.tier, NO_TIER), Account.normal_name, Entry.id)
    return [_row(one) for one in session.execute(_rows().where(*_narrowed(list_id, wanted)).order_by(*keys))]


def grid_row(session: Session, entry_id: int) -> GridRow:
    """One entry as the table shows it."""
    return _row(session.execute(_rows().where(Entry.id == entry_id)).one())


def entries_matching(list_id: int, wanted: Narrowed) -> Select[Entry]:
    """The entries that a filter leaves, to change them together."""
    return select(Entry).join(Account, Account.id == Entry.account_id).where(*_narrowed(list_id, wanted))


def _rows() -> Select[*tuple[Any, ...]]:
    ae, nominator, assessor = aliased(User), aliased(User), aliased(User)
    last_nomination = (
        select(func.max(Nomination.id)).where(Nomination.entry_id == Entry.id).correlate(Entry).scalar_subquery()
    )
    last_assessment = (
        select(func.max(Assessment.id)).where(Assessment.entry_id == Entry.id).correlate(Entry).scalar_subquery()
    )
    return (
        select(
            Entry.id,
            Entry.public_id,
            Entry.revision,
            Account.name,
            Account.slug,
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


def _narrowed(list_id: int, wanted: Narrowed) -> list[ColumnElement[bool]]:
    rules = [Entry.list_id == list_id]
    if wanted.outcome in set(Outcome):
        rules.append(Entry.outcome == Outcome(wanted.outcome))
    elif wanted.outcome != "all":
        rules.append(Entry.outcome != Outcome.OUT)
    if wanted.tier:
        rules.append(Entry.tier == int(wanted.tier) if wanted.tier in map(str, TIERS) else Entry.tier.is_(None))
    if wanted.ae:
        rules.append(Entry.ae_id == select(User.id).where(User.public_id == wanted.ae).scalar_subquery())
    if wanted.missing:
        said: type[Nomination | Assessment] = Nomination if wanted.missing == Side.SALES else Assessment
        spoken = aliased(said)  # apart from the last word's join
        rules.append(~select(spoken.id).where(spoken.entry_id == Entry.id).exists())
    if wanted.q:
        planned = select(User.id).where(User.name.icontains(wanted.q, autoescape=True))
        rules.append(or_(searched(wanted.q), Entry.ae_id.in_(planned)))
    return rules


def _anchor(session: Session, list_id: int, keys: tuple[Any, ...], public_id: str) -> list[ColumnElement[Any]] | None:
    """The sort values of the row that a page begins after; None for the first page, and for a row that is not here."""
    if not public_id:
        return None
    named = select(*keys).join(Account, Account.id == Entry.account_id)
    row = session.execute(named.where(Entry.public_id == public_id, Entry.list_id == list_id)).first()
    return [literal(value, key.type) for value, key in zip(row, keys, strict=True)] if row else None
