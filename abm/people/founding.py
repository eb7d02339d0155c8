"""The first run: the organisation, its two seats and the person who sets it up come into being together, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from abm.audit.models import record
from abm.kit.base import session_of
from abm.people.models import Organisation, Role, User, add_user
from abm.people.seats import Seat, Side

LEADS = {Side.MARKETING: Role.CMO, Side.SALES: Role.CRO}


@dataclass(frozen=True)
class Named:
    """Somebody by name and address, where there is one."""

    name: str
    email: str | None


@dataclass(frozen=True)
class Plan:
    """What the form asks for. `own_side` is the founder's seat; `holders` are those of the other seats, where known."""

    name: str
    time_zone: str
    fiscal_start_month: int
    currency: str
    founder: Named
    password_hash: str
    own_side: Side | None
    titles: dict[Side, str]
    holders: dict[Side, Named]


def found(session: Session, plan: Plan, *, at: datetime) -> tuple[Organisation, User, list[User]]:
    """Write it all; hands back the organisation, its founder, and those to be invited.

    The caller commits. A second founding at the same time fails with IntegrityError: there is one organisation.
    """
    organisation = Organisation(
        name=plan.name,
        time_zone=plan.time_zone,
        fiscal_start_month=plan.fiscal_start_month,
        currency=plan.currency,
        created_at=at,
    )
    session.add(organisation)
    session.flush()
    roles = frozenset({LEADS[plan.own_side] if plan.own_side else Role.REVOPS})
    founder = add_user(organisation, name=plan.founder.name, email=plan.founder.email, roles=roles, by=None, at=at)
    founder.choose_password(plan.password_hash, by=founder, at=at)
    record(organisation, "founded", by=founder, at=at, after={"time_zone": plan.time_zone, "currency": plan.currency})
    invited = [_fill(organisation, side, plan, founder, at) for side in Side]
    return organisation, founder, [user for user in invited if user is not None]


def _fill(organisation: Organisation, side: Side, plan: Plan, founder: User, at: datetime) -> User | None:
    """Set up one seat; hands back whoever has to be invited to it."""
    holder = founder if side is plan.own_side else None
    invited = None
    if holder is None and side in plan.holders:
        person = plan.holders[side]
        roles = frozenset({LEADS[side]})
        invited = add_user(organisation, name=person.name, email=person.email, roles=roles, by=founder, at=at)
        holder = invited
    seat = Seat(side=side, title=plan.titles[side], holder=holder, since=at, heard_up_to=0)
    session_of(organisation).add(seat)
    record(seat, "given", by=founder, at=at, after={"title": seat.title, "holder": holder.id if holder else None})
    return invited
