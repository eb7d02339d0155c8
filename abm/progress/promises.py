"""What both sides had promised for a week of the list, and what was done of it: equal weight for both."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from abm.outbound.models import Commitment, Credit
from abm.outbound.pauses import Pause, clock_of
from abm.outbound.queries import paused
from abm.people.seats import Side
from abm.progress.moments import Moment
from abm.progress.weekly import Promise, together
from abm.touches.models import Touch


def promises_by_account(session: Session, accounts: Select[int], *, moment: Moment) -> dict[int, dict[Side, Promise]]:
    """Per account that anything was promised on, by number, and side: over commitments whose window meets the days of
    the moment.

    What was closed before it had begun has no day, and was never asked for.
    """
    begins, end = Commitment.first_day, func.coalesce(Commitment.closed_on, Commitment.last_day)
    which = Commitment.account_id.in_(accounts), begins <= moment.last, end >= moment.first, begins <= end
    done = (
        select(Credit.commitment_id, func.count().label("done"))
        .join(Touch, Touch.id == Credit.touch_id)
        .where(Touch.day <= moment.until, Credit.commitment_id.in_(select(Commitment.id).where(*which)))
        .group_by(Credit.commitment_id)
        .subquery()
    )
    pauses = paused(session, *which)
    # Windows are summed up where the clock never stood still, and stand alone where it did.
    stood_still = select(Pause.id).where(Pause.commitment_id == Commitment.id).correlate(Commitment).exists()
    window = Commitment.side, begins, Commitment.last_day, end, case((stood_still, Commitment.id))
    statement = (
        select(*window, func.sum(Commitment.wanted), func.coalesce(func.sum(done.c.done), 0), Commitment.account_id)
        .outerjoin(done, done.c.commitment_id == Commitment.id)
        .where(*which)
        .group_by(*window, Commitment.account_id)
    )
    found: dict[int, dict[Side, Promise]] = defaultdict(lambda: together(()))
    for side, first, last, closes, alone, wanted, kept, account in session.execute(statement):
        clock = clock_of(pauses.get(alone, ()), moment.until, int(wanted), first, last, closes)
        found[account][side] += Promise(clock.owed, int(kept), clock.share_by(moment.until))
    return dict(found)
