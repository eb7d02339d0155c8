"""Whose own figures a reader of a week may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from abm.people.models import Team, User
from abm.people.seats import Seat, Side
from abm.progress.weekly import AccountWeek


@dataclass(frozen=True)
class Colleague:
    """An AE whose figures the reader may see."""

    public_id: str
    name: str


def aes_shown_to(
    session: Session, reader: User, seat: Seat | None, rows: Sequence[AccountWeek]
) -> dict[str, Colleague]:
    """The AEs of these accounts whose own figures a person may see: oneself, one's team, for the sales seat all."""
    ids = {row.ae_id for row in rows if row.ae_id}
    statement = select(User.public_id, User.name).where(User.public_id.in_(ids)).order_by(User.name, User.id)
    if seat is None or seat.side is not Side.SALES:
        statement = statement.outerjoin(Team, Team.id == User.team_id)
        statement = statement.where(or_(User.id == reader.id, Team.manager_id == reader.id))
    return {row.public_id: Colleague(row.public_id, row.name) for row in session.execute(statement)}
