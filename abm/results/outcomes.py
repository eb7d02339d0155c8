"""What came of each account from its first day in a campaign on: responses, meetings, deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.accounts.models import CrmStage, DealType, Opportunity, StageCategory
from abm.definitions.stages import StageDefinition
from abm.results.arms import Begun
from abm.targets.kinds import Motion
from abm.touches.bulk import chunks
from abm.touches.kinds import Direction, OutcomeClass
from abm.touches.models import Touch
from abm.touches.outcomes import rule_of


@dataclass(frozen=True)
class Deal:
    """A deal of the business that was wanted, opened within the window."""

    id: int
    account_id: int
    created_on: date
    amount: int | None  # minor units of its currency
    currency: str
    won: bool
    lost: bool


@dataclass
class Outcome:
    """What is known of one account within its window."""

    reached: bool = False  # by a touch of this very campaign
    responses: int = 0
    minutes: int = 0
    held: int = 0  # meetings
    deals: list[Deal] = field(default_factory=list)

    @property
    def engaged(self) -> bool:
        return self.responses > 0

    @property
    def met(self) -> bool:
        return self.held > 0

    @property
    def opened(self) -> bool:
        return bool(self.deals)

    @property
    def won(self) -> bool:
        return any(deal.won for deal in self.deals)


def outcomes_of(
    session: Session, arm: Mapping[int, Begun], *, until: date, campaign_id: int, definition: StageDefinition
) -> dict[int, Outcome]:
    """What came of every account of an arm, from its first day to `until`. Two queries for each first day.

    Engagement minutes are those of `definition`.
    """
    found: dict[int, Outcome] = {number: Outcome() for number in arm}
    for day, ids in _by_day(arm):
        kinds = _touches(session, ids, first=day, until=until, campaign_id=campaign_id)
        _add_touches(found, kinds, definition)
        for deal, kind in _deals(session, ids, day, until):
            if is_wanted(kind, arm[deal.account_id].motion):
                found[deal.account_id].deals.append(deal)
    return found


def is_wanted(kind: DealType, motion: Motion) -> bool:
    """Whether a deal is what a campaign may have brought: more business with a customer only where that was wanted.

    A renewal is due by its date, whoever campaigns.
    """
    return kind is DealType.NEW or (kind is DealType.EXPANSION and motion is Motion.EXPANSION)


def _by_day(arm: Mapping[int, Begun]) -> Iterator[tuple[date, Sequence[int]]]:
    days: dict[date, list[int]] = defaultdict(list)
    for number, begun in arm.items():
        days[begun.day].append(number)
    for day, ids in sorted(days.items()):
        for chunk in chunks(sorted(ids)):
            yield day, chunk


def _touches(session: Session, ids: Sequence[int], *, first: date, until: date, campaign_id: int) -> Iterable[Any]:
    """How many touches of each kind there were, and whether they were of this campaign."""
    kinds = (Touch.account_id, Touch.direction, Touch.channel, Touch.outcome, Touch.campaign_id == campaign_id)
    return session.execute(
        select(*kinds, func.count())
        .where(Touch.account_id.in_(ids), Touch.voided_at.is_(None), Touch.day >= first, Touch.day <= until)
        .group_by(*kinds)
    )


def _add_touches(found: Mapping[int, Outcome], kinds: Iterable[Any], definition: StageDefinition) -> None:
    for account_id, direction, channel, outcome, ours, count in kinds:
        one, rule = found[account_id], rule_of(channel, outcome)
        one.reached = one.reached or bool(ours and direction is Direction.OUTBOUND)
        one.responses += count * rule.responded
        one.minutes += count * definition.minutes_of(rule.response)
        one.held += count * (rule.klass is OutcomeClass.MEETING_HELD)


def _deals(session: Session, ids: Sequence[int], first: date, until: date) -> Iterator[tuple[Deal, DealType]]:
    is_over = Opportunity.closed_on <= until
    won, lost = ((CrmStage.category == one) & is_over for one in (StageCategory.WON, StageCategory.LOST))
    columns = (Opportunity.id, Opportunity.account_id, Opportunity.created_on, Opportunity.amount, Opportunity.currency)
    query = select(*columns, won, lost, Opportunity.type).join(CrmStage, CrmStage.id == Opportunity.stage_id)
    opened = query.where(
        Opportunity.account_id.in_(ids), Opportunity.created_on >= first, Opportunity.created_on <= until
    )
    for number, account_id, day, amount, currency, is_won, is_lost, kind in session.execute(
        opened.order_by(Opportunity.id)
    ):
        if account_id is not None and day is not None:  # as the conditions say
            yield Deal(number, account_id, day, amount, currency, won=bool(is_won), lost=bool(is_lost)), kind
