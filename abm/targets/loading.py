"""What every page of a list begins with: the list of the address, and what the pages say of its state."""

from __future__ import annotations

from datetime import datetime

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from abm.kit import clock
from abm.kit.clock import Quarter
from abm.kit.db import session
from abm.kit.errors import Forbidden
from abm.people.access import May, granted, me
from abm.people.current import organisation, programme
from abm.people.models import User
from abm.people.seats import Seat
from abm.targets.in_force import Place, place_at
from abm.targets.models import Entry, TargetList
from abm.targets.queries import list_of

KEPT_YEARS = range(2000, 2201)


def quarter_or_404(quarter: str) -> str:
    """A quarter as the organisation writes it; 404 for one that no calendar has, or that nobody keeps a list of."""
    try:
        found = organisation().quarter(quarter)
    except ValueError:
        abort(404)
    return str(found) if found.year in KEPT_YEARS else abort(404)


def list_or_404(quarter: str) -> TargetList:
    """The list of a quarter in the address's programme, or 404 where it was not started."""
    found = list_of(session(), quarter_or_404(quarter), programme().id)
    return found if found is not None else abort(404)


def entry_or_404(quarter: str, public_id: str) -> Entry:
    """An entry of that quarter's list, with its account and its AE. One of another list does not exist here."""
    found = session.scalars(
        select(Entry)
        .join(Entry.target_list)
        .where(
            Entry.public_id == public_id,
            TargetList.quarter == quarter_or_404(quarter),
            TargetList.programme_id == programme().id,
        )
        .options(
            joinedload(Entry.account),
            joinedload(Entry.ae).lazyload(User.grants),
            contains_eager(Entry.target_list).joinedload(TargetList.policies),
        )
    )
    one = found.unique().one_or_none()
    return one if one is not None else abort(404)


CHANGING = frozenset({May.COMMENT, May.EDIT_LIST, May.NOMINATE, May.ASSESS, May.PROPOSE_LIST})


def goes_on_with(quarter: str | Quarter, at: datetime) -> Quarter | None:
    """Where a quarter is over: the one whose list is worked on now, or comes next. None while it runs."""
    own, current = organisation().quarter(str(quarter)), organisation().quarter_of(organisation().today(at))
    return current if own < current else None


def rights_on(over: Quarter | None) -> frozenset[May]:
    """What the reader may do on a list, for its page: nothing of it changes once its quarter is over."""
    return granted(me()) - CHANGING if over is not None else granted(me())


def carried_into(quarter: str | Quarter, programme_id: int) -> Place | None:
    """The list that carries over into a quarter now; None in any other quarter, and where nothing does."""
    at = clock.now()
    if str(quarter) != str(organisation().quarter_of(organisation().today(at))):
        return None
    place = place_at(session(), organisation(), at, programme_id)
    return place if place and place.carried_until else None


def seat_or_403(target_list: TargetList) -> Seat:
    """The seat that the reader signs this list for today; 403 says who does."""
    seat = target_list.seat_of(me(), clock.now())
    if seat is None:
        holders = [f"{one.holder.name} ({one.title})" for one in target_list.seats().values() if one.holder]
        raise Forbidden("Only the two seats, or their deputies on their days, sign the list.", may=holders)
    return seat
