"""Stages of many accounts on a day, in two queries whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from abm.accounts.contacts import PERSON
from abm.accounts.models import Contact, CrmStage, Opportunity, StageCategory
from abm.definitions.defaults import STAGES, StageDefinition
from abm.stages.models import AccountStage, Facts
from abm.stages.rules import stage_of
from abm.touches.kinds import OutcomeClass
from abm.touches.models import Touch
from abm.touches.outcomes import all_outcomes

AccountIds = Sequence[int] | Select[int]

RESPONSES = [(channel, key, rule) for channel, key, rule in all_outcomes() if rule.responded]

# Per account: the columns of every day, one after the other, in the order of the fields of `Facts`.
Counts = tuple[int, ...]
OF_TOUCHES, OF_DEALS = 5, 2


def stages_on(
    session: Session, accounts: AccountIds, day: date, *, definition: StageDefinition = STAGES
) -> dict[int, AccountStage]:
    """The stage of each account that any fact speaks of, as it was at the end of `day`.

    An account that is missing from the answer has no facts: it is a plain `target`.
    """
    return stages_on_days(session, accounts, [day], definition=definition)[day]


def stages_on_days(
    session: Session, accounts: AccountIds, days: Sequence[date], *, definition: StageDefinition = STAGES
) -> dict[date, dict[int, AccountStage]]:
    """The same for several days at once: still two queries, whatever the number of accounts and days."""
    touches = _engagement(session, accounts, days, definition)
    deals = _deals(session, accounts, days)
    no_touches, no_deals = (0,) * OF_TOUCHES * len(days), (0,) * OF_DEALS * len(days)
    known: dict[tuple[Counts, Counts], list[AccountStage]] = {}  # most accounts share their facts with others
    found: list[dict[int, AccountStage]] = [{} for _ in days]
    for account in touches.keys() | deals.keys():
        facts = touches.get(account, no_touches), deals.get(account, no_deals)
        stages = known.get(facts)
        if stages is None:
            stages = known[facts] = [stage_of(_facts_on(facts, place), definition) for place in range(len(days))]
        for of_day, stage in zip(found, stages, strict=True):
            of_day[account] = stage
    return dict(zip(days, found, strict=True))


def _facts_on(facts: tuple[Counts, Counts], place: int) -> Facts:
    """What is known of an account on the day at `place`."""
    touches, deals = facts
    return Facts(
        *touches[OF_TOUCHES * place : OF_TOUCHES * (place + 1)], *deals[OF_DEALS * place : OF_DEALS * (place + 1)]
    )


def _engagement(
    session: Session, accounts: AccountIds, days: Sequence[date], definition: StageDefinition
) -> Mapping[int, Counts]:
    """Per account and day: responses, engagement minutes, people, requests for a demo and meetings held."""
    window = timedelta(days=definition.window_days)
    minutes = case(*((_is(channel, key), rule.minutes) for channel, key, rule in RESPONSES if rule.minutes), else_=0)
    held = or_(*(_is(channel, key) for channel, key, rule in RESPONSES if rule.klass is OutcomeClass.MEETING_HELD))
    demo = or_(*(_is(channel, key) for channel, key, _ in RESPONSES if key == "demo request"))
    columns: list[Any] = []
    for day in days:
        then = (Touch.day > day - window) & (Touch.day <= day)
        columns += [
            _sum(then, 1),
            _sum(then, minutes),
            func.count(case((then, PERSON)).distinct()),
            _sum(then & demo, 1),
            _sum(then & held, 1),
        ]
    rows = session.execute(
        select(Touch.account_id, *columns)
        .outerjoin(Contact, Contact.id == Touch.contact_id)
        .where(
            Touch.account_id.in_(accounts),
            Touch.voided_at.is_(None),
            Touch.day > min(days) - window,
            Touch.day <= max(days),
            Touch.at >= _begins(min(days) - window),  # which an index knows
            tuple_(Touch.channel, Touch.outcome).in_([(channel, key) for channel, key, _ in RESPONSES]),
        )
        .group_by(Touch.account_id)
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def _deals(session: Session, accounts: AccountIds, days: Sequence[date]) -> Mapping[int, Counts]:
    """Per account and day: deals that were open, and deals that were won, at the end of the day."""
    columns: list[Any] = []
    for day in days:
        there = Opportunity.created_on <= day
        closed = Opportunity.closed_on <= day
        columns += [
            _sum(there & (Opportunity.closed_on.is_(None) | (Opportunity.closed_on > day)), 1),
            _sum(there & closed & (CrmStage.category == StageCategory.WON), 1),
        ]
    rows = session.execute(
        select(Opportunity.account_id, *columns)
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(Opportunity.account_id.in_(accounts), Opportunity.created_on <= max(days))
        .group_by(Opportunity.account_id)
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def _begins(day: date) -> datetime:
    """An instant before any that belongs to a later day than this, in whatever zone."""
    return datetime.combine(day, time.min, UTC)


def _sum(condition: ColumnElement[bool], value: object) -> ColumnElement[int]:
    return func.sum(case((condition, value), else_=0))


def _is(channel: object, key: str) -> ColumnElement[bool]:
    return (Touch.channel == channel) & (Touch.outcome == key)
