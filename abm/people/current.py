"""Whose request this is: the organisation and the seats, read once per request."""

from __future__ import annotations

from flask import g
from sqlalchemy import select

from abm.kit.db import session
from abm.people.access import me
from abm.people.models import Organisation
from abm.people.seats import Seat, Side, seats


def find_organisation() -> Organisation | None:
    """The organisation, or None before the first run."""
    if "organisation" not in g:
        g.organisation = session.scalar(select(Organisation))
        if g.organisation is not None:
            g.time_zone = g.organisation.time_zone
    found: Organisation | None = g.organisation
    return found


def organisation() -> Organisation:
    """The organisation. Behind `@needs` there always is one: nobody signs in before the first run."""
    found = find_organisation()
    if found is None:
        raise RuntimeError("There is no organisation yet.")
    return found


def both_seats() -> dict[Side, Seat]:
    """Both seats, read once per request."""
    if "seats" not in g:
        g.seats = seats(session())
    found: dict[Side, Seat] = g.seats
    return found


def my_seat() -> Seat | None:
    """The seat that the person signed in signs for today, if any."""
    today = organisation().today()
    return next((seat for seat in both_seats().values() if seat.signer(me(), today)), None)
