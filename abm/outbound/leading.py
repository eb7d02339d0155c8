"""Who leads whom, and so sees their figures: the manager a team, the CRO all of Sales, the CMO all of Marketing."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from abm.outbound.models import Commitment
from abm.people.models import Role, RoleGrant, Team, User
from abm.people.seats import Side

SELLING = frozenset({Role.AE, Role.SDR, Role.SALES_MANAGER})
HEADS = {Side.SALES: Role.CRO, Side.MARKETING: Role.CMO}
WORKING = {Side.SALES: SELLING | {Role.CRO}, Side.MARKETING: frozenset({Role.MARKETER, Role.CMO})}


def led_by(session: Session, user: User) -> list[User]:
    """Whose figures a person may see besides their own, by name."""
    roles: set[Role] = set()
    if user.is_one_of(Role.CRO):
        roles |= SELLING
    if user.is_one_of(Role.CMO):
        roles |= {Role.MARKETER}
    teams = select(Team.id).where(Team.manager_id == user.id)
    granted = select(RoleGrant.user_id).where(RoleGrant.role.in_(roles))
    statement = select(User).where(User.team_id.in_(teams) | User.id.in_(granted), User.id != user.id)
    return list(session.scalars(statement.options(lazyload(User.grants)).order_by(User.name, User.id)))


def leads(user: User, commitment: Commitment) -> bool:
    """Whether this person leads whoever answers for it; what nobody answers for is with the head of the side."""
    head = user.is_one_of(HEADS[commitment.side])
    person = commitment.person
    if person is None:
        return head
    manages = person.team is not None and person.team.manager_id == user.id
    return manages or (head and person.id != user.id)


def leaders(session: Session, commitment: Commitment) -> list[str]:
    """The names of who leads whoever answers for a commitment: for whoever may not, to turn to."""
    return [one.name for one in leading(session, commitment)]


def leading(session: Session, commitment: Commitment) -> list[User]:
    """Who leads whoever answers for a commitment, by name."""
    team = commitment.person.team if commitment.person is not None else None
    heads = select(RoleGrant.user_id).where(RoleGrant.role == HEADS[commitment.side])
    manager = team.manager_id if team is not None else None
    statement = select(User).where((User.id == manager) | User.id.in_(heads), User.deactivated_at.is_(None))
    return list(session.scalars(statement.options(lazyload(User.grants)).order_by(User.name, User.id)))


def colleagues_of(session: Session, side: Side) -> list[User]:
    """Everybody who is here and works for a side, by name."""
    granted = select(RoleGrant.user_id).where(RoleGrant.role.in_(WORKING[side]))
    statement = select(User).where(User.id.in_(granted), User.deactivated_at.is_(None))
    return list(session.scalars(statement.order_by(User.name, User.id)))
