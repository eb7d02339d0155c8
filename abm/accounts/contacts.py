"""The people at an account: their part in buying, and the channels on which they want to be left alone."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.changes import Change, business_day, refuse_stale, set_facts
from abm.audit import models as audit
from abm.kit.base import Base, Email, Facts, Instant, Key, Name, PublicId, Word, check, choice, session_of
from abm.kit.rules import require
from abm.people.models import User

if TYPE_CHECKING:
    from abm.accounts.models import Account

OPT_OUT_CHANNELS = ("email", "call", "social", "direct mail", "event")  # those that reach one person
PERSONAL = frozenset({"name", "title", "email", "phone"})


class BuyingRole(enum.StrEnum):
    """What somebody does when their company decides to buy."""

    CHAMPION = "champion"
    ECONOMIC_BUYER = "economic buyer"
    TECHNICAL_BUYER = "technical buyer"
    USER = "user"
    INFLUENCER = "influencer"
    BLOCKER = "blocker"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return "Not known yet" if self is BuyingRole.UNKNOWN else self.value.capitalize()


class Contact(Base):
    """A person at an account."""

    __tablename__ = "contact"
    __table_args__ = (
        Index("ix_contact_account_email", "account_id", "email"),
        check("merged_into_id IS NULL OR (merged_into_id <> id AND archived_at IS NOT NULL)", "merged_is_archived"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[Name]
    title: Mapped[Name] = mapped_column(default="")
    email: Mapped[Email | None]
    phone: Mapped[Word] = mapped_column(default="")
    buying_role: Mapped[BuyingRole] = mapped_column(choice(BuyingRole, "buying_role"), default=BuyingRole.UNKNOWN)
    opted_out: Mapped[Facts] = mapped_column(default=dict)  # channel -> day of the opt-out, ISO
    created_at: Mapped[Instant]
    archived_at: Mapped[Instant | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)  # the same person there
    revision: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account] = relationship(back_populates="contacts")
    merged_into: Mapped[Contact | None] = relationship(remote_side="Contact.id")

    __mapper_args__ = {"version_id_col": revision}

    FACTS = PERSONAL | {"buying_role"}

    @property
    def standing(self) -> Contact:
        """Under whom this person is known by now: this contact, or the one that it was merged into."""
        return self.merged_into or self

    def change(self, *, by: User | None, at: datetime, revision: int | None = None, **facts: object) -> Change:
        """Change what is known of this person. Raises Conflict where `revision` is no longer the latest."""
        facts = _checked(facts)
        refuse_stale(self, facts, seen=revision, allowed=self.FACTS)
        change = set_facts(self, facts, allowed=self.FACTS)
        if change:
            audit.record_many(session_of(self), [_event(self, "changed", change)], by=by, at=at)
        return change

    def may_be_reached_by(self, channel: str) -> bool:
        return channel not in self.opted_out

    def opt_out(self, channel: str, *, on: date | None = None, by: User | None, at: datetime) -> None:
        """Leave this person alone on a channel from a day on, by default that of `at`."""
        require(channel in OPT_OUT_CHANNELS, f"Nobody can opt out of {channel}.", field="channel")
        known = channel in self.opted_out
        require(not known, f"{self.name} has already opted out of {channel}.", field="channel")
        self.opted_out = {**self.opted_out, channel: (on or business_day(self, at)).isoformat()}
        audit.record(self, "opted out", by=by, at=at, after={"channel": channel})

    def opt_in(self, channel: str, *, by: User | None, at: datetime) -> None:
        """Take an opt-out back, because this person asked for it."""
        require(channel in self.opted_out, f"{self.name} has not opted out of {channel}.", field="channel")
        self.opted_out = {name: day for name, day in self.opted_out.items() if name != channel}
        audit.record(self, "opted in", by=by, at=at, after={"channel": channel})

    def archive(self, *, by: User | None, at: datetime) -> None:
        """Take somebody off the account who left; what happened with them stays."""
        require(self.archived_at is None, f"{self.name} is already archived.")
        self.archived_at = at
        audit.record(self, "archived", by=by, at=at)

    def restore(self, *, by: User | None, at: datetime) -> None:
        require(self.archived_at is not None, f"{self.name} is not archived.")
        require(self.merged_into_id is None, f"{self.name} was merged: take the merge back instead.")
        self.archived_at = None
        audit.record(self, "restored", by=by, at=at)


PERSON = func.coalesce(Contact.merged_into_id, Contact.id)  # who was merged is one of the people, once


def has_opted_out(channel: str) -> ColumnElement[bool]:
    """That somebody wants to be left alone on a channel."""
    day: ColumnElement[Any] = Contact.opted_out[channel].as_string()
    return day.is_not(None)


def add_contact(
    account: Account,
    *,
    name: str,
    by: User | None,
    at: datetime,
    title: str = "",
    email: str | None = None,
    phone: str = "",
    buying_role: BuyingRole = BuyingRole.UNKNOWN,
) -> Contact:
    """A new person at an account."""
    facts: dict[str, object] = {
        "name": name,
        "title": title,
        "email": email,
        "phone": phone,
        "buying_role": buying_role,
    }
    return add_contacts([(account, facts)], by=by, at=at)[0]


def add_contacts(
    people: Sequence[tuple[Account, dict[str, object]]], *, by: User | None, at: datetime
) -> list[Contact]:
    """Many new people, each at an account, in the same few statements. `name` is needed, the rest may be left out."""
    if not people:
        return []
    session = session_of(people[0][0])
    added: list[Contact] = []
    changes: list[Change] = []
    with session.no_autoflush:
        for account, facts in people:
            contact = Contact(account=account, title="", phone="", created_at=at, opted_out={})
            given = {"buying_role": BuyingRole.UNKNOWN, **facts}
            changes.append(set_facts(contact, _checked(given), allowed=Contact.FACTS))
            added.append(contact)
    session.add_all(added)
    session.flush()
    events = (_event(one, "added", Change({}, change.after)) for one, change in zip(added, changes, strict=True))
    audit.record_many(session, events, by=by, at=at)
    return added


def _checked(facts: dict[str, object]) -> dict[str, object]:
    """Facts with e-mail addresses in lower case; an empty name or an address without @ is refused."""
    if "name" in facts:
        require(str(facts["name"]).strip(), "Write the person's name.", field="name")
    if facts.get("email"):
        email = str(facts["email"]).strip().lower()
        looks_right = "@" in email.strip("@") and " " not in email
        require(looks_right, "Write an e-mail address like ana@halden.com.", field="email")
        return {**facts, "email": email}
    return {**facts, "email": None} if "email" in facts else facts


def _event(contact: Contact, verb: str, change: Change) -> audit.Change:
    """Names and addresses go into the erasable part of the event, the rest into the event itself."""
    named = {name: value for name, value in change.after.items() if name in PERSONAL}
    former = {f"former_{name}": value for name, value in change.before.items() if name in PERSONAL}
    return audit.Change(
        contact,
        verb,
        before={name: value for name, value in change.before.items() if name not in PERSONAL},
        after={"account": contact.account_id}
        | {name: value for name, value in change.after.items() if name not in PERSONAL},
        personal=named | former,
    )
