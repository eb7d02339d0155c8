"""Slowing guessers down: each try is counted before the password is looked at (trust 18).

Counted per address typed and network address together, so that a guesser elsewhere never shuts
the right person out, and forgotten a quarter of an hour after the last try that was let through.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests

from abm.kit.keys import key_for
from abm.people.sessions import WrongTries

FREE = 4  # the fifth try waits
MOST = 9  # the tenth waits until all are forgotten
FIRST_WAIT = timedelta(seconds=5)  # doubled with each further try
FORGOTTEN = timedelta(minutes=15)


class TooManyTries(TooManyRequests):
    """Refused without looking at the password; says when to try again."""

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, round(wait.total_seconds()))
        when = f"{seconds} seconds" if seconds < 90 else f"{-(-seconds // 60)} minutes"
        super().__init__(f"That was tried too often. Try again in {when}.", retry_after=seconds)


def count_try(session: Session, *, purpose: str, typed: str, network: str, at: datetime) -> str:
    """Count one try and hand back its key, for `forget_tries` when it was right. The caller commits at once.

    Tries that come together wait for each other here, so that none slips past the count. Raises TooManyTries.
    """
    session.execute(delete(WrongTries).where(WrongTries.last_at <= at - FORGOTTEN))
    row = _row(session, _key(purpose, typed, network), at)
    wait = _wait(row, at)
    if wait > timedelta():
        raise TooManyTries(wait)
    row.count += 1
    row.last_at = at
    session.flush()
    return row.key


def forget_tries(session: Session, key: str) -> None:
    """The right password was given: what came before does not matter any more."""
    session.execute(delete(WrongTries).where(WrongTries.key == key))


def _wait(row: WrongTries, at: datetime) -> timedelta:
    """How much longer the next try has to wait."""
    if row.count < FREE:
        return timedelta()
    span = FORGOTTEN if row.count >= MOST else FIRST_WAIT * 2 ** (row.count - FREE)
    return row.last_at + span - at


def _row(session: Session, key: str, at: datetime) -> WrongTries:
    """The count of this key, locked; a new one where there is none."""
    found = select(WrongTries).where(WrongTries.key == key).with_for_update()
    row = session.scalar(found)
    if row is None:
        try:
            with session.begin_nested():
                session.add(WrongTries(key=key, count=0, last_at=at))
        except IntegrityError:
            session.expire_all()  # another try was quicker by a moment
        row = session.scalars(found.execution_options(populate_existing=True)).one()
    return row


def _key(purpose: str, typed: str, network: str) -> str:
    """A name that does not show whose address it is."""
    text = "\n".join((purpose, typed.strip().casefold(), network))
    return hmac.new(key_for("wrong tries"), text.encode(), hashlib.sha256).hexdigest()
