"""The facts that a list's workload rests on, gathered from people, accounts, touches and campaigns in four queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account, TeamFunction, TeamMember
from abm.accounts.queries import on_day
from abm.campaigns.in_effect import InEffect, plans_in_effect
from abm.kit.clock import Week
from abm.people.models import Organisation, Role, RoleGrant, Team, User
from abm.people.seats import Absence, Side
from abm.targets.models import Entry, TargetList
from abm.targets.work import CampaignAsk, Person, Span, Work
from abm.touches.models import Direction, Touch, TouchSide

SIDES = {TouchSide.SALES: Side.SALES, TouchSide.MARKETING: Side.MARKETING}


def work_of(
    session: Session,
    target_list: TargetList,
    *,
    organisation: Organisation,
    at: datetime,
    plans: Sequence[InEffect] | None = None,
) -> Work:
    """What people did and campaigns ask, as of an instant. `plans`: those in effect, where the caller read them."""
    today = organisation.today(at)
    bare = Work(organisation.quarter(target_list.quarter), today)
    span = bare.weeks_before[0].monday, bare.weeks_before[-1].sunday
    marketers, resting = _teams(session, target_list.programme_id, bare)
    going = plans_in_effect(session) if plans is None else plans
    own = [one for one in going if one.programme_id == target_list.programme_id]
    return Work(
        quarter=bare.quarter,
        today=today,
        people=_people(session, (span[0], bare.quarter.last)),
        done=_done(session, span),
        asks=asks_of(own, organisation, today),
        marketers=marketers,
        resting=resting,
    )


def asks_of(plans: Sequence[InEffect], organisation: Organisation, today: date) -> Mapping[str, Sequence[CampaignAsk]]:
    """What the plans in effect ask of Sales, by the public id of each account that they froze."""
    found: dict[str, list[CampaignAsk]] = defaultdict(list)
    for one in plans:
        first = one.asks_from(today, organisation.today(one.launched) if one.launched else None)
        if one.plan.ask_by is None or not one.plan.ask_touches or one.plan.ask_by < first:
            continue
        ask = CampaignAsk(one.plan.ask_touches, first, one.plan.ask_by)
        for account in one.plan.worked:
            found[account.account].append(ask)
    return found


def _people(session: Session, span: Span) -> dict[str, Person]:
    """Everybody who is or was here: their absence within the span, and the first touch that they logged."""
    first_touch = (
        select(Touch.day)
        .where(Touch.logged_by_id == User.id, Touch.voided_at.is_(None), Touch.direction == Direction.OUTBOUND)
        .order_by(Touch.day)
        .limit(1)
        .correlate(User)
        .scalar_subquery()
    )
    sells = select(RoleGrant.id).where(RoleGrant.user_id == User.id, RoleGrant.role == Role.AE).exists()
    away = (Absence.user_id == User.id) & (Absence.first_day <= span[1]) & (Absence.last_day >= span[0])
    rows = session.execute(
        select(
            User.public_id,
            User.name,
            Team.name.label("team"),
            (sells & User.deactivated_at.is_(None)).label("sells"),
            first_touch.label("first_touch"),
            Absence.first_day,
            Absence.last_day,
        )
        .outerjoin(Team, Team.id == User.team_id)
        .outerjoin(Absence, away)
        .order_by(User.id, Absence.first_day)
    )
    facts: dict[str, dict[str, Any]] = {}
    absences: dict[str, list[Span]] = defaultdict(list)
    for public_id, name, team, sells_now, first, away_from, away_until in rows:
        facts[public_id] = {"name": name, "team": team or "", "sells": bool(sells_now), "first_touch": first}
        if away_from is not None:
            absences[public_id].append((away_from, away_until))
    return {key: Person(public_id=key, away=tuple(absences[key]), **known) for key, known in facts.items()}


def _done(session: Session, span: Span) -> dict[tuple[Side, str], dict[Week, int]]:
    """Unvoided outbound touches per side, whoever logged them, and week."""
    rows = session.execute(
        select(User.public_id, Touch.side, Touch.day, func.count())
        .join(Touch, Touch.logged_by_id == User.id)
        .where(
            Touch.day.between(*span),
            Touch.direction == Direction.OUTBOUND,
            Touch.voided_at.is_(None),
            Touch.side.in_(SIDES),
        )
        .group_by(User.public_id, Touch.side, Touch.day)
    )
    found: dict[tuple[Side, str], dict[Week, int]] = defaultdict(lambda: defaultdict(int))
    for who, side, day, touches in rows:
        found[SIDES[side], who][Week.of(day)] += touches
    return found


def _teams(session: Session, programme_id: int, work: Work) -> tuple[dict[str, list[str]], frozenset[str]]:
    """The marketers named on the teams of accounts, and the accounts that nobody may approach.

    Of those in the quarter's draft, and in that of the quarter before: a first version is held against that list.
    """
    quarters = [str(work.quarter), str(work.quarter.plus(-1))]
    entered = (
        select(Entry.account_id)
        .join(TargetList, TargetList.id == Entry.list_id)
        .where(TargetList.programme_id == programme_id, TargetList.quarter.in_(quarters))
    )
    marketer = (TeamMember.function == TeamFunction.MARKETER) & on_day(work.first_day)
    left_alone = Account.do_not_approach.is_not(None) & or_(
        Account.do_not_approach_until.is_(None), Account.do_not_approach_until >= work.quarter.last
    )
    rows = session.execute(
        select(Account.public_id, User.public_id.label("marketer"), left_alone.label("rests"))
        .outerjoin(TeamMember, (TeamMember.account_id == Account.id) & marketer)
        .outerjoin(User, (User.id == TeamMember.user_id) & User.deactivated_at.is_(None))
        .where(Account.id.in_(entered), left_alone | User.id.is_not(None))
        .order_by(Account.id, User.id)
    )
    marketers: dict[str, list[str]] = defaultdict(list)
    resting: set[str] = set()
    for row in rows:
        if row.rests:
            resting.add(row.public_id)
        if row.marketer is not None and row.marketer not in marketers[row.public_id]:
            marketers[row.public_id].append(row.marketer)
    return marketers, frozenset(resting)
