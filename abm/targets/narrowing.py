"""What the draft can be narrowed to: by words, place, voices that are missing, and what changed since it was signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select

from abm.accounts.listing import searched
from abm.accounts.models import Account
from abm.people.models import User
from abm.people.seats import Side
from abm.targets.entries import Entry
from abm.targets.kinds import TIERS, Motion, Outcome
from abm.targets.membership import Membership
from abm.targets.words import my_missing_words, unspoken

MINE = "mine"
FILTERS = ("q", "tier", "outcome", "ae", "motion", "missing", "changed")


@dataclass(frozen=True)
class Narrowed:
    """What the table is narrowed to; an empty word narrows nothing."""

    q: str = ""
    tier: str = ""  # 1, 2, 3 or none
    outcome: str = ""  # candidate, in, out or all; empty: not out
    ae: str = ""  # public id
    motion: str = ""
    missing: str = ""  # the side whose word is missing, or `mine`
    changed: str = ""  # anything: only what differs from the version in force
    me: User | None = field(default=None, compare=False)  # whose words `mine` means
    at: datetime | None = field(default=None, compare=False)  # when the version in force is looked at

    @property
    def narrows(self) -> bool:
        return self != Narrowed()


def entries_matching(list_id: int, wanted: Narrowed) -> Select[Entry]:
    """The entries that a filter leaves, to change them together."""
    return select(Entry).join(Account, Account.id == Entry.account_id).where(*rules_of(list_id, wanted))


def rules_of(list_id: int, wanted: Narrowed) -> list[ColumnElement[bool]]:
    """A filter as conditions on entries joined with their accounts."""
    rules = [Entry.list_id == list_id, *_outcome(wanted), *_missing(wanted)]
    if wanted.tier:
        rules.append(Entry.tier == int(wanted.tier) if wanted.tier in map(str, TIERS) else Entry.tier.is_(None))
    if wanted.ae:
        rules.append(Entry.ae_id == select(User.id).where(User.public_id == wanted.ae).scalar_subquery())
    if wanted.motion in set(Motion):
        rules.append(Entry.motion == Motion(wanted.motion))
    if wanted.changed and wanted.at is not None:
        rules.append(_changed(list_id, wanted.at))
    if wanted.q:
        planned = select(User.id).where(User.name.icontains(wanted.q, autoescape=True))
        rules.append(or_(searched(wanted.q), Entry.ae_id.in_(planned)))
    return rules


def _outcome(wanted: Narrowed) -> list[ColumnElement[bool]]:
    """What is out shows where it is asked for, and among what changed."""
    if wanted.outcome in set(Outcome):
        return [Entry.outcome == Outcome(wanted.outcome)]
    return [] if wanted.outcome == "all" or wanted.changed else [Entry.outcome != Outcome.OUT]


def _missing(wanted: Narrowed) -> list[ColumnElement[bool]]:
    if wanted.missing == MINE:
        return [my_missing_words(wanted.me)] if wanted.me is not None else []
    return [unspoken(Side(wanted.missing))] if wanted.missing in set(Side) else []


def _changed(list_id: int, at: datetime) -> ColumnElement[bool]:
    """That the draft says otherwise of an account than the version in force: in, out, or on other terms."""
    held = select(Membership.id).where(
        Membership.list_id == list_id,
        Membership.account_id == Entry.account_id,
        Membership.starts <= at,
        or_(Membership.ends.is_(None), Membership.ends > at),
    )
    same = held.where(
        Membership.tier == Entry.tier,
        Membership.motion == Entry.motion,
        Membership.ae_id == Entry.ae_id,
        Membership.with_children == Entry.with_children,
    )
    inside = Entry.outcome == Outcome.IN
    return or_(
        and_(inside, ~same.correlate(Entry).exists()),
        and_(~inside, held.correlate(Entry).exists()),
    )
