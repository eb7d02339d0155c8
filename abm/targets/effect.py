"""A list comes into force: its signed bytes, and nothing else, become the memberships that figures rest on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.agreement.models import Version
from abm.audit.models import record
from abm.kit.base import session_of
from abm.kit.rules import refuse, require
from abm.people.models import User
from abm.targets.content import Row, read_content
from abm.targets.entries import Entry
from abm.targets.membership import Membership

if TYPE_CHECKING:
    from abm.targets.models import TargetList


def write_membership(target_list: TargetList, version: Version, *, at: datetime) -> None:
    """End what the new version changes or leaves out, and begin what it brings; what stays is not touched.

    In the transaction of the last signature. A version signed before its quarter begins with the quarter.
    """
    session = session_of(target_list)
    starts, ends = version.standing.starts, version.standing.ends
    if starts is None:
        refuse("Only a version that both seats have signed comes into force.")
    signed = _by_ids(session, target_list.id, read_content(version.read()).rows)
    closed = 0
    for member in _reaching_beyond(session, target_list.id, starts):
        if signed.get(member.account_id) == _facts(member):
            del signed[member.account_id]
        else:
            member.ends = max(starts, member.starts)
            closed += 1
    session.flush()
    for account_id, (tier, motion, ae_id, with_children) in signed.items():
        session.add(
            Membership(
                list_id=target_list.id,
                account_id=account_id,
                with_children=with_children,
                tier=tier,
                motion=motion,
                ae_id=ae_id,
                starts=starts,
                ends=ends,
                version_id=version.id,
            )
        )
    after = {"version": version.number, "opened": len(signed), "closed": closed}
    record(target_list, "membership written", by=None, at=at, after=after)


def _by_ids(session: Session, list_id: int, rows: Mapping[str, Row]) -> dict[int, tuple[object, ...]]:
    """What was signed of each account, by the numbers that this database knows accounts and people by."""
    entered = select(Entry.account_id).where(Entry.list_id == list_id)
    accounts = dict(session.execute(select(Account.public_id, Account.id).where(Account.id.in_(entered))).all())
    names = {row.ae for row in rows.values()}
    people = dict(session.execute(select(User.public_id, User.id).where(User.public_id.in_(names))).all())
    known = rows.keys() <= accounts.keys() and names <= people.keys()
    require(known, "The version names accounts or people that are not here. It cannot come into force.")
    return {accounts[row.account]: (row.tier, row.motion, people[row.ae], row.with_children) for row in rows.values()}


def _reaching_beyond(session: Session, list_id: int, starts: datetime) -> list[Membership]:
    """Memberships that would still hold after the new version's start."""
    later = Membership.ends.is_(None) | (Membership.ends > starts)
    return list(session.scalars(select(Membership).where(Membership.list_id == list_id, later)))


def _facts(member: Membership) -> tuple[object, ...]:
    return member.tier, member.motion, member.ae_id, member.with_children
