"""The calendar: accounts by weeks, what both sides do there, and where it is too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session, lazyload

from abm.campaigns.calendar import (
    LISTED,
    PAGE,
    Grid,
    Planned,
    Wanted,
    against_deals,
    agenda,
    fill,
    named,
    rows_of,
    told,
    worked,
)
from abm.campaigns.drafted import drafted_of, plays_of_draft, would_work
from abm.campaigns.kinds import CampaignState
from abm.campaigns.models import Campaign
from abm.campaigns.outreach import Accounts, Drafted, Span, overfull
from abm.campaigns.overload import Overload
from abm.kit.clock import Week
from abm.outbound.models import Commitment
from abm.outbound.queries import ends_on
from abm.people.models import Organisation
from abm.people.seats import Side

WEEKS = 13


@dataclass(frozen=True)
class TooMuch:
    """An account that is over a cap ahead, and what makes it."""

    name: str
    slug: str
    load: Overload
    asked: Sequence[Commitment] = ()  # what else is promised there in those days

    @property
    def week(self) -> Week:
        return Week.of(self.load.last_day)


@dataclass(frozen=True)
class Due:
    """By a day, the touches that a campaign asks of Sales, on so many accounts."""

    day: date
    campaign: str
    slug: str
    accounts: int


@dataclass(frozen=True)
class Calendar:
    """One page of it. `over` counts the accounts over a cap ahead; `listed` are the first of them in full."""

    weeks: Sequence[Week]
    this_week: Week
    grid: Grid
    page: int
    over: int
    listed: Sequence[TooMuch]
    deals: Sequence[tuple[str, str, int]]  # name, slug, plays, of accounts with an open deal
    plays: Sequence[Planned]
    dues: Sequence[Due]
    drafted: bool

    @property
    def agenda(self) -> list[tuple[Week, list[tuple[date, list[Planned | Due]]]]]:
        """What is to come, week by week and day by day."""
        things: list[Planned | Due] = [*self.plays, *self.dues]
        things.sort(key=lambda one: (one.day, isinstance(one, Due), one.campaign))
        by_day = [(day, list(those)) for day, those in groupby(things, key=lambda one: one.day)]
        return [(week, list(days)) for week, days in groupby(by_day, key=lambda pair: Week.of(pair[0]))]

    @property
    def summary(self) -> str:
        first = (self.page - 1) * PAGE + 1
        return f"{first} to {first + len(self.grid.rows) - 1} of {self.grid.total}" if self.grid.rows else ""

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.grid.total


@dataclass(frozen=True)
class View:
    """What is asked for: from which week, narrowed how; a draft is seen with its own plays."""

    first: Week
    wanted: Wanted
    campaign: Campaign | None = None
    only_over: bool = False

    @property
    def as_draft(self) -> bool:
        return self.campaign is not None and self.campaign.state is CampaignState.DRAFT


def usual_first(organisation: Organisation, today: date) -> Week:
    """The first week of the quarter that we are in; this week is among the thirteen."""
    first = Week.of(organisation.quarter_of(today).first)
    return max(first, Week.of(today).plus(1 - WEEKS))


def span_of(first: Week, organisation: Organisation, at: datetime, drafted: Drafted | None = None) -> Span:
    """Thirteen weeks from one."""
    return Span(first.monday, first.plus(WEEKS - 1).sunday, organisation.today(at), at, drafted)


def calendar_of(session: Session, view: View, *, organisation: Organisation, at: datetime) -> Calendar:
    """Gather one page in a fixed number of queries, however many accounts there are."""
    span, wanted, own = _narrowed(session, view, organisation, at)
    accounts = wanted.accounts(span)
    over = overfull(session, span, accounts)
    if view.only_over:
        wanted = replace(wanted, within=[one.account_id for one in over])
    grid = rows_of(session, wanted, span)
    fill(session, grid, span, over)
    _ask(session, grid, span)
    ahead = [one for one in over if any(day >= span.today for day in one.days)]
    names = named(session, [one.account_id for one in ahead])
    first = list(names)[:LISTED]
    loads = told(session, [one for one in ahead if one.account_id in first], span, span.today, own)
    return Calendar(
        weeks=[view.first.plus(number) for number in range(WEEKS)],
        this_week=Week.of(span.today),
        grid=grid,
        page=wanted.page,
        over=len(ahead),
        listed=list(_too_much(session, names, loads)),
        deals=_deals(session, span, accounts),
        plays=[*agenda(session, span, accounts), *(play for play in own if span.first <= play.day <= span.last)],
        dues=list(_dues(session, span, accounts)),
        drafted=view.as_draft,
    )


def _narrowed(
    session: Session, view: View, organisation: Organisation, at: datetime
) -> tuple[Span, Wanted, list[Planned]]:
    """The days, the rows, and the plays of the draft that is looked at."""
    span = span_of(view.first, organisation, at)
    if view.campaign is None:
        return span, view.wanted, []
    if not view.as_draft:
        return span, replace(view.wanted, within=worked(view.campaign, span)), []
    accounts = would_work(session, view.campaign, organisation=organisation, at=at)
    drafted = drafted_of(view.campaign, accounts, span.today)
    inside = replace(drafted, days=[day for day in drafted.days if day <= span.last])
    own = plays_of_draft(view.campaign, len(accounts), span.today)
    return replace(span, drafted=inside), replace(view.wanted, within=list(drafted.account_ids)), own


def _ask(session: Session, grid: Grid, span: Span) -> None:
    """Count what Sales is asked for into the weeks after this one, by which it is asked."""
    asked = select(Commitment.account_id, ends_on, func.sum(Commitment.wanted)).where(
        Commitment.side == Side.SALES,
        Commitment.account_id.in_([row.account_id for row in grid.rows]),
        ends_on.between(max(span.first, Week.of(span.today).sunday + timedelta(days=1)), span.last),
        Commitment.closed_on.is_(None),
        Commitment.campaign_id.is_not(None),
    )
    for account_id, day, touches in session.execute(asked.group_by(Commitment.account_id, ends_on)):
        grid.cells[account_id, Week.of(day)].asked += touches


def _dues(session: Session, span: Span, accounts: Accounts | None) -> Iterator[Due]:
    """What Sales is asked for, campaign by campaign and day by day."""
    statement = (
        select(ends_on, Campaign.name, Campaign.slug, func.count(func.distinct(Commitment.account_id)))
        .join(Campaign, Campaign.id == Commitment.campaign_id)
        .where(Commitment.side == Side.SALES, Commitment.closed_on.is_(None))
        .where(ends_on.between(max(span.first, span.today), span.last))
        .group_by(ends_on, Campaign.name, Campaign.slug)
    )
    if accounts is not None:
        statement = statement.where(Commitment.account_id.in_(accounts))
    for row in session.execute(statement):
        yield Due(*row)


def _too_much(
    session: Session, names: Mapping[int, tuple[str, str]], loads: Mapping[int, Overload]
) -> Iterator[TooMuch]:
    """Each account with what makes it, and what Sales is asked for in the same days."""
    asked = select(Commitment).where(Commitment.account_id.in_(list(loads)), Commitment.side == Side.SALES)
    asked = asked.where(Commitment.closed_on.is_(None), Commitment.campaign_id.is_not(None))
    found = session.scalars(asked.options(lazyload("*")).order_by(Commitment.last_day, Commitment.id)).all()
    for account_id, load in loads.items():
        those = [one for one in found if one.account_id == account_id]
        then = [one for one in those if one.first_day <= load.last_day and one.last_day >= load.first_day]
        yield TooMuch(*names[account_id], load, then)


def _deals(session: Session, span: Span, accounts: Accounts | None) -> list[tuple[str, str, int]]:
    """The accounts with an open deal on which plays are to come, with the draft's own."""
    counts: dict[int, int] = defaultdict(int, against_deals(session, span, accounts))
    if span.drafted is not None and span.drafted.days:
        for account_id in span.drafted.with_deal:
            counts[account_id] += len(span.drafted.days)
    names = named(session, list(counts))
    return [(*names[account_id], counts[account_id]) for account_id in names]
