"""The facts of one week of the list, in a handful of queries whatever its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account, TeamFunction, TeamMember
from abm.campaigns.queries import audiences_at
from abm.definitions.stages import Held, StageDefinition, stage_definitions
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
from abm.stages.standing import Standing, stalled_for, standing_on
from abm.targets.in_force import NEVER, TIME, Signed, listed_since, signed_list_at
from abm.targets.kinds import TIERS
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
    stages: Held  # the definition of stages and coverage that held on its last day

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
    before = moment.first - timedelta(days=1)
    definitions = stage_definitions(session)
    held = definitions.on(moment.until)
    stages = stages_on_days(session, ids, [moment.until, before], definitions=definitions)
    read = _Read(
        terms=_terms(signed, moment, held.says),
        touches=_touches(session, ids, moment),
        now=stages[moment.until],
        then=stages[before],
        since=_since(session, signed, moment, programme_id),
        deals=deals_of(session, organisation, ids, moment),
        verdicts=_verdicts(session, organisation, ids, moment),
        campaigns=audiences_at(session, moment.at, programme_id),
        standing=standing_on(session, ids, moment.until),
        stalls={tier: signed.stalled_days(tier) for tier in held.says.coverage_by_tier},
        organisation=organisation,
        until=moment.until,
    )
    rows = [read.row(member) for member in members]
    return WeekOfList(moment, signed, rows, ids, held)


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
            Account.public_id,
            Account.name,
            Account.slug,
            Account.segment,
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


def _since(session: Session, signed: Signed, moment: Moment, programme_id: int) -> dict[int, datetime]:
    """By account, since when it is on the list, as far back as anything asks.

    Of all that ever were, which costs less than to name those that are.
    """
    back = max(7 * WEEKS_BACK, *(signed.stalled_days(tier) for tier in TIERS))
    asked = TIME.ends.is_(None) | (TIME.ends >= moment.at - timedelta(days=min(back, NEVER)))
    return dict(session.execute(listed_since(moment.at, programme_id, asked)).all())


@dataclass(frozen=True)
class Term:
    """What a tier asks of a side, and where among `COUNTED` the touches of its rhythm and its window are."""

    wanted: int
    rhythm: int
    window: int
    begun_by: datetime  # who has been on the list since then has been on it for a whole period


def _terms(signed: Signed, moment: Moment, stages: StageDefinition) -> dict[int, dict[Side, Term]]:
    """By tier and side, once for all accounts."""
    found: dict[int, dict[Side, Term]] = {}
    for tier, coverage in stages.coverage_by_tier.items():
        rhythms = {side: signed.rhythm(tier, side) for side in Side}
        found[tier] = {
            side: Term(
                wanted=rhythm.touches,
                rhythm=COUNTED.index(f"rhythm_{rhythm.weeks}"),
                window=COUNTED.index(f"window_{coverage.weeks}"),
                begun_by=moment.at - timedelta(weeks=rhythm.weeks),
            )
            for side, rhythm in rhythms.items()
        }
    return found


# What is counted per account and side, in this order.
COUNTED: Final = (
    *("this_week", "window_1", "window_4", "window_13", "rhythm_1", "rhythm_4", "rhythm_13"),
    *("held", "booked"),
)
THIS_WEEK, HELD, BOOKED = (COUNTED.index(name) for name in ("this_week", "held", "booked"))
Counts = Sequence[int]
UNTOUCHED: Mapping[TouchSide, Counts] = {}


def _touches(session: Session, ids: Any, moment: Moment) -> Mapping[int, Mapping[TouchSide, Counts]]:
    """Per account and side: outbound touches of this week's share, of each window and rhythm, and meetings.

    While a week is under way its rhythm reaches one week further back: on a Tuesday nobody is late yet. The share of a
    quarter that ends in the week knows nothing of the days after it.
    """
    weeks = [str(moment.week.plus(-back)) for back in range(WEEKS_BACK)]  # they sort as they follow each other
    quarters = [str(moment.quarter.plus(number)) for number in (-2, -1, 0)]  # up to this one's own days
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
    columns = [func.sum(case((counted[name], Rollup.touches), else_=0)) for name in COUNTED]
    speaks = outbound | (this_week & (held | booked))  # no other line adds to any of these
    then = Rollup.quarter.in_(quarters), Rollup.week.between(weeks[-1], weeks[0])
    statement = select(Rollup.account_id, Rollup.side, *columns).group_by(Rollup.account_id, Rollup.side)
    found: dict[int, dict[TouchSide, Counts]] = {}
    for row in session.execute(statement.where(Rollup.account_id.in_(ids), *then, speaks)):
        found.setdefault(row[0], {})[row[1]] = row[2:]
    return found


def _verdicts(session: Session, organisation: Organisation, ids: Any, moment: Moment) -> dict[int, dict[Side, str]]:
    """By account, what each side said last in this share of the week."""
    in_share = Judgement.at.between(organisation.start_of(moment.first), moment.at)
    rows = session.execute(
        select(Judgement.account_id, Judgement.side, Judgement.verdict)
        .where(Judgement.account_id.in_(ids), Judgement.week == str(moment.week), in_share)
        .order_by(Judgement.id)
    )
    found: dict[int, dict[Side, str]] = {}
    for account, side, verdict in rows:
        found.setdefault(account, {})[side] = verdict.value
    return found


@dataclass(frozen=True)
class _Read:
    """What the queries found: by tier, and by account."""

    terms: Mapping[int, Mapping[Side, Term]]
    touches: Mapping[int, Mapping[TouchSide, Counts]]
    now: Mapping[int, AccountStage]
    then: Mapping[int, AccountStage]
    since: Mapping[int, datetime]  # on the list without a gap
    deals: Mapping[int, tuple[Deal, ...]]
    verdicts: Mapping[int, dict[Side, str]]
    campaigns: Mapping[int, tuple[str, ...]]
    standing: Mapping[int, Standing]
    stalls: Mapping[int, int]  # days without a move, by tier
    organisation: Organisation
    until: date

    def row(self, member: Sequence[Any]) -> AccountWeek:
        account, tier, public_id, name, slug, segment, ae_id, ae, team = member
        touches, stage = self.touches.get(account, UNTOUCHED), self.now.get(account, NO_STAGE)
        terms, standing = self.terms[tier].items(), self.standing.get(account)
        begun = self.since[account]
        since = (standing.since if standing else None, self.organisation.today(begun))
        return AccountWeek(
            public_id=public_id,
            name=name,
            slug=slug,
            tier=tier,
            ae_id=ae_id,
            ae=ae,
            team=team,
            segment=segment,
            campaigns=self.campaigns.get(account, ()),
            sides={side: _side(begun, term, touches.get(TOUCH_SIDES[side])) for side, term in terms},
            meetings_held=sum(counts[HELD] for counts in touches.values()),
            meetings_booked=sum(counts[BOOKED] for counts in touches.values()),
            stage=stage.stage,
            stage_before=self.then.get(account, NO_STAGE).stage,
            cause=stage.cause,
            people=stage.people,
            days=standing.days(self.until) if standing and standing.stage is stage.stage else None,
            stalled=stalled_for(stage.stage, since, day=self.until, after=self.stalls[tier]) is not None,
            deals=self.deals.get(account, ()),
            verdicts=self.verdicts.get(account, {}),
        )


def _side(since: datetime, term: Term, counts: Counts | None) -> SideWeek:
    """What one side did on an account, beside what its tier's rhythm asks for."""
    begun = since <= term.begun_by
    if counts is None:
        return _side_week(0, 0, 0, term.wanted, begun)
    return _side_week(counts[THIS_WEEK], counts[term.rhythm], counts[term.window], term.wanted, begun)


_side_week = lru_cache(maxsize=4096)(SideWeek)  # thousands of accounts share a few weeks
