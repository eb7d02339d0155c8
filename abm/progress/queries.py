"""The facts of one week of the list, in a handful of queries whatever its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, RowMapping, Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account, TeamFunction, TeamMember
from abm.definitions.defaults import COVERAGE
from abm.outbound.judging import Judgement
from abm.people.models import Organisation, Team, User
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import Seat, Side
from abm.progress.content import ListShown
from abm.progress.deal_queries import deals_of
from abm.progress.moments import Moment
from abm.progress.pipeline import Deal
from abm.progress.weekly import AccountWeek, SideWeek
from abm.stages.models import AccountStage, Stage
from abm.stages.queries import stages_on_days
from abm.targets.in_force import Signed, signed_list_at
from abm.targets.models import Membership
from abm.touches.kinds import Direction, OutcomeClass, TouchSide
from abm.touches.models import Rollup

WEEKS_BACK = 13
TOUCH_SIDES = {side: TouchSide(side.value) for side in Side}
NO_STAGE = AccountStage(Stage.TARGET, "no response yet")


@dataclass(frozen=True)
class WeekOfList:
    """One week of one list: who signed what, and a row per account."""

    moment: Moment
    signed: Signed
    rows: Sequence[AccountWeek]
    account_ids: Select[int]

    @property
    def list(self) -> ListShown:
        """The version of the list that it is measured on."""
        place = self.signed.place
        return ListShown(place.of_quarter, place.number, place.digest, place.since, place.carried_until)


def week_of_list(
    session: Session, organisation: Organisation, moment: Moment, programme_id: int = DEFAULT_PROGRAMME
) -> WeekOfList | None:
    """Everything the weekly view counts of a programme, or None when no list of it was in force then."""
    signed = signed_list_at(session, organisation, moment.at, programme_id)
    if signed is None:
        return None
    members = _members(session, signed.list_id, moment)
    ids = select(Membership.account_id).where(*_on_list(signed.list_id, moment.at))
    touches = _touches(session, ids, moment)
    deals, verdicts = deals_of(session, organisation, ids, moment), _verdicts(session, ids, moment)
    before = moment.first - timedelta(days=1)
    stages = stages_on_days(session, ids, [moment.until, before])
    now, then, terms = stages[moment.until], stages[before], _terms(signed, moment)
    rows = [
        _row(
            member,
            terms[member.tier],
            touches.get(member.account_id, UNTOUCHED),
            now.get(member.account_id, NO_STAGE),
            then.get(member.account_id, NO_STAGE),
            deals.get(member.account_id, ()),
            verdicts.get(member.account_id, {}),
        )
        for member in members
    ]
    return WeekOfList(moment, signed, rows, ids)


@dataclass(frozen=True)
class Colleague:
    """An AE whose figures the reader may see."""

    public_id: str
    name: str


def aes_shown_to(
    session: Session, reader: User, seat: Seat | None, rows: Sequence[AccountWeek]
) -> dict[str, Colleague]:
    """The AEs of these accounts whose own figures a person may see: oneself, one's team, for the sales seat all."""
    ids = {row.ae_id for row in rows if row.ae_id}
    statement = select(User.public_id, User.name).where(User.public_id.in_(ids)).order_by(User.name, User.id)
    if seat is None or seat.side is not Side.SALES:
        statement = statement.outerjoin(Team, Team.id == User.team_id)
        statement = statement.where(or_(User.id == reader.id, Team.manager_id == reader.id))
    return {row.public_id: Colleague(row.public_id, row.name) for row in session.execute(statement)}


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
            Account.public_id,
            Account.name,
            Account.slug,
            func.coalesce(working.public_id, planned.public_id, "").label("ae_id"),
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


@dataclass(frozen=True)
class Term:
    """What a tier asks of a side, and under which names the touches of its rhythm and its window are counted."""

    wanted: int
    rhythm: str
    window: str
    begun_by: datetime  # who has been on the list since then has been on it for a whole period


def _terms(signed: Signed, moment: Moment) -> dict[int, dict[Side, Term]]:
    """By tier and side, once for all accounts."""
    found: dict[int, dict[Side, Term]] = {}
    for tier, coverage in COVERAGE.items():
        rhythms = {side: signed.rhythm(tier, side) for side in Side}
        found[tier] = {
            side: Term(
                wanted=rhythm.touches,
                rhythm=f"rhythm_{rhythm.weeks}",
                window=f"window_{coverage.weeks}",
                begun_by=moment.at - timedelta(weeks=rhythm.weeks),
            )
            for side, rhythm in rhythms.items()
        }
    return found


