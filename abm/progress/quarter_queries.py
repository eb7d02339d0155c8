"""The facts of a quarter on its list, as both sides had signed it over time: six queries whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from abm.accounts.models import CrmStage, Opportunity, Rates, StageCategory, Sum, rates_of
from abm.agreement.canonical import thaw
from abm.agreement.models import Standing, Version
from abm.kit.clock import Quarter
from abm.outbound.models import Commitment, CommitmentSource, Credit
from abm.people.models import Organisation, Team, User
from abm.people.seats import Side
from abm.progress.closing import AccountQuarter, Pace, QuarterFigures, Stay, Window, asked, quarter_figures
from abm.targets.content import read_content
from abm.targets.models import Membership, TargetList
from abm.targets.policies import Terms
from abm.touches.kinds import Direction, OutcomeClass, TouchSide
from abm.touches.models import Touch
from abm.touches.outcomes import all_outcomes

HELD = [(channel, key) for channel, key, rule in all_outcomes() if rule.klass is OutcomeClass.MEETING_HELD]
Days = tuple[date, date]  # first and last; nothing where the last is before the first


@dataclass(frozen=True)
class Policy:
    """The terms of the tiers on these days."""

    first: date
    last: date
    terms: Mapping[int, Terms]


@dataclass(frozen=True)
class QuarterOfList:
    """A quarter of one list: the days that are looked at, and what they add up to."""

    quarter: Quarter
    first: date  # on which its list came into force
    until: date  # the last day of the quarter, or today
    versions: int  # that were in force, one after the other
    figures: QuarterFigures


def quarter_of_list(
    session: Session, organisation: Organisation, target_list: TargetList, at: datetime
) -> QuarterOfList | None:
    """What was promised and what happened so far; None where no version of the list has been in force."""
    looked = _Looked(session, organisation, target_list, at)
    rows = looked.rows()
    if not rows:
        return None
    first = min(policy.first for policy in looked.policies)
    figures = quarter_figures(rows, Sum(0, organisation.currency))
    return QuarterOfList(looked.quarter, first, looked.until, len(looked.policies), figures)


class _Looked:
    """Everything that is read of a list's quarter."""

    def __init__(self, session: Session, organisation: Organisation, target_list: TargetList, at: datetime) -> None:
        self.session, self.organisation, self.list_id = session, organisation, target_list.id
        self.quarter = organisation.quarter(target_list.quarter)
        self.until = min(organisation.today(at), self.quarter.last)
        self.held = (
            Membership.list_id == target_list.id,
            ~Membership.carried,
            Membership.ends > Membership.starts,
            Membership.starts <= at,
        )
        self.policies = self._policies(target_list.document_id, at)

    def rows(self) -> list[AccountQuarter]:
        """Every account that was on the list."""
        if not self.policies:
            return []
        touches, deals, windows = self._touches(), self._deals(), self._windows()
        rates = rates_of(self.session, self.organisation)
        return [
            self._row(members, touches.get(account), deals[account], windows[account], rates)
            for account, members in self._members().items()
        ]

    def _row(
        self,
        members: Sequence[Any],
        touches: RowMapping | None,
        deals: Sequence[Any],
        windows: Sequence[tuple[Side, Window, int]],
        rates: Rates,
    ) -> AccountQuarter:
        last = members[-1]
        spans = [self._days(member.starts, member.ends) for member in members]
        stays = [stay for span, member in zip(spans, members, strict=True) for stay in self._stays(span, member.tier)]
        left = spans[-1][1] < self.until
        opened = [deal for deal in deals if _within(deal.created_on, spans)]
        won = [deal for deal in deals if deal.category is StageCategory.WON and _within(deal.closed_on, spans)]
        still_open = [] if left else [deal for deal in deals if deal.closed_on is None or deal.closed_on > self.until]
        return AccountQuarter(
            account_id=last.account_id,
            tier=last.tier,
            team=last.team or "",
            left=left,
            asked={side: asked(stays, side) for side in Side},
            done={side: touches[side.value] if touches else 0 for side in Side},
            promised={side: _pace(side, windows, (spans[0][0], spans[-1][1])) for side in Side},
            meetings=touches["held"] if touches else 0,
            opened=len(opened),
            opened_worth=rates.sum((deal.amount, deal.currency, deal.created_on) for deal in opened),
            won=len(won),
            won_worth=rates.sum((deal.amount, deal.currency, deal.closed_on) for deal in won),
            open_worth=rates.sum((deal.amount, deal.currency, self.until) for deal in still_open),
        )

    def _days(self, starts: datetime, ends: datetime | None) -> Days:
        """The days at whose end something held, of those that are looked at."""
        last = self.until if ends is None else self.organisation.today(ends) - timedelta(days=1)
        return max(self.quarter.first, self.organisation.today(starts)), min(last, self.until)

    def _stays(self, span: Days, tier: int) -> list[Stay]:
        """Days on the list by the policy that held on them."""
        found = (Stay(max(span[0], p.first), min(span[1], p.last), p.terms[tier]) for p in self.policies)
        return [stay for stay in found if stay.days]

    def _policies(self, document_id: int, at: datetime) -> list[Policy]:
        """The terms of each version that was in force, in their order."""
        rows = self.session.execute(
            select(Version.content, Standing.starts, Standing.ends)
            .join(Standing, Standing.version_id == Version.id)
            .where(Version.document_id == document_id, Standing.starts <= at, Standing.ends > Standing.starts)
            .order_by(Standing.starts)
        )
        return [Policy(*self._days(row.starts, row.ends), read_content(thaw(row.content)).policies) for row in rows]

    def _members(self) -> dict[int, list[Any]]:
        """By account, each time that it was on the list, with the team of the AE who was planned."""
        rows = self.session.execute(
            select(Membership.account_id, Membership.tier, Membership.starts, Membership.ends, Team.name.label("team"))
            .outerjoin(User, User.id == Membership.ae_id)
            .outerjoin(Team, Team.id == User.team_id)
            .where(*self.held)
            .order_by(Membership.account_id, Membership.starts)
        )
        return {account: list(members) for account, members in groupby(rows, key=lambda row: row.account_id)}

    def _touches(self) -> dict[int, RowMapping]:
        """By account: outbound touches of each side, and meetings held, while it was on the list."""
        ours, held = Touch.direction == Direction.OUTBOUND, tuple_(Touch.channel, Touch.outcome).in_(HELD)
        rows = self.session.execute(
            self._joined(
                select(
                    Touch.account_id,
                    *(_count(ours & (Touch.side == TouchSide(side.value))).label(side.value) for side in Side),
                    _count(held).label("held"),
                )
            )
            .where(or_(ours, held))
            .group_by(Touch.account_id)
        )
        return {row["account_id"]: row for row in rows.mappings()}

    def _joined(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Unvoided touches on accounts while these were on the list."""
        while_on_it = and_(
            Membership.account_id == Touch.account_id, Membership.starts <= Touch.at, Membership.ends > Touch.at
        )
        return query.join(Membership, while_on_it).where(*self.held, Touch.voided_at.is_(None))

    def _deals(self) -> Mapping[int, list[Any]]:
        """By account, its deals up to the last day. Those without a day of creation are unmatched, and left out."""
        rows = self.session.execute(
            select(
                Opportunity.account_id,
                Opportunity.amount,
                Opportunity.currency,
                Opportunity.created_on,
                Opportunity.closed_on,
                CrmStage.category,
            )
            .join(CrmStage, CrmStage.id == Opportunity.stage_id)
            .where(
                Opportunity.account_id.in_(select(Membership.account_id).where(*self.held)),
                Opportunity.created_on <= self.until,
                Opportunity.closed_on.is_(None) | (Opportunity.closed_on >= self.quarter.first),
            )
        )
        found: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            found[row.account_id].append(row)
        return found

    def _windows(self) -> Mapping[int, list[tuple[Side, Window, int]]]:
        """By account, the commitments of both sides for campaigns, and how much of each was done on the list."""
        counted = (
            self._joined(
                select(Credit.commitment_id, func.count().label("done")).join(Touch, Touch.id == Credit.touch_id)
            )
            .group_by(Credit.commitment_id)
            .subquery()
        )
        end = case((Commitment.closed_on < Commitment.last_day, Commitment.closed_on), else_=Commitment.last_day)
        done = func.coalesce(counted.c.done, 0)
        rows = self.session.execute(
            select(
                Commitment.account_id, Commitment.side, Commitment.wanted, Commitment.first_day, Commitment.last_day,
                end.label("end"), done.label("done"),
            )
            .outerjoin(counted, counted.c.commitment_id == Commitment.id)
            .where(
                Commitment.account_id.in_(select(Membership.account_id).where(*self.held)),
                Commitment.first_day <= self.until,
                end >= self.quarter.first,
                Commitment.source != CommitmentSource.POLICY,  # that is what the tier asks, and stands beside this
            )
        )  # fmt: skip
        found: dict[int, list[tuple[Side, Window, int]]] = defaultdict(list)
        for row in rows:
            found[row.account_id].append((row.side, Window(row.wanted, row.first_day, row.last_day, row.end), row.done))
        return found


def _pace(side: Side, windows: Sequence[tuple[Side, Window, int]], days: Days) -> Pace:
    """What campaigns asked of a side in these days, and what was done of it."""
    own = [(window.within(*days), done) for whose, window, done in windows if whose is side]
    return sum((Pace(wanted, done) for wanted, done in own), Pace())


def _within(day: date | None, spans: Sequence[Days]) -> bool:
    return day is not None and any(first <= day <= last for first, last in spans)


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)
