"""Rests follow from facts: absence, a late-stage deal, opt-outs, "do not approach" (domain §7). Written here alone.

What holds by the facts and is not kept yet begins today; what is kept and holds no longer ended yesterday. Absences
have days of their own and are kept exactly as they are noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from abm.accounts.contacts import has_opted_out
from abm.accounts.crm_stages import StageCategory, all_stages
from abm.accounts.deals import Opportunity
from abm.accounts.models import Account, Contact
from abm.audit.models import Change, record_many
from abm.outbound.models import Commitment
from abm.outbound.pauses import Pause, PauseCause
from abm.people.seats import Absence

REACHED_BY = ("email", "call", "social")  # by which people are reached one by one
LATE_SHARE = 3  # D: the last third of the open stages, at least one


@dataclass(frozen=True)
class Moved:
    """Commitments, by number, that begin to rest for a cause, and that rest for it no longer (or otherwise)."""

    cause: PauseCause
    begun: Sequence[int]
    ended: Sequence[int]

    def changes(self) -> Iterator[Change]:
        """What history says of it."""
        for verb, numbers in (("rests no longer", self.ended), ("rests", self.begun)):
            for number in numbers:
                yield Change(Commitment(id=number), verb, after={"cause": self.cause})


def keep_rests(session: Session, running: ColumnElement[bool], *, today: date, at: datetime) -> int:
    """Let every running commitment rest while, and only while, the facts say so; hands back how many rests moved."""
    moved = [_keep_absences(session, running)]
    for cause, holds in _states(session, today).items():
        begun = _begin(session, cause, running & holds, today)
        moved.append(Moved(cause, begun, _end(session, cause, ~holds, today)))
    changes = [change for one in moved for change in one.changes()]
    record_many(session, changes, by=None, at=at)
    return len(changes)


def late_stages(session: Session) -> list[int]:
    """The ids of the stages in which an open deal is nearly decided: the last third of the open ones."""
    open_ones = [one.id for one in all_stages(session) if one.category is StageCategory.OPEN]
    return open_ones[-max(1, len(open_ones) // LATE_SHARE) :] if open_ones else []


def _states(session: Session, today: date) -> dict[PauseCause, ColumnElement[bool]]:
    """What must hold of a commitment's account to rest it, by cause."""
    account = select(Account.id).where(Account.id == Commitment.account_id)
    until = Account.do_not_approach_until
    alone = account.where(Account.do_not_approach.is_not(None), or_(until.is_(None), until >= today))
    late = select(Opportunity.id).where(Opportunity.account_id == Commitment.account_id)
    late = late.where(Opportunity.stage_id.in_(late_stages(session)))
    known = select(Contact.id).where(Contact.account_id == Commitment.account_id, Contact.archived_at.is_(None))
    reachable = known.where(or_(*(~has_opted_out(channel) for channel in REACHED_BY)))
    return {
        PauseCause.LEFT_ALONE: exists(alone.correlate(Commitment)),
        PauseCause.LATE_DEAL: exists(late.correlate(Commitment)),
        PauseCause.OPTED_OUT: exists(known.correlate(Commitment)) & ~exists(reachable.correlate(Commitment)),
    }


def _begin(session: Session, cause: PauseCause, holds: ColumnElement[bool], today: date) -> Sequence[int]:
    goes_on = select(Pause.id).where(
        Pause.commitment_id == Commitment.id,
        Pause.cause == cause,
        or_(Pause.last_day.is_(None), Pause.last_day >= today),
    )
    ids = session.scalars(select(Commitment.id).where(holds, ~goes_on.correlate(Commitment).exists())).all()
    _add(session, [{"commitment_id": one, "cause": cause, "first_day": today, "last_day": None} for one in ids])
    return ids


def _end(session: Session, cause: PauseCause, gone: ColumnElement[bool], today: date) -> Sequence[int]:
    """End what holds no longer; what began today never was."""
    over = select(Commitment.id).where(Commitment.id == Pause.commitment_id, gone).correlate(Pause).exists()
    ended = select(Pause.id, Pause.commitment_id, Pause.first_day).where(
        Pause.cause == cause, Pause.last_day.is_(None), over
    )
    rows = session.execute(ended).all()
    before = [row.id for row in rows if row.first_day < today]
    never = [row.id for row in rows if row.first_day >= today]
    if before:
        _plain(session, update(Pause).where(Pause.id.in_(before)).values(last_day=today - timedelta(days=1)))
    if never:
        _plain(session, delete(Pause).where(Pause.id.in_(never)))
    return [row.commitment_id for row in rows]


def _keep_absences(session: Session, running: ColumnElement[bool]) -> Moved:
    """Absences as they are noted: those of whoever answers for it, whose days meet the window."""
    mine = (Absence.user_id == Commitment.person_id) & (Absence.last_day >= Commitment.first_day)
    mine &= Absence.first_day <= Commitment.last_day
    kept, noted = aliased(Pause), aliased(Absence)
    same = select(kept.id).where(
        kept.commitment_id == Commitment.id,
        kept.cause == PauseCause.ABSENCE,
        kept.first_day == Absence.first_day,
        kept.last_day == Absence.last_day,
    )
    gone = select(Pause.id, Pause.commitment_id).join(Commitment, Commitment.id == Pause.commitment_id)
    still = select(noted.id).where(
        noted.user_id == Commitment.person_id, noted.first_day == Pause.first_day, noted.last_day == Pause.last_day
    )
    stale = session.execute(
        gone.where(Pause.cause == PauseCause.ABSENCE, running, ~still.correlate(Commitment, Pause).exists())
    ).all()
    if stale:
        _plain(session, delete(Pause).where(Pause.id.in_([row.id for row in stale])))
    fresh = session.execute(
        select(Commitment.id, Absence.first_day, Absence.last_day)
        .join(Absence, mine)
        .where(running, ~same.correlate(Commitment, Absence).exists())
    )
    rows: list[dict[str, Any]] = [
        {"commitment_id": i, "cause": PauseCause.ABSENCE, "first_day": f, "last_day": u} for i, f, u in fresh
    ]
    _add(session, rows)
    begun = [row["commitment_id"] for row in rows]
    return Moved(PauseCause.ABSENCE, begun, [row.commitment_id for row in stale])


def _add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add pauses; one that another worker added at this moment is there already."""
    if rows:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(Pause).on_conflict_do_nothing(), rows)


def _plain(session: Session, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session=False))
