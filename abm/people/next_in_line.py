"""Who is told as well when a seat's word is awaited for longer than agreed. Being told gives no right to sign."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from abm.people.access import GRANTS, May, may
from abm.people.models import RoleGrant, User
from abm.people.seats import Seat


def next_in_line(session: Session, silent: Iterable[tuple[Seat, Seat]], at: datetime) -> dict[int, list[User]]:
    """By seat id, for seats (each with the other one): whom the holder named, else everyone who may fill the seats;

    nobody who acts for either of them. One query at most, but for the people whom the holders named.
    """
    told: dict[int, list[User]] = {}
    filling: list[User] | None = None
    for seat, other in silent:
        named = _named(seat, other, at)
        if named is None and filling is None:
            filling = _filling(session)
        found = [named] if named is not None else filling or []
        told[seat.id] = [one for one in found if _free(one, seat, other, at)]
    return told


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


def _filling(session: Session) -> list[User]:
    """Everyone who may fill the seats, by name."""
    roles = [role for role, grants in GRANTS.items() if May.MANAGE_PEOPLE in grants]
    holding = select(RoleGrant.user_id).where(RoleGrant.role.in_(roles))
    found = select(User).where(User.id.in_(holding)).options(lazyload(User.grants)).order_by(User.name, User.id)
    return list(session.scalars(found))
