"""The facts of one week of the list, in a handful of queries whatever its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from sys import intern
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account, TeamFunction, TeamMember
from abm.campaigns.queries import audiences_at
from abm.definitions.stages import Held, StageDefinition, stage_definitions
from abm.outbound.judging import Judgement
from abm.people.models import Organisation, Team, User
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import Side
from abm.progress.content import ListShown
from abm.progress.deal_queries import deals_of
from abm.progress.moments import Moment
from abm.progress.pipeline import Deal
from abm.progress.promises import promises_by_account
from abm.progress.touch_queries import (
    BOOKED,
    CONTENT,
    COUNTED,
    HELD,
    THIS_WEEK,
    UNTOUCHED,
    WEEKS_BACK,
    Counts,
    touches_of,
)
from abm.progress.weekly import AccountWeek, Promises, SideWeek, side_week, sides_of
from abm.stages.models import AccountStage, Stage
from abm.stages.queries import stages_on_days
from abm.stages.standing import Standing, stalled_for, standing_on
from abm.targets.in_force import NEVER, TIME, Signed, listed_since, signed_list_at
from abm.targets.kinds import TIERS
from abm.targets.models import Membership
from abm.touches.kinds import TouchSide

TOUCH_SIDES = {side: TouchSide(side.value) for side in Side}
NO_VERDICTS: dict[Side, str] = {}
NO_PROMISES: Promises = {}
NO_STAGE = AccountStage(Stage.TARGET, "no response yet")


@dataclass(frozen=True)
class WeekOfList:
    """One week of one list: who signed what, and a row per account."""

    moment: Moment
    signed: Signed
    rows: Sequence[AccountWeek]
    numbers: Sequence[int]  # of the accounts, row by row
    account_ids: Select[int]
    stages: Held  # the definition of stages and coverage that held on its last day
    next_begun: datetime | None  # when, after the moment, an account will next have been on it for a whole rhythm

    @property
    def list(self) -> ListShown:
        """The version of the list that it is measured on."""
        place = self.signed.place
        return ListShown(place.of_quarter, place.number, place.digest, place.since, place.carried_until)


def week_of_list(
    session: Session,
    organisation: Organisation,
    moment: Moment,
    programme_id: int = DEFAULT_PROGRAMME,
    *,
    only: Sequence[int] | None = None,
) -> WeekOfList | None:
    """Everything the weekly view counts of a programme, or None when no list of it was in force then.

    `only` narrows it to some accounts, by number; as many statements are asked, and each of little.
    """
    signed = signed_list_at(session, organisation, moment.at, programme_id)
    if signed is None:
        return None
    listed = _on_list(signed.list_id, moment.at, only)
    ids = select(Membership.account_id).where(*listed)
    members = _members(session, listed, moment)
    before = moment.first - timedelta(days=1)
    definitions = stage_definitions(session)
    held = definitions.on(moment.until)
    stages = stages_on_days(session, ids, [moment.until, before], definitions=definitions)
    read = _Read(
        terms=_terms(signed, moment, held.says),
        touches=touches_of(session, ids, moment),
        now=stages[moment.until],
        then=stages[before],
        since=_since(session, signed, moment, programme_id, only),
        deals=deals_of(session, organisation, ids, moment),
        verdicts=_verdicts(session, organisation, ids, moment),
        campaigns=audiences_at(session, moment.at, programme_id, only=only),
        standing=standing_on(session, ids, moment.until),
        promises=promises_by_account(session, ids, moment=moment),
        stalls={tier: signed.stalled_days(tier) for tier in held.says.coverage_by_tier},
        organisation=organisation,
        until=moment.until,
    )
    rows, numbers = [read.row(member) for member in members], [member.account_id for member in members]
    return WeekOfList(moment, signed, rows, numbers, ids, held, read.next_begun(moment.at))


def _on_list(list_id: int, at: datetime, only: Sequence[int] | None) -> tuple[Any, ...]:
    return (
        Membership.list_id == list_id,
        Membership.starts <= at,
        Membership.ends.is_(None) | (Membership.ends > at),
        *([] if only is None else [Membership.account_id.in_(only)]),
    )


def _members(session: Session, listed: Sequence[Any], moment: Moment) -> Sequence[Any]:
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
        .where(*listed)
        .order_by(Membership.tier, Account.name, Account.id)
    ).all()


def _since(
    session: Session, signed: Signed, moment: Moment, programme_id: int, only: Sequence[int] | None
) -> dict[int, datetime]:
    """By account, since when it is on the list, as far back as anything asks.

    Where it is not narrowed, of all that ever were, which costs less than to name those that are.
    """
    back = max(7 * WEEKS_BACK, *(signed.stalled_days(tier) for tier in TIERS))
    asked: list[ColumnElement[bool]] = [
        TIME.ends.is_(None) | (TIME.ends >= moment.at - timedelta(days=min(back, NEVER)))
    ]
    if only is not None:
        asked.append(TIME.account_id.in_(only))
    return dict(session.execute(listed_since(moment.at, programme_id, *asked)).all())


@dataclass(frozen=True)
class Term:
    """What a tier asks of a side, and where among `COUNTED` the touches of its rhythm and its window are."""

    wanted: int
    rhythm: int
    window: int
    weeks: int  # the period of the rhythm
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
                weeks=rhythm.weeks,
                begun_by=moment.at - timedelta(weeks=rhythm.weeks),
            )
            for side, rhythm in rhythms.items()
        }
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
    promises: Mapping[int, Promises]
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
            ae_id=intern(ae_id),
            ae=intern(ae),
            team=intern(team),
            segment=intern(segment),
            campaigns=self.campaigns.get(account, ()),
            sides=sides_of(*(_side(begun, term, touches.get(TOUCH_SIDES[side])) for side, term in terms)),
            meetings_held=sum(counts[HELD] for counts in touches.values()),
            meetings_booked=sum(counts[BOOKED] for counts in touches.values()),
            content=sum(counts[CONTENT] for counts in touches.values()),
            stage=stage.stage,
            stage_before=self.then.get(account, NO_STAGE).stage,
            cause=stage.cause,
            people=stage.people,
            days=standing.days(self.until) if standing and standing.stage is stage.stage else None,
            stalled=stalled_for(stage.stage, since, day=self.until, after=self.stalls[tier]) is not None,
            deals=self.deals.get(account, ()),
            verdicts=self.verdicts.get(account, NO_VERDICTS),
            promises=self.promises.get(account, NO_PROMISES),
        )

    def next_begun(self, at: datetime) -> datetime | None:
        """When, after `at`, an account will next have been on the list for a whole period of a rhythm."""
        weeks = {term.weeks for terms in self.terms.values() for term in terms.values()}
        instants = (since + timedelta(weeks=number) for since in {*self.since.values()} for number in weeks)
        return min((instant for instant in instants if instant > at), default=None)


def _side(since: datetime, term: Term, counts: Counts | None) -> SideWeek:
    """What one side did on an account, beside what its tier's rhythm asks for."""
    begun = since <= term.begun_by
    if counts is None:
        return side_week(0, 0, 0, term.wanted, begun)
    return side_week(counts[THIS_WEEK], counts[term.rhythm], counts[term.window], term.wanted, begun)
