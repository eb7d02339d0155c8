"""One person who is there twice: a merge redirects reads from the one to the other, and can be undone (domain §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.accounts.contacts import BuyingRole, Contact
from abm.audit.models import Event, record
from abm.kit.base import session_of
from abm.kit.rules import refuse, require
from abm.people.models import User

FILLED = ("title", "email", "phone")


def merge_contacts(kept: Contact, other: Contact, *, by: User, at: datetime) -> None:
    """Let `other` be known as `kept` from now on.

    Touches stay with whom they were logged on, and are shown and counted under `kept`. What `kept` lacks comes over,
    and whoever left either alone leaves `kept` alone, from the earlier day. Nobody is merged through a third, and
    nobody who left: taken back, either would not be what it was.
    """
    session = session_of(kept)
    _hold(session, kept, other)
    require(kept.id != other.id, "Nobody is merged into themselves: choose another contact.", field="other")
    require(kept.account_id == other.account_id, "Contacts of two accounts are two people here.", field="other")
    for one in (kept, other):
        require(one.merged_into_id is None, f"{one.name} was merged into another contact already.", field="other")
        require(one.archived_at is None, f"{one.name} is archived: take them back first.", field="other")
    _refuse_chain(session, kept, other)
    lacking: dict[str, Any] = {name: getattr(other, name) for name in FILLED if not getattr(kept, name)}
    if kept.buying_role is BuyingRole.UNKNOWN:
        lacking["buying_role"] = other.buying_role
    kept.change(by=by, at=at, **{name: value for name, value in lacking.items() if value})
    carried = _leave_alone_too(kept, other.opted_out)
    other.archived_at, other.merged_into = at, kept
    after = {"account": other.account_id, "into": kept.public_id, "opted_out": carried}
    record(other, "merged", by=by, at=at, after=after)


def split_contact(other: Contact, *, by: User, at: datetime) -> None:
    """Take a merge back: they are two people after all, and nobody knows who of them asked meanwhile to be left alone.

    What came over to the other stays there. Opt-outs that were made since hold for both.
    """
    session = session_of(other)
    _hold(session, other.standing, other)
    kept = other.standing
    require(other.merged_into_id is not None, f"{other.name} is not merged.")
    carried = _leave_alone_too(other, _opted_out_since(session, kept, other))
    other.archived_at = other.merged_into = None
    after = {"account": other.account_id, "from": kept.public_id, "opted_out": carried}
    record(other, "split", by=by, at=at, after=after)


def merged_into(session: Session, kept: Contact) -> Sequence[Contact]:
    """Who else this person was, by name."""
    query = select(Contact).where(Contact.merged_into_id == kept.id).order_by(Contact.name, Contact.id)
    return session.scalars(query).all()


def alike(contact: Contact, others: Sequence[Contact]) -> list[Contact]:
    """The other contacts of an account that are here, with those first who look like the same person."""
    name, email = contact.name.casefold().split(), contact.email

    def likely(other: Contact) -> tuple[bool, bool, str]:
        same_name = bool(set(name) & set(other.name.casefold().split()))
        return (not (email and other.email == email), not same_name, other.name.casefold())

    here = [one for one in others if one.archived_at is None and one.id != contact.id]
    return sorted(here, key=likely)


def _refuse_chain(session: Session, kept: Contact, other: Contact) -> None:
    """Refuse to merge somebody as whom a third is known."""
    known = [one.name for one in merged_into(session, other)]
    if known:
        whom = " and ".join(known)
        way_on = f"merge {kept.name} into {other.name} instead, or take them apart first"
        refuse(f"{whom} {'is' if len(known) == 1 else 'are'} known as {other.name}: {way_on}.", field="other")


def _leave_alone_too(contact: Contact, opted_out: Mapping[str, str]) -> dict[str, str]:
    """Leave somebody alone by these channels (with ISO days) as well; hand back what that adds, or makes earlier."""
    known = contact.opted_out
    carried = {channel: day for channel, day in opted_out.items() if channel not in known or day < known[channel]}
    contact.opted_out = {**known, **carried}
    return carried


def _opted_out_since(session: Session, kept: Contact, other: Contact) -> dict[str, str]:
    """The channels, with days, on which `kept` opted out while `other` was known as them."""
    of_contact = Event.subject == Contact.__tablename__
    merged = select(func.max(Event.id)).where(of_contact, Event.subject_id == other.id, Event.verb == "merged")
    made = select(Event.after).where(of_contact, Event.subject_id == kept.id, Event.verb == "opted out")
    channels = {after["channel"] for after in session.scalars(made.where(Event.id > merged.scalar_subquery()))}
    return {channel: day for channel, day in kept.opted_out.items() if channel in channels}


def _hold(session: Session, *contacts: Contact) -> None:
    """Let two who merge the same people follow each other: the lowest number first."""
    ids = sorted({one.id for one in contacts})
    session.flush()
    held = select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id).with_for_update()
    session.execute(held.execution_options(populate_existing=True)).all()
