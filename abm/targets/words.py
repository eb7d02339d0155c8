"""Whose word is missing where: what each role says of accounts, and the entries that still lack it (domain §5)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, false, or_, select

from abm.accounts.listing import team_of
from abm.people.access import May, granted
from abm.people.models import Role, User
from abm.people.seats import Side
from abm.targets.entries import Assessment, Entry, Nomination


def unspoken(side: Side) -> ColumnElement[bool]:
    """That nobody of a side has said its word on an entry."""
    said: type[Nomination | Assessment] = Nomination if side is Side.SALES else Assessment
    return ~select(said.id).where(said.entry_id == Entry.id).correlate(Entry).exists()


def words_owed(user: User) -> Iterator[tuple[Side, ColumnElement[bool]]]:
    """What this person's role says of accounts, and which entries lack it. A seat's holder signs instead.

    An AE nominates what is planned for them, a manager what is planned for the team or for nobody yet; a marketer
    assesses whatever has no assessment.
    """
    rights = granted(user)
    if May.NOMINATE in rights and user.is_one_of(Role.AE):
        yield Side.SALES, and_(unspoken(Side.SALES), Entry.ae_id == user.id)
    elif May.NOMINATE in rights and user.is_one_of(Role.SALES_MANAGER):
        yield Side.SALES, and_(unspoken(Side.SALES), or_(Entry.ae_id.is_(None), Entry.ae_id.in_(team_of(user))))
    if May.ASSESS in rights and user.is_one_of(Role.MARKETER):
        yield Side.MARKETING, unspoken(Side.MARKETING)


def my_missing_words(user: User) -> ColumnElement[bool]:
    """The entries that wait for this person's word: for the first that their roles give."""
    return next((rule for _, rule in words_owed(user)), false())
