"""Who is told as well when a seat's word is awaited for longer than agreed. Being told gives no right to sign."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.people.access import GRANTS, May, may
from abm.people.models import RoleGrant, User
from abm.people.seats import Seat


def next_in_line(session: Session, seat: Seat, other: Seat, at: datetime) -> list[User]:
    """Whom the seat's holder named, else everyone who may fill the seats; nobody who acts for either of them."""
    named = _named(seat, other, at)
    if named is not None:
        return [named]
    filling = [role for role, grants in GRANTS.items() if May.MANAGE_PEOPLE in grants]
    holding = select(RoleGrant.user_id).where(RoleGrant.role.in_(filling))
    found = session.scalars(select(User).where(User.id.in_(holding)).order_by(User.name, User.id))
    return [one for one in found if _free(one, seat, other, at)]


def is_next_in_line(user: User, seat: Seat, other: Seat, at: datetime) -> bool:
    """The same of one person."""
    named = _named(seat, other, at)
    return named.id == user.id if named is not None else may(user, May.MANAGE_PEOPLE) and _free(user, seat, other, at)


def _named(seat: Seat, other: Seat, at: datetime) -> User | None:
    """Whom the holder named, unless they left or act for a seat by now."""
    named = seat.next_in_line
    return named if named is not None and _free(named, seat, other, at) else None


def _free(user: User, seat: Seat, other: Seat, at: datetime) -> bool:
    return user.active and not seat.concerns(user, at) and not other.concerns(user, at)
