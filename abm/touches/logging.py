"""Logging a touch: once per (user, client key) for good, however often and from however many places it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NotRequired, TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, make_transient_to_detached

from abm.accounts.contacts import OPT_OUT_CHANNELS
from abm.accounts.models import Account, Contact
from abm.audit.models import record
from abm.kit.base import public_id, session_of
from abm.kit.rules import RuleBroken, require
from abm.people.models import Organisation, User
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.models import CLOCKS_DIFFER, Identified, Touch, as_columns, check_truth, hold_account
from abm.touches.outcomes import OPTED_OUT
from abm.touches.rollups import count_in

KEY_LENGTH = 40
WRITTEN = (
    *("public_id", "account_id", *sorted(Touch.FACTS), "logged_by_id", "logged_at", "client_key", "fingerprint"),
    "revision",
)


class TouchFacts(TypedDict):
    """What a touch says."""

    side: TouchSide
    direction: Direction
    channel: Channel
    outcome: str
    when: datetime
    contact: NotRequired[Contact | None]
    campaign: NotRequired[Identified | None]
    note: NotRequired[str]


def log_touch(
    account: Account,
    *,
    organisation: Organisation,
    by: User,
    at: datetime,
    client_key: str,
    imported: bool = False,
    **facts: Unpack[TouchFacts],
) -> Touch:
    """Log one contact, and count it. The same key with the same facts is the same touch, even years later.

    Raises RuleBroken for the same key with other facts, for what cannot have been so, and for reaching out to
    people or accounts that are to be left alone.
    """
    require(0 < len(client_key) <= KEY_LENGTH, "This form lacks its key. Open it again.")
    session = hold_account(account)
    drawn_up = _drawn_up(account, organisation, facts, at=at)
    drawn_up.logged_by_id, drawn_up.logged_at = by.id, at
    drawn_up.client_key, drawn_up.fingerprint = client_key, _fingerprint(account, facts)
    try:
        _check(drawn_up, facts.get("contact"), at=at, imported=imported)
    except RuleBroken:  # what was logged once stays logged, whatever has changed since
        first = _logged_before(session, drawn_up)
        if first is None:
            raise
        return first
    touch = _written(session, drawn_up)
    if touch is None:
        return _first(session, drawn_up)
    count_in(session, touch.kind(organisation), minutes=touch.rule.minutes)
    _record(touch, by=by, at=at)
    return touch


def _fingerprint(account: Account, facts: Mapping[str, object]) -> str:
    """SHA-256 over what was sent, so that the key with another body is told from a repetition."""
    said = {}
    for name, value in facts.items():
        if isinstance(value, datetime):
            said[name] = f"{value.timestamp():.6f}"
        elif value not in (None, ""):
            said[name] = str(getattr(value, "id", value))
    return hashlib.sha256(repr((account.id, sorted(said.items()))).encode()).hexdigest()


def _writing(insert: Any) -> Any:
    """The touch, unless its key is taken."""
    once = insert(Touch.__table__).on_conflict_do_nothing(index_elements=["logged_by_id", "client_key"])
    return once.returning(Touch.__table__.c.id)


WRITE: Final = {"postgresql": _writing(postgresql.insert), "sqlite": _writing(sqlite.insert)}


def _written(session: Session, drawn_up: Touch) -> Touch | None:
    """The touch as it was written; None where its key is taken: by the same form, whenever and wherever it arrived.

    One plain statement: a unit of work with a savepoint around it took a tenth of the whole request.
    """
    drawn_up.public_id, drawn_up.revision = public_id(), 1
    drawn_up.voided_at = drawn_up.voided_by_id = drawn_up.void_reason = None
    values = {name: getattr(drawn_up, name) for name in WRITTEN}
    number = session.execute(WRITE[session.get_bind().dialect.name], values).scalar()
    if number is None:
        return None
    drawn_up.id = number
    make_transient_to_detached(drawn_up)
    session.add(drawn_up)
    return drawn_up


def _first(session: Session, drawn_up: Touch) -> Touch:
    """The touch that has the key already."""
    first = _logged_before(session, drawn_up)
    if first is None:
        raise LookupError("A key that is taken belongs to a touch.")
    return first


def _logged_before(session: Session, drawn_up: Touch) -> Touch | None:
    """The touch that was logged under the same key. Raises RuleBroken where it says something else."""
    by_key = Touch.logged_by_id == drawn_up.logged_by_id, Touch.client_key == drawn_up.client_key
    touch = session.scalar(select(Touch).where(*by_key))
    if touch is not None:
        require(
            touch.fingerprint == drawn_up.fingerprint,
            "This form was already sent with other contents, and logged then. Open it again to log another touch.",
        )
    return touch


def _drawn_up(account: Account, organisation: Organisation, facts: TouchFacts, *, at: datetime) -> Touch:
    """The touch before any check; a phone whose clock runs a little ahead means now."""
    when = facts["when"]
    settled = {**facts, "when": at if at < when <= at + CLOCKS_DIFFER else when}
    touch = Touch(account=account, account_id=account.id, note="", contact_id=None, campaign_id=None)
    for name, value in as_columns(settled, organisation).items():
        setattr(touch, name, value)
    return touch


def _check(touch: Touch, contact: Contact | None, *, at: datetime, imported: bool) -> None:
    account = touch.account
    require(account.archived_at is None, f"{account.name} is archived. Restore it before logging on it.")
    check_truth(touch, at=at, imported=imported)
    if touch.outcome == OPTED_OUT:
        require(contact is not None, "Choose who opted out.", field="contact")
    if touch.direction is Direction.INBOUND:
        return
    require(
        not account.left_alone_on(touch.day),
        f"{account.name} is marked “do not approach”: {account.do_not_approach}.",
    )
    if contact is not None:
        since = contact.standing.opted_out.get(touch.channel.value)
        require(
            since is None or touch.day < date.fromisoformat(since),
            f"{contact.name} has opted out of {touch.channel.value}. Choose another way or another person.",
            field="contact",
        )


def _record(touch: Touch, *, by: User, at: datetime) -> None:
    """Keep the event. Somebody who opted out in this touch is left alone on its channel from then on."""
    said = {name: getattr(touch, name) for name in sorted(touch.FACTS - {"note"})}
    notes = {"note": touch.note} if touch.note else None
    record(touch, "logged", by=by, at=at, after={"account": touch.account_id} | said, personal=notes)
    if touch.outcome != OPTED_OUT or touch.contact_id is None or touch.channel.value not in OPT_OUT_CHANNELS:
        return
    contact = session_of(touch).get_one(Contact, touch.contact_id).standing
    if contact.may_be_reached_by(touch.channel.value):
        contact.opt_out(touch.channel.value, on=touch.day, by=by, at=at)
