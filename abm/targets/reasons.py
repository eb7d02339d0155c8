"""Why a version is as it is: what of the draft led to each account and each term, and whose decision it was.

What was decided after the version was proposed belongs to the next one and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account
from abm.audit.models import Event
from abm.people.models import User
from abm.targets.content import Row
from abm.targets.diff import PolicyChange
from abm.targets.models import Entry, Nomination, TargetList

DECIDING = ("entered", "placed", "aimed")


@dataclass(frozen=True)
class Reason:
    """What led to one change: the account's address and number, why (empty: nobody said), by whom and when."""

    slug: str
    why: str
    who: str
    at: datetime | None
    id: int


def reasons(session: Session, list_id: int, rows: Iterable[Row], at: datetime) -> dict[str, Reason]:
    """By the account's public id, as it was known when the version was proposed. One query."""
    ids = [row.account for row in rows]
    if not ids:
        return {}
    return {row.public_id: _reason(row, at) for row in session.execute(_decided(list_id, ids, at))}


def _decided(list_id: int, ids: list[str], at: datetime) -> Select[*tuple[Any, ...]]:
    decider, changed_by, nominator = aliased(User), aliased(User), aliased(User)
    last = (
        select(func.max(Event.id))
        .where(Event.subject == "entry", Event.subject_id == Entry.id, Event.verb.in_(DECIDING), Event.at <= at)
        .correlate(Entry)
        .scalar_subquery()
    )
    said = select(func.max(Nomination.id)).where(Nomination.entry_id == Entry.id, Nomination.at <= at)
    return (
        select(
            Account.public_id,
            Account.slug,
            Account.id,
            Entry.reason,
            Entry.changed_at,
            changed_by.name.label("changed_by"),
            Event.at.label("decided_at"),
            Event.after,
            decider.name.label("decided_by"),
            Nomination.why,
            Nomination.at.label("nominated_at"),
            nominator.name.label("nominated_by"),
        )
        .outerjoin(Entry, (Entry.account_id == Account.id) & (Entry.list_id == list_id))
        .outerjoin(changed_by, changed_by.id == Entry.changed_by_id)
        .outerjoin(Event, Event.id == last)
        .outerjoin(decider, decider.id == Event.actor_id)
        .outerjoin(Nomination, Nomination.id == said.correlate(Entry).scalar_subquery())
        .outerjoin(nominator, nominator.id == Nomination.by_id)
        .where(Account.public_id.in_(ids))
    )


def _reason(row: Any, at: datetime) -> Reason:
    untouched = row.changed_at is not None and row.changed_at <= at
    who, when = row.decided_by or (row.changed_by if untouched else None), row.decided_at or row.changed_at
    told = row.reason if untouched else (row.after or {}).get("reason", "")
    if told:
        return Reason(row.slug, told, who or "", when, row.id)
    if row.why:
        return Reason(row.slug, row.why, row.nominated_by, row.nominated_at, row.id)
    return Reason(row.slug, "", who or "", when if who else None, row.id)


def term_reasons(
    session: Session, target_list: TargetList, changes: Iterable[PolicyChange], at: datetime
) -> dict[tuple[int, str], tuple[str, datetime]]:
    """Who set a term last, and when, by tier and term. One query; none where no term changed."""
    if not list(changes):
        return {}
    rows = session.execute(
        select(Event.after, Event.at, User.name)
        .join(User, User.id == Event.actor_id)
        .where(
            Event.subject == "tier_policy",
            Event.subject_id.in_([policy.id for policy in target_list.policies]),
            Event.verb == "changed",
            Event.at <= at,
        )
        .order_by(Event.id)
    )
    return {(after["tier"], term): (name, when) for after, when, name in rows for term in after if term != "tier"}
