"""Counting every touch anew: what the rollups should say, where they say something else, and setting them right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from abm.kit.clock import Week
from abm.people.models import Organisation
from abm.touches.models import Touch
from abm.touches.outcomes import rule_of
from abm.touches.rollups import KEY, Kind, Rollup

AT_ONCE = 1_000  # accounts that are counted together, so that a million touches fit into memory
Figures = tuple[int, int]  # touches and minutes of a line
NOTHING: Final = (0, 0)


@dataclass(frozen=True)
class Difference:
    """A line of the rollup that does not say what the touches say."""

    kind: Kind
    stored: Figures
    counted: Figures

    def __str__(self) -> str:
        kind, (touches, minutes), (counted, worth) = self.kind, self.stored, self.counted
        what = f"account {kind.account_id}, {kind.week}, {kind.side}, {kind.channel}, {kind.outcome_class}"
        return f"{what}: says {touches} touches and {minutes} minutes, the facts {counted} and {worth}"


def differences(session: Session, *, mend: bool = False) -> Iterator[Difference]:
    """Every line that differs from a plain count of all unvoided touches; `mend` writes those accounts anew.

    Read in chunks of accounts; the caller commits.
    """
    organisation = session.get_one(Organisation, 1)
    for first in range(0, _last_account(session) + 1, AT_ONCE):
        stored, counted = _stored(session, first), _counted(session, organisation, first)
        kinds = sorted(stored.keys() | counted.keys(), key=str)
        found = [Difference(kind, stored.get(kind, NOTHING), counted.get(kind, NOTHING)) for kind in kinds]
        found = [one for one in found if one.stored != one.counted]
        if found and mend:
            _write(session, first, counted)
        yield from found


def _last_account(session: Session) -> int:
    tops = (session.scalar(select(func.max(table.account_id))) for table in (Touch, Rollup))
    return max(top or 0 for top in tops)


def _within(column: ColumnElement[int] | InstrumentedAttribute[int], first: int) -> ColumnElement[bool]:
    return column.between(first, first + AT_ONCE - 1)


def _stored(session: Session, first: int) -> dict[Kind, Figures]:
    rows = session.execute(select(*Rollup.__table__.c).where(_within(Rollup.account_id, first)))
    found = {Kind(*(getattr(row, name) for name in KEY)): (row.touches, row.minutes) for row in rows}
    return {kind: figures for kind, figures in found.items() if figures != NOTHING}


def _counted(session: Session, organisation: Organisation, first: int) -> dict[Kind, Figures]:
    """A plain count, by nothing but the touches, the calendar and the table of outcomes."""
    columns = Touch.account_id, Touch.day, Touch.side, Touch.direction, Touch.channel, Touch.outcome
    statement = select(*columns, func.count()).where(Touch.voided_at.is_(None), _within(Touch.account_id, first))
    touches, minutes = Counter[Kind](), Counter[Kind]()
    for account_id, day, side, direction, channel, outcome, number in session.execute(statement.group_by(*columns)):
        rule = rule_of(channel, outcome)
        quarter, week = str(organisation.quarter_of(day)), str(Week.of(day))
        kind = Kind(account_id, quarter, week, side, direction, channel, rule.klass)
        touches[kind] += number
        minutes[kind] += number * rule.minutes
    return {kind: (touches[kind], minutes[kind]) for kind in touches}


def _write(session: Session, first: int, counted: dict[Kind, Figures]) -> None:
    session.execute(delete(Rollup).where(_within(Rollup.account_id, first)))
    rows = [{**asdict(kind), "touches": touches, "minutes": minutes} for kind, (touches, minutes) in counted.items()]
    if rows:
        session.execute(insert(Rollup), rows)
