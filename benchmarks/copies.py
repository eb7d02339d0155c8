"""More history than one could log in a while: every touch copied some weeks away, and the rollups counted anew.

One statement for each copy and one for all rollups, so that a million touches take seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    String,
    case,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    values,
)
from sqlalchemy.orm import Session

from abm.kit.clock import Week
from abm.people.models import Organisation
from abm.touches.models import Touch
from abm.touches.outcomes import all_outcomes
from abm.touches.rollups import KEY, Rollup

Days = ColumnElement[int] | int


def lengthen(session: Session, organisation: Organisation, *, times: int, weeks: int) -> None:
    """The same work in the weeks before, and in those before them: so many times the history. Commits."""
    _copy(session, times, lambda number: -7 * weeks * number)
    count_rollups(session, organisation)
    session.commit()


def thicken(session: Session, organisation: Organisation, *, times: int, weeks: int) -> None:
    """So many times the work within the same weeks: each copy a week earlier, the oldest at the end. Commits."""
    first = organisation.today() - timedelta(days=7 * weeks)

    def days(number: int) -> Days:
        back = -7 * (number % weeks)
        return case((Touch.day < first + timedelta(days=-back), back + 7 * weeks), else_=back)

    _copy(session, times, days)
    count_rollups(session, organisation)
    session.commit()


def _copy(session: Session, times: int, days: Callable[[int], Days]) -> None:
    """All touches that are there, `times` - 1 times more, moved by so many days."""
    take_the_time(session)
    last = session.scalar(select(func.max(Touch.id))) or 0
    table = Touch.__table__
    names = [one.name for one in table.columns if one.name != "id"]
    for number in range(1, times):
        later = days(number)
        key = literal(f"{number}-") + cast(Touch.id, String)
        moved = {
            "public_id": key,
            "client_key": key,
            "day": _moved_day(session, later),
            "at": _moved(session, Touch.at, later),
            "logged_at": _moved(session, Touch.logged_at, later),
        }
        chosen = [moved.get(name, table.c[name]) for name in names]
        session.execute(insert(Touch).from_select(names, select(*chosen).where(Touch.id <= last)))


def take_the_time(session: Session) -> None:
    """Let this transaction's statements run as long as ten million rows take, which hold together as they are."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL session_replication_role = replica"))


def _moved(session: Session, instant: Any, days: Days) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "postgresql":
        moved: ColumnElement[Any] = instant + func.make_interval(0, 0, 0, days)
        return moved
    return func.strftime("%Y-%m-%d %H:%M:%f", instant, _modifier(days))


def _moved_day(session: Session, days: Days) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "postgresql":
        return Touch.day + days
    return func.date(Touch.day, _modifier(days))


def _modifier(days: Days) -> ColumnElement[str]:
    return func.printf("%+d days", days)


def count_rollups(session: Session, organisation: Organisation) -> None:
    """Every line of the rollups anew, as logging would have left it."""
    first, last = session.execute(select(func.min(Touch.day), func.max(Touch.day))).one()
    calendar, kinds = _calendar(organisation, first, last), _kinds()
    key = {
        **{name: getattr(Touch, name) for name in ("account_id", "side", "direction", "channel")},
        "quarter": calendar.c.quarter,
        "week": calendar.c.week,
        "outcome_class": kinds.c.outcome_class,
    }
    chosen = [key[name] for name in KEY]
    counted = (
        select(*chosen, func.count(), func.sum(kinds.c.minutes))
        .join(calendar, calendar.c.day == Touch.day)
        .join(kinds, (kinds.c.channel == cast(Touch.channel, String)) & (kinds.c.outcome == Touch.outcome))
        .where(Touch.voided_at.is_(None))
        .group_by(*chosen)
    )
    take_the_time(session)
    session.execute(delete(Rollup))
    session.execute(insert(Rollup).from_select([*KEY, "touches", "minutes"], counted))


def _calendar(organisation: Organisation, first: date, last: date) -> Any:
    """Which quarter and week each day is counted in."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    rows = [(day, str(organisation.quarter_of(day)), str(Week.of(day))) for day in days]
    columns = column("day", Date), column("quarter", String), column("week", String)
    return values(*columns, name="calendar").data(rows).cte()


def _kinds() -> Any:
    """What each outcome counts as, and for how many minutes."""
    columns = (
        *(column("channel", String), column("outcome", String)),
        *(column("outcome_class", String), column("minutes", Integer)),
    )
    rows = [(channel.value, key, rule.klass.value, rule.minutes) for channel, key, rule in all_outcomes()]
    return values(*columns, name="kinds").data(rows).cte()
