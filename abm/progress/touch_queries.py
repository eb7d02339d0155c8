"""The touches of the accounts of a list in a week and before it, out of the rollup, in one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from abm.progress.moments import Moment
from abm.touches.kinds import Channel, Direction, OutcomeClass, TouchSide
from abm.touches.models import Rollup

WEEKS_BACK: Final = 13

# What is counted per account and side, in this order.
COUNTED: Final = (
    *("this_week", "window_1", "window_4", "window_13", "rhythm_1", "rhythm_4", "rhythm_13"),
    *("held", "booked", "content"),
)
THIS_WEEK, HELD, BOOKED, CONTENT = (COUNTED.index(name) for name in ("this_week", "held", "booked", "content"))
Counts = Sequence[int]
UNTOUCHED: Mapping[TouchSide, Counts] = {}


def touches_of(session: Session, ids: Any, moment: Moment) -> Mapping[int, Mapping[TouchSide, Counts]]:
    """Per account and side: outbound touches of this week's share, of each window and rhythm, meetings, and content of
    four weeks that was sent or opened.

    While a week is under way its rhythm reaches one week further back: on a Tuesday nobody is late yet. The share of a
    quarter that ends in the week knows nothing of the days after it.
    """
    weeks = [str(moment.week.plus(-back)) for back in range(WEEKS_BACK)]  # they sort as they follow each other
    quarters = [str(moment.quarter.plus(number)) for number in (-2, -1, 0)]  # up to this one's own days
    this_week = (Rollup.week == weeks[0]) & (Rollup.quarter == str(moment.quarter))
    outbound = Rollup.direction == Direction.OUTBOUND
    held = Rollup.outcome_class == OutcomeClass.MEETING_HELD
    booked = Rollup.outcome_class == OutcomeClass.MEETING_BOOKED
    content = (Rollup.channel == Channel.CONTENT) & (Rollup.week >= weeks[3])
    counted = {
        "this_week": outbound & this_week,
        "window_1": outbound & (Rollup.week == weeks[0]),
        "window_4": outbound & (Rollup.week >= weeks[3]),
        "window_13": outbound,
        "rhythm_1": outbound & (Rollup.week >= weeks[moment.under_way]),
        "rhythm_4": outbound & (Rollup.week >= weeks[3 + moment.under_way]),
        "rhythm_13": outbound,
        "held": this_week & held,
        "booked": this_week & booked,
        "content": content,
    }
    columns = [func.sum(case((counted[name], Rollup.touches), else_=0)) for name in COUNTED]
    speaks = outbound | content | (this_week & (held | booked))  # no other line adds to any of these
    then = Rollup.quarter.in_(quarters), Rollup.week.between(weeks[-1], weeks[0])
    statement = select(Rollup.account_id, Rollup.side, *columns).group_by(Rollup.account_id, Rollup.side)
    found: dict[int, dict[TouchSide, Counts]] = {}
    for row in session.execute(statement.where(Rollup.account_id.in_(ids), *then, speaks)):
        found.setdefault(row[0], {})[row[1]] = row[2:]
    return found
