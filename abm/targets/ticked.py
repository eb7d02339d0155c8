"""Which entries a form for many is about: the ticked ones, or everything that the filter shows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from abm.accounts.models import Account
from abm.kit.db import session
from abm.people.models import User
from abm.targets.addresses import wanted_of
from abm.targets.entries import Entry
from abm.targets.forms import Ticked
from abm.targets.models import TargetList
from abm.targets.narrowing import entries_matching


def ticked_entries(target_list: TargetList, form: Ticked) -> Sequence[Entry]:
    """In the order of the accounts' names, each with its account and its AE. One query."""
    if form.everything.data:
        query = entries_matching(target_list.id, wanted_of(target_list, form))
    else:
        ticked = Entry.list_id == target_list.id, Entry.public_id.in_(form.entries.data)
        query = select(Entry).join(Account, Account.id == Entry.account_id).where(*ticked)
    known = contains_eager(Entry.account), joinedload(Entry.ae).lazyload(User.grants)
    return session.scalars(query.options(*known).order_by(Account.normal_name, Entry.id)).all()
