"""From a name that somebody typed to the account that they mean."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from wtforms import Field

from abm.accounts.fields import say
from abm.accounts.identity import normal_name
from abm.accounts.listing import searched
from abm.accounts.models import Account

OFFERED = 12


def suggestions(session: Session, text: str) -> list[Account]:
    """The first accounts that a text may mean, archived ones left out."""
    if not text.strip():
        return []
    query = select(Account).where(searched(text), Account.archived_at.is_(None))
    return list(session.scalars(query.order_by(Account.normal_name, Account.id).limit(OFFERED)))


def chosen_account(session: Session, field: Field) -> Account | None:
    """The account that a field names or gives the address of; what stands in the way is said at the field."""
    if not field.data or field.errors:
        return None
    found = _meant(session, field.data)
    if not found:
        say(field, f"No account is named {field.data[:60]}. Add it first, or pick one that is offered as you type.")
    elif len(found) > 1:
        addresses = ", ".join(account.slug for account in found[:4])
        say(field, f"{len(found)} accounts are named so: write the end of its address instead ({addresses}).")
    return found[0] if len(found) == 1 else None


def _meant(session: Session, text: str) -> list[Account]:
    """The one account written so, else the one of that address, else all of the same name without trimmings."""
    normal = normal_name(text)
    ways = or_(Account.slug == text.lower(), Account.normal_name == normal, func.lower(Account.name) == text.lower())
    near = list(session.scalars(select(Account).where(ways).order_by(Account.id).limit(50)))
    for meant in (
        [account for account in near if account.name.casefold() == text.casefold()],
        [account for account in near if account.slug == text.lower()],
    ):
        if len(meant) == 1:
            return meant
    return near
