"""The team of somebody who leads: each person's pace, what waits for an answer, and accounts that nobody works."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.accounts.models import Account
from abm.accounts.queries import on_day
from abm.accounts.team import TeamFunction, TeamMember
from abm.outbound.models import Commitment
from abm.outbound.pauses import Pause, clock_of
from abm.outbound.queries import QUIET, Total, amount_done, ends_on, paused, running, totals, way_is_open
from abm.outbound.ways import AnotherWay
from abm.people.models import Organisation, User
from abm.people.seats import Absence, Side
from abm.targets.models import Membership
from abm.touches.models import Direction, Touch, TouchSide

SHOWN = 20  # silent accounts on the page: the longest silent first
AHEAD = timedelta(days=28)  # how far ahead absences are shown


@dataclass
class Member:
    """One person of the team: what they promised, and what of it waits for whom."""

    person: User
    total: Total = field(default_factory=Total)
    unaccepted: int = 0
    otherwise: int = 0
    waiting: int = 0
    resting: int = 0
    silent: int = 0
    away: Sequence[Absence] = ()


@dataclass(frozen=True)
class Silent:
    """An account of the list on which its AE's side has not reached out for two weeks."""

    account: Account
    ae: User
    last: date | None


@dataclass(frozen=True)
class TeamPage:
    """What the page shows on a day; `sides` are all commitments of both, beside each other."""

    members: Sequence[Member]
    ways: Sequence[AnotherWay]
    silent: Sequence[Silent]
    silent_in_all: int
    sides: Mapping[Side, Total]
    day: date


def team_page(session: Session, led: Sequence[User], *, organisation: Organisation, at: datetime) -> TeamPage:
    """The people whom somebody leads, as they stand on the day of `at`. Eight queries, however many they are."""
    day, ids = organisation.today(at), [one.id for one in led]
    members = {one.id: Member(one) for one in led}
    _count(session, members, Commitment.person_id.in_(ids) & running(day), day)
    quiet = list(_silent(session, ids, day, at))
    for one_silent in quiet:
        members[one_silent.ae.id].silent += 1
    for user_id, absences in _absences(session, ids, day).items():
        members[user_id].away = absences
    return TeamPage(
        members=list(members.values()),
        ways=_ways(session, ids),
        silent=quiet[:SHOWN],
        silent_in_all=len(quiet),
        sides=totals(session, day, running(day)),
        day=day,
    )


def _count(session: Session, members: Mapping[int, Member], where: ColumnElement[bool], day: date) -> None:
    """Add up each person's commitments: the clock of each, and where it stands."""
    pauses = paused(session, where)
    window = Commitment.wanted, Commitment.first_day, Commitment.last_day, ends_on
    columns = Commitment.id, Commitment.person_id, Commitment.accepted_at, amount_done, way_is_open
    rows = session.execute(select(*columns, *window).where(where))
    for number, person_id, accepted_at, done, otherwise, *of_window in rows:
        member, own = members[person_id], pauses.get(number, [])
        waited = sum(pause.days_until(day) for pause in own if pause.is_wait)
        member.total = member.total.plus(clock_of(own, day, *of_window), day, done, waited)
        member.unaccepted += accepted_at is None and not otherwise
        member.otherwise += otherwise
        standing = _standing(own, day)
        member.waiting += standing["waits"]
        member.resting += standing["rests"]


def _standing(pauses: Iterable[Pause], day: date) -> Counter[str]:
    held = [pause for pause in pauses if pause.holds_on(day) and pause.ended_at is None]
    return Counter({"waits": any(one.is_wait for one in held), "rests": any(not one.is_wait for one in held)})


def _silent(session: Session, ids: Sequence[int], day: date, at: datetime) -> Iterator[Silent]:
    """Accounts of the list that these people answer for, with no contact of Sales for two weeks; longest first."""
    last = (
        select(func.max(Touch.day))
        .where(Touch.account_id == Account.id, Touch.side == TouchSide.SALES)
        .where(Touch.direction == Direction.OUTBOUND, Touch.voided_at.is_(None))
        .correlate(Account)
        .scalar_subquery()
    )
    listed = select(Membership.account_id).where(
        Membership.starts <= at, Membership.ends.is_(None) | (Membership.ends > at)
    )
    answers = (TeamMember.account_id == Account.id) & (TeamMember.function == TeamFunction.AE) & on_day(day)
    rows = session.execute(
        select(Account, User, last)
        .join(TeamMember, answers)
        .join(User, User.id == TeamMember.user_id)
        .where(TeamMember.user_id.in_(ids), Account.archived_at.is_(None), Account.id.in_(listed))
        .where(last.is_(None) | (last < day - QUIET))
        .order_by(func.coalesce(last, date.min), Account.normal_name)
        .options(lazyload(User.grants))
    )
    return (Silent(account, ae, day_) for account, ae, day_ in rows if account.approachable_on(day))


def _ways(session: Session, ids: Sequence[int]) -> Sequence[AnotherWay]:
    """The other ways that these people proposed and nobody has answered, the oldest first."""
    statement = (
        select(AnotherWay)
        .join(AnotherWay.commitment)
        .where(AnotherWay.answered_at.is_(None), Commitment.person_id.in_(ids))
        .options(
            joinedload(AnotherWay.by).options(lazyload("*")),
            joinedload(AnotherWay.person).options(lazyload("*")),
            joinedload(AnotherWay.commitment).options(joinedload(Commitment.account), lazyload(Commitment.campaign)),
        )
        .order_by(AnotherWay.at, AnotherWay.id)
    )
    return session.scalars(statement).unique().all()


def _absences(session: Session, ids: Sequence[int], day: date) -> dict[int, list[Absence]]:
    found: dict[int, list[Absence]] = defaultdict(list)
    statement = select(Absence).where(Absence.user_id.in_(ids), Absence.last_day >= day)
    for one in session.scalars(statement.where(Absence.first_day <= day + AHEAD).order_by(Absence.first_day)):
        found[one.user_id].append(one)
    return found