Counts = RowMapping
UNTOUCHED: Mapping[TouchSide, Counts] = {}


def _touches(session: Session, ids: Any, moment: Moment) -> Mapping[int, Mapping[TouchSide, Counts]]:
    """Per account and side: outbound touches of this week's share, of each window and rhythm, and meetings.

    While a week is under way its rhythm reaches one week further back: on a Tuesday nobody is late yet. The share of a
    quarter that ends in the week knows nothing of the days after it.
    """
    weeks = [str(moment.week.plus(-back)) for back in range(WEEKS_BACK)]  # they sort as they follow each other
    this_week = (Rollup.week == weeks[0]) & (Rollup.quarter == str(moment.quarter))
    outbound = Rollup.direction == Direction.OUTBOUND
    held = Rollup.outcome_class == OutcomeClass.MEETING_HELD
    booked = Rollup.outcome_class == OutcomeClass.MEETING_BOOKED
    counted = {
        "this_week": outbound & this_week,
        "window_1": outbound & (Rollup.week == weeks[0]),
        "window_4": outbound & (Rollup.week >= weeks[3]),
        "window_13": outbound,
        "rhythm_1": outbound & (Rollup.week >= weeks[moment.under_way]),
        "rhythm_4": outbound & (Rollup.week >= weeks[3 + moment.under_way]),
        "rhythm_13": outbound,
        "held": this_week & held,
        "booked": this_week & booked,
    }
    columns = [
        func.coalesce(func.sum(case((which, Rollup.touches), else_=0)), 0).label(name)
        for name, which in counted.items()
    ]
    speaks = outbound | (this_week & (held | booked))  # no other line adds to any of these
    statement = select(Rollup.account_id, Rollup.side, *columns).group_by(Rollup.account_id, Rollup.side)
    come = (Rollup.week < weeks[0]) | (Rollup.quarter <= str(moment.quarter))
    statement = statement.where(Rollup.account_id.in_(ids), Rollup.week.between(weeks[-1], weeks[0]), come, speaks)
    found: dict[int, dict[TouchSide, Counts]] = {}
    for row in session.execute(statement):
        found.setdefault(row.account_id, {})[row.side] = row._mapping
    return found


def _verdicts(session: Session, ids: Any, moment: Moment) -> dict[int, dict[Side, str]]:
    """By account, what each side said last of this week."""
    rows = session.execute(
        select(Judgement.account_id, Judgement.side, Judgement.verdict)
        .where(Judgement.account_id.in_(ids), Judgement.week == str(moment.week))
        .order_by(Judgement.id)
    )
    found: dict[int, dict[Side, str]] = {}
    for account, side, verdict in rows:
        found.setdefault(account, {})[side] = verdict.value
    return found


def _row(  # noqa: PLR0917 a row of each query
    member: Row[Any],
    terms: Mapping[Side, Term],
    touches: Mapping[TouchSide, Counts],
    stage: AccountStage,
    stage_before: AccountStage,
    deals: tuple[Deal, ...],
    verdicts: dict[Side, str],
) -> AccountWeek:
    return AccountWeek(
        public_id=member.public_id,
        name=member.name,
        slug=member.slug,
        tier=member.tier,
        ae_id=member.ae_id,
        ae=member.ae,
        team=member.team,
        sides={side: _side(member, term, touches.get(TOUCH_SIDES[side])) for side, term in terms.items()},
        meetings_held=sum(counts["held"] for counts in touches.values()),
        meetings_booked=sum(counts["booked"] for counts in touches.values()),
        stage=stage.stage,
        stage_before=stage_before.stage,
        cause=stage.cause,
        deals=deals,
        verdicts=verdicts,
    )


def _side(member: Row[Any], term: Term, counts: Counts | None) -> SideWeek:
    """What one side did on an account, beside what its tier's rhythm asks for."""
    begun = member.starts <= term.begun_by
    if counts is None:
        return _side_week(0, 0, 0, term.wanted, begun)
    return _side_week(counts["this_week"], counts[term.rhythm], counts[term.window], term.wanted, begun)


_side_week = lru_cache(maxsize=4096)(SideWeek)  # thousands of accounts share a few weeks
