"""What both sides had promised for a week of the list, and what was done of it: equal weight for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from abm.outbound.models import Commitment, Credit
from abm.outbound.pauses import Pause, clock_of
from abm.outbound.queries import paused
from abm.people.seats import Side
from abm.progress.moments import Moment
from abm.touches.models import Touch


@dataclass(frozen=True)
class Promise:
    """Touches or plays that one side promised in windows that the week lies in.

    `wanted` in all, `done` by the last day looked at, `expected` pro rata to the days that have passed.
    """

    side: Side
    wanted: int = 0
    done: int = 0
    expected: int = 0

    def plus(self, wanted: int, done: int, expected: int) -> Promise:
        return Promise(self.side, self.wanted + wanted, self.done + done, self.expected + expected)


def promises_of(session: Session, accounts: Sequence[int] | Select[int], *, moment: Moment) -> dict[Side, Promise]:
    """Per side, over commitments on these accounts whose window meets the days of the moment."""
    done = (
        select(Credit.commitment_id, func.count().label("done"))
        .join(Touch, Touch.id == Credit.touch_id)
        .where(Touch.day <= moment.until)
        .group_by(Credit.commitment_id)
        .subquery()
    )
    end = func.coalesce(Commitment.closed_on, Commitment.last_day)
    which = Commitment.account_id.in_(accounts), Commitment.first_day <= moment.last, end >= moment.first
    pauses = paused(session, *which)
    # Windows are summed up where the clock never stood still, and stand alone where it did.
    stood_still = select(Pause.id).where(Pause.commitment_id == Commitment.id).correlate(Commitment).exists()
    window = Commitment.side, Commitment.first_day, Commitment.last_day, end, case((stood_still, Commitment.id))
    rows = session.execute(
        select(*window, func.sum(Commitment.wanted), func.coalesce(func.sum(done.c.done), 0))
        .outerjoin(done, done.c.commitment_id == Commitment.id)
        .where(*which)
        .group_by(*window)
    )
    found = {side: Promise(side) for side in Side}
    for side, begins, ends, closes, alone, wanted, kept in rows:
        clock = clock_of(pauses.get(alone, ()), moment.until, int(wanted), begins, ends, closes)
        found[side] = found[side].plus(clock.owed, int(kept), clock.due_by(moment.until))
    return found
