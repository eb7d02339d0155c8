"""Looking at a password that somebody typed: counted first, and without holding anybody else up."""

from __future__ import annotations

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.kit import clock
from abm.kit.db import db, session
from abm.people.models import User
from abm.people.passwords import matches
from abm.people.wrong_tries import count_try, forget_tries


def person_with(email: str, password: str) -> User | None:
    """The active person of this address and password, or None. Raises TooManyTries.

    Whether the address is known shows neither in the answer nor in the work done.
    """
    key = _counted("sign in", email)
    user = session.scalar(select(User).where(User.email == email.lower()))
    if not _matches(user, password):
        return None
    forget_tries(session(), key)
    return user


def is_password_of(user: User, typed: str) -> bool:
    """Whether this is the password of somebody who is signed in already. Raises TooManyTries."""
    key = _counted("confirm", user.public_id)
    if not _matches(user, typed):
        return False
    forget_tries(session(), key)
    return True


def count_request(purpose: str, typed: str) -> None:
    """Count a request for an address that costs somebody something, such as a letter. Raises TooManyTries."""
    _counted(purpose, typed)


def _counted(purpose: str, typed: str) -> str:
    """Count the try for good, in a transaction of its own: the request's is let go first, since SQLite has one pen."""
    session.rollback()
    with Session(db.engine) as own, own.begin():
        return count_try(own, purpose=purpose, typed=typed, network=request.remote_addr or "", at=clock.now())


def _matches(user: User | None, typed: str) -> bool:
    """Compare with no transaction open: the hash takes longer than all the rest, and nobody should wait for it."""
    kept = user.password_hash if user is not None and user.active else None
    session.rollback()
    return matches(kept, typed)
