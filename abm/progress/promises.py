"""What both sides had promised for a week of the list, and what was done of it: equal weight for both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.outbound.models import Commitment, Credit
from abm.outbound.pauses import Pause, clock_of
from abm.outbound.queries import paused
from abm.people.seats import Side
from abm.progress.moments import Moment
from abm.progress.weekly import Promise, together
from abm.touches.models import Touch


def promises_of(session: Session, accounts: Select[int], *, moment: Moment) -> dict[Side, Promise]:
    """Per side, over commitments on these accounts whose window meets the days of the moment.

    What was closed before it had begun has no day, and was never asked for.
    """
    found = _promises(session, accounts, moment, apart=False)
    return found[""] if found else together(())


def promises_by_account(session: Session, accounts: Select[int], *, moment: Moment) -> dict[str, dict[Side, Promise]]:
    """The same for each account that anything was promised on, by its public id."""
    return _promises(session, accounts, moment, apart=True)


def _promises(
    session: Session, accounts: Select[int], moment: Moment, *, apart: bool
) -> dict[str, dict[Side, Promise]]:
    done = (
        select(Credit.commitment_id, func.count().label("done"))
        .join(Touch, Touch.id == Credit.touch_id)
        .where(Touch.day <= moment.until)
        .group_by(Credit.commitment_id)
        .subquery()
    )
    begins, end = Commitment.first_day, func.coalesce(Commitment.closed_on, Commitment.last_day)
    which = Commitment.account_id.in_(accounts), begins <= moment.last, end >= moment.first, begins <= end
    pauses = paused(session, *which)
    # Windows are summed up where the clock never stood still, and stand alone where it did.
    stood_still = select(Pause.id).where(Pause.commitment_id == Commitment.id).correlate(Commitment).exists()
    window = Commitment.side, begins, Commitment.last_day, end, case((stood_still, Commitment.id))
    of: Sequence[Any] = [Account.public_id] if apart else []
    statement = (
        select(*window, func.sum(Commitment.wanted), func.coalesce(func.sum(done.c.done), 0), *of)
        .outerjoin(done, done.c.commitment_id == Commitment.id)
        .where(*which)
        .group_by(*window, *of)
    )
    if apart:
        statement = statement.join(Account, Account.id == Commitment.account_id)
    found: dict[str, dict[Side, Promise]] = defaultdict(lambda: together(()))
    for side, first, last, closes, alone, wanted, kept, *account in session.execute(statement):
        clock = clock_of(pauses.get(alone, ()), moment.until, int(wanted), first, last, closes)
        promise = Promise(clock.owed, int(kept), clock.share_by(moment.until))
        found[account[0] if apart else ""][side] += promise
    return found
