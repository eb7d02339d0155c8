"""What the calendar shows of accounts and weeks: who is on the list, what was done, what is planned, what is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.contacts import PERSON
from abm.accounts.models import Account, Contact, CrmStage, Opportunity, StageCategory, TeamFunction, TeamMember
from abm.accounts.queries import on_day
from abm.campaigns.audience import listed_at, never_left
from abm.campaigns.kinds import RUNNING, CampaignState
from abm.campaigns.launches import AudienceMember, still_worked
from abm.campaigns.live_plays import LivePlay
from abm.campaigns.models import Campaign
from abm.campaigns.outreach import Accounts, Overfull, Span, is_contact, planned
from abm.campaigns.overload import Made, Overload, overload
from abm.kit.clock import Week
from abm.people.models import User
from abm.targets.models import Membership
from abm.touches.models import Channel, Touch, TouchSide

PAGE = 150  # accounts
LISTED = 20  # accounts over a cap that are told in full


@dataclass(frozen=True)
class Wanted:
    """What the rows are narrowed to; None: not at all."""

    tier: int | None = None
    ae: str | None = None  # public id
    within: Accounts | None = None  # those of a campaign
    page: int = 1

    def accounts(self, span: Span) -> Accounts | None:
        """The ids that this leaves, or the query that gives them; None where it leaves all."""
        return self.within if self.tier is None and self.ae is None else self.matching(span)

    def matching(self, span: Span) -> Select[int]:
        """The accounts of every list in force that this leaves; in several programmes their highest tier counts."""
        statement = (
            select(Account.id)
            .join(Membership, Membership.account_id == Account.id)
            .where(listed_at(span.at), *self._conditions(span.today))
            .group_by(Account.id)
        )
        return statement if self.tier is None else statement.having(func.min(Membership.tier) == self.tier)

    def _conditions(self, today: date) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.ae is not None:
            who = select(User.id).where(User.public_id == self.ae).scalar_subquery()
            is_ae = and_(TeamMember.account_id == Account.id, TeamMember.function == TeamFunction.AE, on_day(today))
            answers = select(TeamMember.user_id).where(is_ae).correlate(Account).limit(1).scalar_subquery()
            found.append(func.coalesce(answers, Membership.ae_id) == who)
        if self.within is not None:
            found.append(Account.id.in_(self.within))
        return found


@dataclass(frozen=True)
class Row:
    """An account of a list in force: in several programmes, its highest tier."""

    account_id: int
    slug: str
    name: str
    tier: int


@dataclass
class Cell:
    """An account in a week: plays of Marketing, done and to come; touches of Sales; touches that Sales is asked for."""

    plays: int = 0
    touches: int = 0
    asked: int = 0
    over: bool = False

    @property
    def sales(self) -> int:
        return self.touches + self.asked

    @property
    def side(self) -> str:
        """Whose mark it bears, or none."""
        if self.plays and self.sales:
            return "joint"
        return "marketing" if self.plays else "sales" if self.sales else ""

    @property
    def heat(self) -> int:
        """How much the account is contacted that week, from 0 to 4."""
        return min(4, (self.plays + self.touches + 1) // 2)


@dataclass(frozen=True)
class Planned:
    """A play to come on an account, or on so many."""

    day: date
    channel: Channel
    what: str
    play: str
    campaign: str
    slug: str
    accounts: int = 1


@dataclass
class Grid:
    """Rows and cells of one page, and how many rows there are in all."""

    rows: Sequence[Row]
    total: int
    cells: dict[tuple[int, Week], Cell] = field(default_factory=lambda: defaultdict(Cell))

    def cell(self, account_id: int, week: Week) -> Cell:
        return self.cells.get((account_id, week)) or Cell()


def rows_of(session: Session, wanted: Wanted, span: Span) -> Grid:
    """One page of the accounts of every list in force, by tier and name, with one query."""
    tier = func.min(Membership.tier)
    matching = wanted.matching(span).add_columns(Account.slug, Account.name, tier, func.count().over())
    ordered = matching.order_by(tier, Account.normal_name, Account.id)
    found = session.execute(ordered.limit(PAGE).offset((wanted.page - 1) * PAGE)).all()
    return Grid([Row(*row[:4]) for row in found], found[0][4] if found else 0)


def aes_of(session: Session, span: Span) -> list[tuple[str, str]]:
    """Public id and name of everyone whom a list in force plans as an AE, by name."""
    planned_for = select(Membership.ae_id).where(listed_at(span.at))
    people = select(User.public_id, User.name).where(User.id.in_(planned_for)).order_by(User.name, User.id)
    return [(public_id, name) for public_id, name in session.execute(people)]


def fill(session: Session, grid: Grid, span: Span, over: Iterable[Overfull]) -> None:
    """Count what both sides did, and what is planned, into the cells."""
    ids = [row.account_id for row in grid.rows]
    done = select(Touch.account_id, Touch.day, Touch.side, func.count()).where(
        Touch.account_id.in_(ids), Touch.day.between(span.first, span.today), is_contact()
    )
    for account_id, day, side, count in session.execute(done.group_by(Touch.account_id, Touch.day, Touch.side)):
        cell = grid.cells[account_id, Week.of(day)]
        if side is TouchSide.MARKETING:
            cell.plays += count
        else:
            cell.touches += count
    for account_id, day in session.execute(planned(span, ids)):
        grid.cells[account_id, Week.of(day)].plays += 1
    if span.drafted is not None:
        for account_id in set(ids) & set(span.drafted.account_ids):
            for day in span.drafted.days:
                grid.cells[account_id, Week.of(day)].plays += 1
    shown = set(ids)
    for one in over:
        for week in {Week.of(day) for day in one.days} if one.account_id in shown else ():
            grid.cells[one.account_id, week].over = True


def agenda(session: Session, span: Span, account_ids: Accounts | None) -> list[Planned]:
    """The plays to come, day by day, each with the number of accounts that it reaches."""
    columns = (LivePlay.day, LivePlay.channel, LivePlay.what, LivePlay.play, Campaign.name, Campaign.slug)
    statement = planned(span, account_ids, *columns, func.count(func.distinct(AudienceMember.account_id)))
    rows = session.execute(statement.group_by(*columns, LivePlay.id).order_by(LivePlay.day, LivePlay.id))
    return [Planned(*row) for row in rows]


def told(
    session: Session, over: Sequence[Overfull], span: Span, since: date, drafted: Sequence[Planned] = ()
) -> dict[int, Overload]:
    """What makes it, for each of these accounts that is over on a day from `since` on, in two queries."""
    ahead = {one.account_id: one for one in over if any(day >= since for day in one.days)}
    made = _made_on(session, list(ahead), span, since)
    for account_id in ahead if span.drafted is not None else ():
        if span.drafted is not None and account_id in span.drafted.account_ids:
            made[account_id] += [
                Made(play.day, f"play of the draft {play.campaign}", play=play.play, what=play.what)
                for play in drafted
                if play.day <= span.last
            ]
    found = {}
    for account_id, one in ahead.items():
        days = [day for day in one.on_account if day >= since]
        of_people = {who: [day for day in last if day >= since] for who, last in one.on_contact.items()}
        fullest = overload(made[account_id], days, {who: last for who, last in of_people.items() if last})
        if fullest is not None:
            found[account_id] = fullest
    return found


def _made_on(session: Session, ids: Sequence[int], span: Span, since: date) -> dict[int, list[Made]]:
    """Every contact that counts on these accounts in the seven days that end then, and after."""
    found: dict[int, list[Made]] = defaultdict(list)
    standing = aliased(Contact)  # under whom a merged contact is known by now
    touches = (
        select(Touch.account_id, Touch.day, Touch.side, standing.id, standing.name)
        .outerjoin(Contact, Contact.id == Touch.contact_id)
        .outerjoin(standing, standing.id == PERSON)
        .where(
            Touch.account_id.in_(ids),
            Touch.day.between(since - timedelta(days=6), min(span.today, span.last)),
            is_contact(),
        )
    )
    for account_id, day, side, contact_id, contact in session.execute(touches):
        found[account_id].append(Made(day, f"touch of {side.label}", contact_id, contact or ""))
    columns = (AudienceMember.account_id, LivePlay.day, LivePlay.play, LivePlay.what, Campaign.name)
    for account_id, day, play, what, campaign in session.execute(planned(span, ids, *columns)):
        found[account_id].append(Made(day, f"play of {campaign}", play=play, what=what))
    return found


def named(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Name and slug of accounts, by id, in the order of their names."""
    rows = select(Account.id, Account.name, Account.slug).where(Account.id.in_(ids)).order_by(Account.normal_name)
    return {number: (name, slug) for number, name, slug in session.execute(rows)}


