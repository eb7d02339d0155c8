"""Stages of many accounts on a day, in three queries whatever their number; three more where any left its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
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
Counts = tuple[int, ...]
OF_TOUCHES, OF_DEALS = 5, 2
# What a touch is, for each response that there is: put together once, since it takes longer than to ask.
OF_A_KIND = [((Touch.channel == channel) & (Touch.outcome == key), key, rule) for channel, key, rule in RESPONSES]
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


def _by_sums(
    touches: Mapping[int, Counts], deals: Mapping[int, Counts], by: Mapping[date, StageDefinition]
) -> dict[date, dict[int, AccountStage]]:
    """The stages that facts alone give."""
    no_touches, no_deals = (0,) * OF_TOUCHES * len(by), (0,) * OF_DEALS * len(by)
    known: dict[tuple[Counts, Counts], list[AccountStage]] = {}  # most accounts share their facts with others
    found: list[dict[int, AccountStage]] = [{} for _ in by]
    for account in touches.keys() | deals.keys():
        facts = touches.get(account, no_touches), deals.get(account, no_deals)
        stages = known.get(facts)
        if stages is None:
            stages = known[facts] = [_stage_on(facts, place, says) for place, says in enumerate(by.values())]
        for of_day, stage in zip(found, stages, strict=True):
            of_day[account] = stage
    return dict(zip(by, found, strict=True))


def _stage_on(facts: tuple[Counts, Counts], place: int, definition: StageDefinition) -> AccountStage:
    """The stage on the day at `place`, with how many people responded."""
    known = _facts_on(facts, place)
    return replace(stage_of(known, definition), people=known.people)


def _facts_on(facts: tuple[Counts, Counts], place: int) -> Facts:
    """What is known of an account on the day at `place`."""
    touches, deals = facts
    return Facts(
        *touches[OF_TOUCHES * place : OF_TOUCHES * (place + 1)], *deals[OF_DEALS * place : OF_DEALS * (place + 1)]
    )


def _engagement(session: Session, accounts: AccountIds, by: Mapping[date, StageDefinition]) -> Mapping[int, Counts]:
    """Per account and day: responses, engagement minutes, people, requests for a demo and meetings held."""
    before = {day: day - timedelta(days=definition.window_days) for day, definition in by.items()}
    held = or_(*(kind for kind, _, rule in OF_A_KIND if rule.klass is OutcomeClass.MEETING_HELD))
    demo = or_(*(kind for kind, key, _ in OF_A_KIND if key == DEMO_REQUEST))
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
            Touch.at >= _begins(min(before.values())),  # which an index knows
            tuple_(Touch.channel, Touch.outcome).in_([(channel, key) for channel, key, _ in RESPONSES]),
        )
        .group_by(Touch.account_id)
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def _deals_and_exits(
    session: Session, accounts: AccountIds, days: Sequence[date]
) -> tuple[Mapping[int, Counts], list[int]]:
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
    counted = {row[0]: tuple(row[1:]) for row in rows if row[1] != NO_COUNT}
    return counted, [row[0] for row in rows if row[1] == NO_COUNT]


def _minutes(definition: StageDefinition) -> ColumnElement[int]:
    """The engagement minutes of a touch."""
    worth = [(kind, definition.minutes_of(rule.response)) for kind, _, rule in OF_A_KIND]
    return case(*worth, else_=0)


def _begins(day: date) -> datetime:
    """An instant before any that belongs to a later day than this, in whatever zone."""
    return datetime.combine(day, time.min, UTC)


def _sum(condition: ColumnElement[bool], value: object) -> ColumnElement[int]:
    return func.sum(case((condition, value), else_=0))
