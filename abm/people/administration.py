"""What administrators do to people's access, and that nobody reaches into the other seat (trust 3, 14)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from abm.kit.base import session_of
from abm.kit.rules import refuse, require
from abm.people.access import GRANTS, May
from abm.people.founding import Named
from abm.people.models import Organisation, Role, Team, User, add_user
from abm.people.seats import seats_concerning
from abm.people.sessions import LinkPurpose, OneTimeLink, end_links, end_sessions

ADMINISTRATORS = frozenset(role for role, grants in GRANTS.items() if May.MANAGE_PEOPLE in grants)


def hire(
    organisation: Organisation,
    who: Named,
    *,
    roles: frozenset[Role],
    by: User | None,
    at: datetime,
    team: Team | None = None,
) -> User:
    """A new person. Their address is nobody else's."""
    _require_free(organisation, who.email, owner=None)
    user = add_user(organisation, name=who.name, email=who.email, roles=roles, team=team, by=by, at=at)
    session_of(organisation).flush()
    return user


def change_person(user: User, who: Named, *, team: Team | None, by: User, at: datetime) -> None:
    """Correct a name or an address. A new address ends open links: they went to the old one."""
    name, email = who.name, who.email
    if (name, email) != (user.name, user.email):
        _keep_off_other_seat(user, by=by, at=at)
    if email != user.email:
        require(email or not user.password_hash, "Somebody who signs in needs an e-mail address.", field="email")
        _require_free(user, email, owner=user)
        end_links(user, at=at)
    user.change(name=name, email=email, team=team, by=by, at=at)


def change_roles(user: User, roles: frozenset[Role], *, by: User, at: datetime) -> None:
    """Give exactly these roles; they count from the next request on."""
    if roles != user.roles:
        _keep_off_other_seat(user, by=by, at=at)
        stays = by.id != user.id or not roles.isdisjoint(ADMINISTRATORS)
        require(stays, "Somebody else takes the administration away from you, so that one is left.", field="roles")
    user.grant(roles, by=by, at=at)


def deactivate(user: User, *, by: User, at: datetime) -> None:
    """End somebody's access on every device at once. Work and name stay."""
    _keep_off_other_seat(user, by=by, at=at)
    concerned = seats_concerning(session_of(user), user, at)
    for seat in concerned:
        held = f"{user.name} holds the {seat.side.label} seat ({seat.title}). Give the seat to somebody else first."
        require(seat.holder_id != user.id, held)
    user.deactivate(by=by, at=at)
    for deputy in (deputy for seat in concerned for deputy in seat.deputies):
        if deputy.user_id == user.id:
            deputy.lapse(by=by, at=at)
    end_sessions(user, at=at)
    end_links(user, at=at)


def reactivate(user: User, *, by: User, at: datetime) -> None:
    """Let somebody in again, with the password they had."""
    _keep_off_other_seat(user, by=by, at=at)
    user.reactivate(by=by, at=at)


def new_link(user: User, *, by: User | None, at: datetime) -> str:
    """A one-time link to choose a password; hands over its token."""
    if by is not None:
        _keep_off_other_seat(user, by=by, at=at)
    purpose = LinkPurpose.NEW_PASSWORD if user.password_hash else LinkPurpose.INVITATION
    return OneTimeLink.make(user, purpose, by=by, at=at)


def _keep_off_other_seat(user: User, *, by: User, at: datetime) -> None:
    """Who acts for one seat must not come to act as the other: not by a link, an address, a role or an absence."""
    if by.id == user.id or user.password_hash is None:  # who never signed in may be invited again by anybody
        return
    session = session_of(user)
    theirs, own = seats_concerning(session, user, at), seats_concerning(session, by, at)
    if theirs and own and theirs[0].side is not own[0].side:
        refuse(f"You act for {own[0].title} and {user.name} for {theirs[0].title}. RevOps changes their access.")


def _require_free(row: Organisation | User, email: str | None, *, owner: User | None) -> None:
    if email is None:
        return
    found = session_of(row).scalar(select(User).where(User.email == email.lower()))
    if found is not None and found is not owner:
        refuse(f"{email} belongs to {found.name} already.", field="email")
