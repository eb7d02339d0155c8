"""History that cannot be rewritten unseen: every change is an event, sealed into a chain (domain §10)."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import ForeignKey, String, insert
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.kit.base import Base, Digest, Facts, Instant, Key, PublicId, Word, session_of
from abm.kit.keys import key_for

GENESIS = "0" * 64
AT_ONCE = 2_000
# The columns that an event's bytes stand on, and what they are called there.
CONTENT = {
    "public_id": "public_id",
    "at": "at",
    "actor_id": "actor",
    "subject": "subject",
    "subject_id": "subject_id",
    "verb": "verb",
    "before": "before",
    "after": "after",
    "request": "request",
    "personal_hash": "personal",
}

request_id: ContextVar[str] = ContextVar("request_id", default="")


class Person(Protocol):
    """Whoever did something: a user, known here by number and name alone."""

    @property
    def id(self) -> int: ...

    @property
    def name(self) -> str: ...


class Event(Base):
    """One change of a domain fact: when, who, what, before and after, in which request.

    `mac` is an HMAC over the event under a key that the database does not hold: a row put in behind
    the application's back cannot carry a right one.
    """

    __tablename__ = "event"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    at: Mapped[Instant] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    subject: Mapped[Word] = mapped_column(index=True)  # table name of what changed
    subject_id: Mapped[int] = mapped_column(index=True)
    verb: Mapped[Word]  # past participle: proposed, signed, logged
    before: Mapped[Facts]
    after: Mapped[Facts]
    request: Mapped[Word]
    personal_hash: Mapped[Digest]
    mac: Mapped[Digest]

    personal: Mapped[Personal | None] = relationship(back_populates="event", lazy="raise_on_sql")

    def content(self) -> bytes:
        """The bytes that the MAC and the chain stand on: sorted keys, no blanks, instants in UTC."""
        return _content({name: getattr(self, name) for name in CONTENT})

    def expected_mac(self) -> str:
        return _mac(self.content())


class Personal(Base):
    """The personal part of an event. It may be erased on request; the event keeps its salted hash."""

    __tablename__ = "event_personal"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    data: Mapped[Facts]

    event: Mapped[Event] = relationship(back_populates="personal")

    def hash(self) -> str:
        text = json.dumps(self.data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(f"{self.salt}:{text}".encode()).hexdigest()


class Seal(Base):
    """One link of the chain: the hash of the link before and of this event's bytes."""

    __tablename__ = "seal"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    previous: Mapped[Digest]
    hash: Mapped[Digest]

    @staticmethod
    def link(previous: str, seq: int, event: Event) -> str:
        """SHA-256 over predecessor's hash, position, the event's bytes and its MAC."""
        head = f"{previous}:{seq}:{event.mac}:".encode()
        return hashlib.sha256(head + event.content()).hexdigest()


@dataclass(frozen=True)
class Change:
    """What an event tells: the row, a past participle, and its facts as `record` takes them."""

    row: Base
    verb: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    personal: Mapping[str, object] | None = None


def record(
    row: Base,
    verb: str,
    *,
    by: Person | None,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    personal: Mapping[str, object] | None = None,
) -> Event:
    """Append the event of a change, in the transaction of the change. `by` is None for the system itself.

    Facts about people (names, addresses, notes) go into `personal`, all else into before and after.
    """
    session = session_of(row)
    session.flush()
    event = _event(Change(row, verb, before, after, personal), by=by, at=at)
    session.add(event)
    return event


def record_many(session: Session, changes: Iterable[Change], *, by: Person | None, at: datetime) -> None:
    """Append the events of many changes in a few statements, so that an import of thousands takes seconds."""
    listed = list(changes)
    session.flush()
    if any(change.personal for change in listed):  # what is personal stands on the number of its event
        session.add_all([_event(change, by=by, at=at) for change in listed])
        session.flush()
        return
    rows = [_signed(_fields(change, by=by, at=at)) for change in listed]
    for start in range(0, len(rows), AT_ONCE):
        session.execute(insert(Event), rows[start : start + AT_ONCE])


def _event(change: Change, *, by: Person | None, at: datetime) -> Event:
    fields = _fields(change, by=by, at=at)
    personal = None
    if change.personal:
        personal = Personal(salt=secrets.token_hex(16), data=_plain(change.personal))
        fields["personal_hash"] = personal.hash()
    return Event(**_signed(fields), personal=personal)


def _fields(change: Change, *, by: Person | None, at: datetime) -> dict[str, Any]:
    """The columns of an event without personal part, but for its MAC."""
    return {
        "public_id": secrets.token_hex(8),
        "at": at,
        "actor_id": by.id if by is not None else None,
        "subject": change.row.__tablename__,
        "subject_id": _number(change.row),
        "verb": change.verb,
        "before": _plain(change.before),
        "after": _plain(change.after),
        "request": request_id.get(),
        "personal_hash": GENESIS,
    }


def _signed(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "mac": _mac(_content(fields))}


def _content(fields: Mapping[str, Any]) -> bytes:
    """An event's bytes, from its columns; `CONTENT` names them."""
    told = {CONTENT[name]: fields[name] for name in CONTENT} | {"at": fields["at"].isoformat()}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _mac(content: bytes) -> str:
    return hmac.new(key_for("audit"), content, hashlib.sha256).hexdigest()


def _number(row: Base) -> int:
    identity = row.__mapper__.primary_key_from_instance(row)
    return int(identity[0])


def _plain(facts: Mapping[str, object] | None) -> dict[str, Any]:
    """Facts as JSON keeps them: dates as text, numbers whole, so that the bytes are the same when read back."""
    return {name: _plain_value(value) for name, value in (facts or {}).items()}


def _plain_value(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain_value(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return str(value) if isinstance(value, str) else value
    return str(value)
