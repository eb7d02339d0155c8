"""People from the command line: the way in when nobody can let anybody in any more."""

from __future__ import annotations

from collections.abc import Sequence

from email_validator import EmailNotValidError, validate_email
from flask import url_for
from sqlalchemy import select

from abm.kit import clock
from abm.kit.db import session
from abm.kit.rules import refuse, require
from abm.people.administration import hire, new_link
from abm.people.founding import Named
from abm.people.models import Organisation, Role, User


def add_person(*, name: str, email: str, roles: Sequence[str]) -> str:
    """Add a person, or take one who is there, and hand back a one-time link for them.

    Runs in a writing request context. Somebody who is there keeps name and roles. Raises RuleBroken.
    """
    organisation = session.scalar(select(Organisation))
    if organisation is None:
        refuse("There is no organisation yet. Open the address that `abm serve` names and found it.")
    known = {role.value for role in Role}
    unknown = next((role for role in roles if role not in known), "")
    require(not unknown, f"There is no role “{unknown[:40]}”: a role is one of {', '.join(sorted(known))}.")
    try:
        validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError as fault:
        refuse(f"{email} does not read as an e-mail address. {fault}")
    at = clock.now()
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        who = Named(name.strip(), email.strip().lower())
        user = hire(organisation, who, roles=frozenset(map(Role, roles)), by=None, at=at)
    token = new_link(user, by=None, at=at)
    session.commit()
    return url_for("people.open_link", token=token, _external=True)
