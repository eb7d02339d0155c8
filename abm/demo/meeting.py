"""The meetings of the demonstration: one to come, one that waits for a word, one that was held, one without a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from abm.accounts.models import Account, TeamMember
from abm.demo.founding import World
from abm.outbound.meetings import Appointment, book
from abm.outbound.recounting import count_latest
from abm.people.models import User
from abm.targets.models import Membership
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from abm.touches.models import Touch

FRIDAY = 4


def book_meetings(world: World) -> None:
    """Tomás has three, Elif booked one yesterday and has not said when it is."""
    people, today = world.people, world.today
    first, second, third = _worked_by(world, people.tomas)[:3]

    def at(days: int, hour: int) -> datetime:
        return world.at(today + timedelta(days=days), hour)

    held = book(
        _booked(world, third, people.tomas, at(-9, 11)),
        Appointment("Their cold chain in Spain", at(-4, 10), 45, third.contacts[:2]),
        owner=people.tomas,
        by=people.tomas,
        at=at(-9, 11),
    )
    note = "They sent the head of quality as well. Next: a trial on one lane."
    held.close("held", note, organisation=world.organisation, by=people.tomas, at=at(-4, 12))
    for account, subject, booked, day, hour in (
        (first, "First call with the head of logistics", -6, -1, 10),
        (second, "Walk through the pilot", -3, 2, 14),
    ):
        book(
            _booked(world, account, people.tomas, at(booked, 15)),
            Appointment(subject, _on(world, day, hour), 30, account.contacts[:1]),
            owner=people.tomas,
            by=people.tomas,
            at=at(booked, 15),
        )
    _booked(world, _worked_by(world, people.elif_)[0], people.elif_, at(-1, 16))


def _on(world: World, days: int, hour: int) -> datetime:
    """An hour of a day before or after today; nobody meets on a weekend that is to come."""
    day = world.today + timedelta(days=days)
    if days > 0 and day.weekday() > FRIDAY:
        day += timedelta(days=7 - day.weekday())
    return world.organisation.start_of(day) + timedelta(hours=hour)


def _booked(world: World, account: Account, by: User, at: datetime) -> Touch:
    """A call in which a meeting was agreed."""
    touch = log_touch(
        account,
        organisation=world.organisation,
        by=by,
        at=at,
        client_key=f"booked-{account.public_id}",
        side=TouchSide.SALES,
        direction=Direction.OUTBOUND,
        channel=Channel.CALL,
        outcome="meeting booked",
        when=at,
        contact=account.contacts[0],
    )
    count_latest(world.session, touch)
    return touch


def _worked_by(world: World, person: User) -> list[Account]:
    """The listed accounts of an AE, by name."""
    statement = (
        select(Account)
        .join(TeamMember, TeamMember.account_id == Account.id)
        .where(TeamMember.user_id == person.id, Account.do_not_approach.is_(None), Account.contacts.any())
        .where(Account.id.in_(select(Membership.account_id)))
        .order_by(Account.normal_name)
    )
    return list(world.session.scalars(statement).unique())
