"""One person who is there twice: a merge redirects reads from the one to the other, and can be undone (domain §3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from abm.accounts.contacts import BuyingRole, Contact
from abm.audit.models import record
from abm.kit.base import session_of
from abm.kit.rules import require
from abm.people.models import User

FILLED = ("title", "email", "phone")


def merge_contacts(kept: Contact, other: Contact, *, by: User, at: datetime) -> None:
    """Let `other` be known as `kept` from now on.

    Touches stay with whom they were logged on, and are shown and counted under `kept`. What `kept` lacks comes over,
    and whoever left either alone leaves `kept` alone, from the earlier day.
    """
    session = session_of(kept)
    _hold(session, kept, other)
    require(kept.id != other.id, "Nobody is merged into themselves: choose another contact.", field="other")
    require(kept.account_id == other.account_id, "Contacts of two accounts are two people here.", field="other")
    for one in (kept, other):
        require(one.merged_into_id is None, f"{one.name} was merged into another contact already.", field="other")
    require(kept.archived_at is None, f"{kept.name} is archived: take them back first.", field="other")
    lacking: dict[str, Any] = {name: getattr(other, name) for name in FILLED if not getattr(kept, name)}
    if kept.buying_role is BuyingRole.UNKNOWN:
        lacking["buying_role"] = other.buying_role
    kept.change(by=by, at=at, **{name: value for name, value in lacking.items() if value})
    earliest = dict(kept.opted_out)
    for channel, day in other.opted_out.items():
        earliest[channel] = min(day, earliest.get(channel, day))
    kept.opted_out = earliest
    other.archived_at = other.archived_at or at
    other.merged_into_id = kept.id
    session.flush()
    further = update(Contact).where(Contact.merged_into_id == other.id).values(merged_into_id=kept.id)
    session.execute(further)
    record(other, "merged", by=by, at=at, after={"account": other.account_id, "into": kept.public_id})


def split_contact(other: Contact, *, by: User, at: datetime) -> None:
    """Take a merge back: they are two people after all. What came over to the other stays there, opt-outs too."""
    session = session_of(other)
    _hold(session, other, other)
    require(other.merged_into_id is not None, f"{other.name} is not merged.")
    other.merged_into_id, other.archived_at = None, None
    record(other, "split", by=by, at=at, after={"account": other.account_id})


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


def _hold(session: Session, *contacts: Contact) -> None:
    """Let two who merge the same people follow each other: the lowest number first."""
    ids = sorted({one.id for one in contacts})
    session.flush()
    held = select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id).with_for_update()
    session.execute(held.execution_options(populate_existing=True)).all()
