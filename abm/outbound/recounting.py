"""Keeping the credits of accounts what plain recomputation says they are, by writing only what differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, bindparam, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.outbound.counting import Outreach, Window, credit, preferred
from abm.outbound.models import Commitment, Credit
from abm.people.seats import Side
from abm.touches.models import Direction, Touch, TouchSide

END = case((Commitment.closed_on < Commitment.last_day, Commitment.closed_on), else_=Commitment.last_day)
WINDOW = (  # the columns that a `Window` is made of
    *(Commitment.id, Commitment.account_id, Commitment.side, Commitment.wanted, Commitment.first_day),
    *(END, Commitment.campaign_id, Commitment.channel),
)
SIDES = {TouchSide.SALES: Side.SALES, TouchSide.MARKETING: Side.MARKETING}


def _room() -> Select[*tuple[Any, ...]]:
    """The windows of a day with how many touches each has, and whether a touch counts already and is the latest.

    Of `account`, `side`, `day`, `at` and `touch`; made once, since making it took a tenth of logging.
    """
    day: Any = bindparam("day")
    at: Any = bindparam("at")
    touch: Any = bindparam("touch")
    ours = Touch.account_id == bindparam("account"), Touch.side == bindparam("touch_side")
    after = (Touch.day > day) | ((Touch.day == day) & (Touch.at >= at))
    later = select(Touch.id).where(*ours, Touch.direction == Direction.OUTBOUND, Touch.day >= day, after)
    later = later.where(Touch.id != touch, Touch.voided_at.is_(None))
    counted = select(Credit.touch_id).where(Credit.touch_id == touch)
    filled = select(func.count()).where(Credit.commitment_id == Commitment.id).correlate(Commitment).scalar_subquery()
    return select(
        *WINDOW, filled.label("filled"), later.exists().label("later"), counted.exists().label("counted")
    ).where(
        Commitment.account_id == bindparam("account"),
        Commitment.side == bindparam("side"),
        Commitment.first_day <= day,
        day <= END,
    )


ROOM: Final = _room()


def recount(session: Session, account_ids: Sequence[int], *, held: bool = False) -> None:
    """Count anew what was promised on these accounts. To be called with every change of a touch or a commitment there.

    Holds the accounts first, unless the caller has `held` them since before that change, so that two writers on one
    account never both take the last free place.
    """
    if not account_ids:
        return
    session.flush()
    if not held:
        accounts = select(Account.id).where(Account.id.in_(account_ids)).order_by(Account.id)
        session.execute(accounts.with_for_update(key_share=True))
    wanted = recomputed(session, account_ids)
    stored = stored_credits(session, account_ids)
    gone = [touch for touch in stored if touch not in wanted]
    if gone:
        session.execute(delete(Credit).where(Credit.touch_id.in_(gone)))
    added = [{"touch_id": t, "commitment_id": c} for t, c in wanted.items() if t not in stored]
    if added:
        session.execute(insert(Credit), added)
    for touch, commitment in wanted.items():
        if stored.get(touch, commitment) != commitment:
            session.execute(update(Credit).where(Credit.touch_id == touch).values(commitment_id=commitment))


def count_latest(session: Session, touch: Touch) -> None:
    """Count a touch that was just logged on an account that the caller holds.

    Touches take their places in the order of their moments, so one that is later than all others of its side changes
    nothing for them: it takes the place that is left. Any other is counted with all of them anew.
    """
    if touch.direction is not Direction.OUTBOUND or touch.side not in SIDES or touch.voided_at is not None:
        return
    this = Outreach(
        touch.id, touch.account_id, SIDES[touch.side], touch.channel, touch.at, touch.day, touch.campaign_id
    )
    facts = {"account": this.account_id, "touch": this.id, "side": this.side, "touch_side": touch.side}
    rows = session.execute(ROOM, {**facts, "day": this.day, "at": this.at}).all()
    if any(row.counted for row in rows):  # the same form again
        return
    if any(row.later for row in rows):
        recount(session, [touch.account_id], held=True)
        return
    windows = [Window(*row[:8]) for row in rows if row.filled < row.wanted]
    found = preferred((window for window in windows if window.takes(this)), this)
    if found is not None:
        session.execute(insert(Credit).values(touch_id=this.id, commitment_id=found.id))


def recomputed(session: Session, account_ids: Sequence[int]) -> dict[int, int]:
    """The commitment that each touch on these accounts counts for, from the facts alone."""
    commitments = session.execute(select(*WINDOW).where(Commitment.account_id.in_(account_ids)))
    windows = [Window(*row) for row in commitments]
    if not windows:
        return {}
    rows = session.execute(
        select(Touch.id, Touch.account_id, Touch.side, Touch.channel, Touch.at, Touch.day, Touch.campaign_id).where(
            Touch.account_id.in_(account_ids),
            Touch.side.in_(SIDES),
            Touch.direction == Direction.OUTBOUND,
            Touch.day >= min(window.first_day for window in windows),
            Touch.voided_at.is_(None),
        )
    )
    touches = [
        Outreach(row.id, row.account_id, SIDES[row.side], row.channel, row.at, row.day, row.campaign_id) for row in rows
    ]
    return credit(windows, touches)


def stored_credits(session: Session, account_ids: Sequence[int]) -> dict[int, int]:
    """The same as it is kept."""
    rows = session.execute(
        select(Credit.touch_id, Credit.commitment_id)
        .join(Commitment, Commitment.id == Credit.commitment_id)
        .where(Commitment.account_id.in_(account_ids))
    )
    return {row.touch_id: row.commitment_id for row in rows}