def against_deals(session: Session, span: Span, account_ids: Accounts | None) -> dict[int, int]:
    """The accounts with an open deal on which plays are to come, and how many plays."""
    is_open = and_(CrmStage.id == Opportunity.stage_id, CrmStage.category == StageCategory.OPEN)
    with_deal = select(Opportunity.account_id).join(CrmStage, is_open).where(Opportunity.account_id.is_not(None))
    plays = planned(span, account_ids, AudienceMember.account_id, func.count())
    plays = plays.where(AudienceMember.account_id.in_(with_deal)).group_by(AudienceMember.account_id)
    return {row[0]: row[1] for row in session.execute(plays)}


def worked(campaign: Campaign, span: Span) -> Select[int]:
    """The accounts that a launched campaign works, or is going to."""
    at_work = still_worked(span.at), never_left(span.at)
    return select(AudienceMember.account_id).where(AudienceMember.campaign_id == campaign.id, *at_work)


def shown_campaigns(session: Session) -> list[tuple[str, str]]:
    """Slug and name of the campaigns that a calendar can be narrowed to."""
    states = (*RUNNING, CampaignState.DRAFT, CampaignState.PAUSED)
    rows = select(Campaign.slug, Campaign.name).where(Campaign.state.in_(states)).order_by(Campaign.name, Campaign.id)
    return [(slug, name) for slug, name in session.execute(rows)]
