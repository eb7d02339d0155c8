"""Stages of many accounts on a day, in three queries whatever their number; three more where any left its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from abm.accounts.contacts import PERSON
from abm.accounts.models import Contact, CrmStage, Opportunity, StageCategory
from abm.definitions.stages import StageDefinition, StageDefinitions, stage_definitions
from abm.stages.exits import StageExit, held_between
from abm.stages.facts import RESPONSES, facts_of
from abm.stages.history import Way
from abm.stages.models import AccountStage, Facts
from abm.stages.rules import stage_of
from abm.touches.kinds import OutcomeClass
from abm.touches.models import Touch
from abm.touches.outcomes import DEMO_REQUEST

AccountIds = Sequence[int] | Select[int]

# Per account: the columns of every day, one after the other, in the order of the fields of `Facts`.
Found = Mapping[int, Sequence[int]]
NO_TOUCHES, NO_DEALS = (0,) * 5, (0,) * 2
NO_COUNT = -1  # of deals: the row says that the account left


def stages_on(
    session: Session, accounts: AccountIds, day: date, *, definitions: StageDefinitions | None = None
) -> dict[int, AccountStage]:
    """The stage of each account that any fact speaks of, as it was at the end of `day`.

    An account that is missing from the answer has no facts: it is a plain `target`.
    """
    return stages_on_days(session, accounts, [day], definitions=definitions)[day]


def stages_on_days(
    session: Session, accounts: AccountIds, days: Sequence[date], *, definitions: StageDefinitions | None = None
) -> dict[date, dict[int, AccountStage]]:
    """The same for several days at once, each under the definition in force on it: still as few queries.

    Whoever has the definitions already hands them in, which saves one.
    """
    held = definitions or stage_definitions(session)
    by = {day: held.on(day).says for day in days}
    touches = _engagement(session, accounts, by)
    deals, left = _deals_and_exits(session, accounts, days)
    found = _by_sums(touches, deals, by)
    if left:
        for day, stages in stages_of_those_who_left(session, left, days, held).items():
            found[day] |= stages
    return found


def stages_of_those_who_left(
    session: Session, account_ids: Sequence[int], days: Sequence[date], definitions: StageDefinitions
) -> dict[date, dict[int, AccountStage]]:
    """The stages of the few who were disqualified or recycled: which of their facts count depends on when. Three
    queries.
    """
    ways = {one: Way(facts, definitions) for one, facts in facts_of(session, account_ids).items()}
    return {day: {one: way.moment(day).reached for one, way in ways.items()} for day in days}


def _by_sums(touches: Found, deals: Found, by: Mapping[date, StageDefinition]) -> dict[date, dict[int, AccountStage]]:
    """The stages that facts alone give."""
    known: dict[tuple[date, tuple[int, ...]], AccountStage] = {}  # most accounts share their facts with others
    found: dict[date, dict[int, AccountStage]] = {day: {} for day in by}
    for account in touches.keys() | deals.keys():
        of_touches, of_deals = touches.get(account), deals.get(account)
        for place, day in enumerate(by):
            facts = _facts_on(of_touches, place, NO_TOUCHES) + _facts_on(of_deals, place, NO_DEALS)
            stage = known.get((day, facts))
            if stage is None:
                read = Facts(*facts)
                stage = known[day, facts] = replace(stage_of(read, by[day]), people=read.people)
            found[day][account] = stage
    return found


def _facts_on(columns: Sequence[int] | None, place: int, nothing: tuple[int, ...]) -> tuple[int, ...]:
    """What the columns of an account say of the day at `place`."""
    width = len(nothing)
    return nothing if columns is None else tuple(columns[width * place : width * (place + 1)])


def _engagement(session: Session, accounts: AccountIds, by: Mapping[date, StageDefinition]) -> Found:
    """Per account and day: responses, engagement minutes, people, requests for a demo and meetings held."""
    before = {day: day - timedelta(days=definition.window_days) for day, definition in by.items()}
    held = or_(*(_is(channel, key) for channel, key, rule in RESPONSES if rule.klass is OutcomeClass.MEETING_HELD))
    demo = or_(*(_is(channel, key) for channel, key, _ in RESPONSES if key == DEMO_REQUEST))
    columns: list[Any] = []
    for day, definition in by.items():
        then = (Touch.day > before[day]) & (Touch.day <= day)
        columns += [
            _sum(then, 1),
            _sum(then, _minutes(definition)),
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
            Touch.day > min(before.values()),
            Touch.day <= max(by),
            tuple_(Touch.channel, Touch.outcome).in_([(channel, key) for channel, key, _ in RESPONSES]),
        )
        .group_by(Touch.account_id)
    )
    return {account: columns for account, *columns in rows}


def _deals_and_exits(session: Session, accounts: AccountIds, days: Sequence[date]) -> tuple[Found, list[int]]:
    """Per account and day deals that were open, and deals that were won, at the end of the day; and the accounts with
    an exit that held on any of these days, in the same query: their rows hold no count.
    """
    columns: list[Any] = []
    for day in days:
        there = Opportunity.created_on <= day
        closed = Opportunity.closed_on <= day
        columns += [
            _sum(there & (Opportunity.closed_on.is_(None) | (Opportunity.closed_on > day)), 1),
            _sum(there & closed & (CrmStage.category == StageCategory.WON), 1),
        ]
    deals = (
        select(Opportunity.account_id, *columns)
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(Opportunity.account_id.in_(accounts), Opportunity.created_on <= max(days))
        .group_by(Opportunity.account_id)
    )
    left = select(StageExit.account_id, *(literal(NO_COUNT) for _ in columns)).distinct()
    left = left.where(StageExit.account_id.in_(accounts), held_between(min(days), max(days)))
    rows: Sequence[Any] = session.execute(union_all(deals, left)).all()
    counted = {account: columns for account, *columns in rows if columns[0] != NO_COUNT}
    return counted, [row[0] for row in rows if row[1] == NO_COUNT]


def _minutes(definition: StageDefinition) -> ColumnElement[int]:
    """The engagement minutes of a touch."""
    worth = [(_is(channel, key), definition.minutes_of(rule.response)) for channel, key, rule in RESPONSES]
    return case(*worth, else_=0)


def _sum(condition: ColumnElement[bool], value: object) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


def _is(channel: object, key: str) -> ColumnElement[bool]:
    return (Touch.channel == channel) & (Touch.outcome == key)
