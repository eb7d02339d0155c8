"""A list comes into force: its signed bytes, and nothing else, become the memberships that figures rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.agreement.models import Version
from abm.audit.models import record
from abm.definitions.list_rules import list_rules_at
from abm.kit.base import session_of
from abm.kit.rules import refuse, require
from abm.people.models import Organisation, User
from abm.people.programmes import Programme
from abm.targets.content import Row, read_content
from abm.targets.entries import Entry
from abm.targets.membership import Membership

if TYPE_CHECKING:
    from abm.targets.models import TargetList


@dataclass(frozen=True)
class Time:
    """From when to when something holds."""

    starts: datetime
    ends: datetime
    carried: bool = False


def write_membership(target_list: TargetList, version: Version, *, at: datetime) -> None:
    """End what the new version changes or leaves out, and begin what it brings; what stays is not touched.

    In the transaction of the last signature. A version signed before its quarter begins with the quarter. What it
    says is written into the weeks after its quarter as well, as carried over, until the next quarter's list begins:
    equally long for all of its accounts, also where another number of weeks was agreed since the version before.
    """
    session = session_of(target_list)
    starts, ends = version.standing.starts, version.standing.ends
    if starts is None or ends is None:
        refuse("Only a version that both seats have signed comes into force.")
    _take_turn(session, target_list)
    signed = _by_ids(session, target_list.id, read_content(version.read()).rows)
    reaching = _reaching_beyond(session, target_list.id, starts)
    kept, closed = _close([one for one in reaching if not one.carried], signed, starts)
    own, carried = Time(starts, ends), _carried(target_list, ends)
    staying = signed if carried.ends > carried.starts else {}
    over, _ = _close([one for one in reaching if one.carried], staying, starts, until=carried.ends)
    _close(_carried_from_before(session, target_list, own), {}, starts)
    session.flush()
    for time, accounts in ((own, signed.keys() - kept), (carried, staying.keys() - over)):
        for account_id in sorted(accounts):
            session.add(_membership(target_list, version, account_id, signed[account_id], time))
    after = {"version": version.number, "opened": len(signed) - len(kept), "closed": closed}
    record(target_list, "membership written", by=None, at=at, after=after)


def _membership(
    target_list: TargetList, version: Version, account_id: int, signed: tuple[Any, ...], time: Time
) -> Membership:
    tier, motion, ae_id, with_children = signed
    return Membership(
        list_id=target_list.id,
        account_id=account_id,
        version_id=version.id,
        tier=tier,
        motion=motion,
        ae_id=ae_id,
        with_children=with_children,
        starts=time.starts,
        ends=time.ends,
        carried=time.carried,
    )


def _take_turn(session: Session, target_list: TargetList) -> None:
    """One list of a programme at a time: this quarter's change and the next quarter's list see each other's rows."""
    session.execute(select(Programme.id).where(Programme.id == target_list.programme_id).with_for_update())


def _close(
    members: Iterable[Membership],
    signed: Mapping[int, tuple[object, ...]],
    starts: datetime,
    *,
    until: datetime | None = None,
) -> tuple[set[int], int]:
    """End the memberships that are not as they are signed, or do not last until then; who stays, how many ended."""
    kept, closed = set(), 0
    for member in members:
        if signed.get(member.account_id) == _facts(member) and until in (None, member.ends):
            kept.add(member.account_id)
        else:
            member.ends = max(starts, member.starts)
            closed += 1
    return kept, closed


def _carried_from_before(session: Session, target_list: TargetList, time: Time) -> list[Membership]:
    """What other lists of the programme carry over into the time of this one."""
    others = Membership.list_id != target_list.id, Membership.target_list.has(programme_id=target_list.programme_id)
    during = Membership.ends > time.starts, Membership.starts < time.ends, Membership.ends > Membership.starts
    return list(session.scalars(select(Membership).where(Membership.carried, *others, *during)))


def _carried(target_list: TargetList, ends: datetime) -> Time:
    """How long the list carries over after its quarter: whole weeks, and not beyond the start of the next list.

    The weeks are those agreed for the day on which that begins, as far as they are signed by now.
    """
    session = session_of(target_list)
    organisation = session.get_one(Organisation, 1)
    following = organisation.quarter(target_list.quarter).plus(1)
    weeks = timedelta(weeks=list_rules_at(session, ends).carry_over_weeks)
    theirs = Membership.target_list.has(programme_id=target_list.programme_id, quarter=str(following))
    begun = select(func.min(Membership.starts)).where(theirs, ~Membership.carried, Membership.ends > Membership.starts)
    latest = organisation.start_of(following.first + weeks)
    return Time(ends, min(session.scalar(begun) or latest, latest), carried=True)


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
    """Memberships that would still hold after the new version's start, those carried over included."""
    later = Membership.ends > starts, Membership.ends > Membership.starts
    return list(session.scalars(select(Membership).where(Membership.list_id == list_id, *later)))


def _facts(member: Membership) -> tuple[object, ...]:
    return member.tier, member.motion, member.ae_id, member.with_children
