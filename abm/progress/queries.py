"""The facts of one week of the list, in a handful of queries whatever its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account, TeamFunction, TeamMember
from abm.definitions.defaults import COVERAGE
from abm.people.models import Organisation, Team, User
from abm.people.seats import Seat, Side
from abm.progress.moments import Moment
from abm.progress.weekly import AccountWeek, SideWeek
from abm.stages.models import AccountStage, Stage
from abm.stages.queries import stages_on_days
from abm.targets.in_force import Signed, signed_list_at
from abm.targets.models import Membership
from abm.touches.kinds import Direction, OutcomeClass, TouchSide
from abm.touches.models import Rollup

WEEKS_BACK = 13
NO_STAGE = AccountStage(Stage.TARGET, "no response yet")


@dataclass(frozen=True)
class WeekOfList:
    """One week of one list: who signed what, and a row per account."""

    moment: Moment
    signed: Signed
    rows: list[AccountWeek]
    account_ids: Select[int]


def week_of_list(session: Session, organisation: Organisation, moment: Moment) -> WeekOfList | None:
    """Everything the weekly view counts, or None when no list was in force then."""
    signed = signed_list_at(session, organisation, moment.at)
    if signed is None:
        return None
    members = _members(session, signed.list_id, moment)
    ids = select(Membership.account_id).where(*_on_list(signed.list_id, moment.at))
    touches = _touches(session, ids, moment)
    before = moment.first - timedelta(days=1)
    stages = stages_on_days(session, ids, [moment.until, before])
    rows = [
        _row(
            member,
            _sides(member, signed, touches.get(member.account_id, {}), moment),
            touches.get(member.account_id, {}),
            stages[moment.until].get(member.account_id, NO_STAGE),
            stages[before].get(member.account_id, NO_STAGE),
        )
        for member in members
    ]
    return WeekOfList(moment, signed, rows, ids)


@dataclass(frozen=True)
class Colleague:
    """An AE whose figures the reader may see."""

    user_id: int
    public_id: str
    name: str


def aes_shown_to(
    session: Session, reader: User, seat: Seat | None, rows: Sequence[AccountWeek]
) -> dict[str, Colleague]:
    """The AEs of these accounts whose own figures a person may see: oneself, one's team, for the sales seat all."""
    ids = {row.ae_id for row in rows if row.ae_id is not None}
    statement = select(User.id, User.public_id, User.name).where(User.id.in_(ids)).order_by(User.name, User.id)
    if seat is None or seat.side is not Side.SALES:
        statement = statement.outerjoin(Team, Team.id == User.team_id)
        statement = statement.where(or_(User.id == reader.id, Team.manager_id == reader.id))
    return {row.public_id: Colleague(row.id, row.public_id, row.name) for row in session.execute(statement)}


def _on_list(list_id: int, at: datetime) -> tuple[Any, ...]:
    return (
        Membership.list_id == list_id,
        Membership.starts <= at,
        Membership.ends.is_(None) | (Membership.ends > at),
    )


def _members(session: Session, list_id: int, moment: Moment) -> Sequence[Any]:
    """Each account on the list, with the AE who answers for it on the last day, else the one who was planned."""
    planned, working = aliased(User), aliased(User)
    ae_then = (
        (TeamMember.account_id == Account.id)
        & (TeamMember.function == TeamFunction.AE)
        & (TeamMember.first_day <= moment.until)
        & (TeamMember.last_day.is_(None) | (TeamMember.last_day >= moment.until))
    )
    return session.execute(
        select(
            Membership.account_id,
            Membership.tier,
            Membership.starts,
            Account.name,
            Account.slug,
            func.coalesce(working.id, planned.id).label("ae_id"),
            func.coalesce(working.name, planned.name, "").label("ae"),
            func.coalesce(Team.name, "").label("team"),
        )
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(TeamMember, ae_then)
        .outerjoin(working, working.id == TeamMember.user_id)
        .outerjoin(planned, planned.id == Membership.ae_id)
        .outerjoin(Team, Team.id == func.coalesce(working.team_id, planned.team_id))
        .where(*_on_list(list_id, moment.at))
        .order_by(Membership.tier, Account.name, Account.id)
    ).all()


def _touches(session: Session, ids: Any, moment: Moment) -> Mapping[int, dict[TouchSide, Row[Any]]]:
    """Per account and side: outbound touches of this week's share, of each window and rhythm, and meetings.

    While a week is open its rhythm reaches one week further back: on a Tuesday nobody is late yet.
    """
    weeks = [str(moment.week.plus(-back)) for back in range(WEEKS_BACK)]
    this_week = (Rollup.week == weeks[0]) & (Rollup.quarter == str(moment.quarter))
    outbound = Rollup.direction == Direction.OUTBOUND
    counted = {
        "this_week": outbound & this_week,
        "window_1": outbound & (Rollup.week == weeks[0]),
        "window_4": outbound & Rollup.week.in_(weeks[:4]),
        "window_13": outbound,
        "rhythm_1": outbound & Rollup.week.in_(weeks[: 1 + moment.open]),
        "rhythm_4": outbound & Rollup.week.in_(weeks[: 4 + moment.open]),
        "rhythm_13": outbound,
        "held": this_week & (Rollup.outcome_class == OutcomeClass.MEETING_HELD),
        "booked": this_week & (Rollup.outcome_class == OutcomeClass.MEETING_BOOKED),
    }
    columns = [
        func.coalesce(func.sum(case((which, Rollup.touches), else_=0)), 0).label(name)
        for name, which in counted.items()
    ]
    found: dict[int, dict[TouchSide, Row[Any]]] = {}
    for row in session.execute(
        select(Rollup.account_id, Rollup.side, *columns)
        .where(Rollup.account_id.in_(ids), Rollup.week.in_(weeks))
        .group_by(Rollup.account_id, Rollup.side)
    ):
        found.setdefault(row.account_id, {})[row.side] = row
    return found


def _row(
    member: Row[Any],
    sides: dict[Side, SideWeek],
    touches: Mapping[TouchSide, Row[Any]],
    stage: AccountStage,
    stage_before: AccountStage,
) -> AccountWeek:
    return AccountWeek(
        account_id=member.account_id,
        name=member.name,
        slug=member.slug,
        tier=member.tier,
        ae_id=member.ae_id,
        ae=member.ae,
        team=member.team,
        sides=sides,
        meetings_held=sum(row.held for row in touches.values()),
        meetings_booked=sum(row.booked for row in touches.values()),
        stage=stage.stage,
        stage_before=stage_before.stage,
        cause=stage.cause,
    )


def _sides(
    member: Row[Any], signed: Signed, touches: Mapping[TouchSide, Row[Any]], moment: Moment
) -> dict[Side, SideWeek]:
    """What each side did on an account, beside what its tier's rhythm asks for."""
    found = {}
    for side in Side:
        rhythm = signed.rhythm(member.tier, side)
        row = touches.get(TouchSide(side.value))
        found[side] = SideWeek(
            this_week=row.this_week if row else 0,
            in_rhythm=row._mapping[f"rhythm_{rhythm.weeks}"] if row else 0,
            in_window=row._mapping[f"window_{COVERAGE[member.tier].weeks}"] if row else 0,
            wanted=rhythm.touches,
            begun=member.starts <= moment.at - timedelta(weeks=rhythm.weeks),
        )
    return found
