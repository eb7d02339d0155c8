"""Whether a draft can be proposed: what stops it, and which voices are missing without stopping it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.people.models import User
from abm.people.seats import Seat, Side
from abm.targets.capacity import Accepted, Held, Load, loads_of
from abm.targets.entries import Assessment, Entry, Nomination
from abm.targets.kinds import Outcome
from abm.targets.policies import Terms, Waiver


@dataclass(frozen=True)
class Progress:
    """How far both voices are: of the entries that are not out, how many were nominated and assessed."""

    entries: int
    nominated: int
    assessed: int

    @property
    def without_nomination(self) -> int:
        return self.entries - self.nominated

    @property
    def without_assessment(self) -> int:
        return self.entries - self.assessed


@dataclass(frozen=True)
class Outlook:
    """What a proposal of the draft as it stands would meet."""

    held: Sequence[Held]
    loads: Sequence[Load]
    archived: Sequence[str]  # names of accounts that are in and archived
    seats: Mapping[Side, Seat]

    @property
    def entries_in(self) -> int:
        return sum(one.accounts for one in self.held)

    @property
    def obstacles(self) -> list[str]:
        """What stops the proposal, each a sentence with its way on."""
        return [*_empty(self), *_too_much(self), *_gone(self), *_archived(self), *_vacant(self)]


def outlook(session: Session, list_id: int, terms: Mapping[int, Terms], seats: Mapping[Side, Seat]) -> Outlook:
    """Read what a proposal would meet, in three queries whatever the size."""
    counted = session.execute(
        select(Entry.tier, User.public_id, User.name, User.deactivated_at, func.count())
        .join(User, User.id == Entry.ae_id)
        .where(Entry.list_id == list_id, Entry.outcome == Outcome.IN)
        .group_by(Entry.tier, User.id, User.public_id, User.name, User.deactivated_at)
    )
    held = [Held(tier, ae, name, gone is None, count) for tier, ae, name, gone, count in counted if tier]
    waivers = session.scalars(select(Waiver).where(Waiver.list_id == list_id).order_by(Waiver.id))
    words = [Accepted(one.what, one.figure, one.side, one.by.name, one.reason, one.at) for one in waivers]
    archived = session.scalars(
        select(Account.name)
        .join(Entry, Entry.account_id == Account.id)
        .where(Entry.list_id == list_id, Entry.outcome == Outcome.IN, Account.archived_at.is_not(None))
        .order_by(Account.name)
    )
    return Outlook(held, loads_of(held, terms, words), archived.all(), seats)


def progress_of(session: Session, list_id: int) -> Progress:
    """How many entries have each side's voice. One query."""
    nominated = select(Nomination.id).where(Nomination.entry_id == Entry.id).exists()
    assessed = select(Assessment.id).where(Assessment.entry_id == Entry.id).exists()
    entries, with_nomination, with_assessment = session.execute(
        select(func.count(), func.count().filter(nominated), func.count().filter(assessed)).where(
            Entry.list_id == list_id, Entry.outcome != Outcome.OUT
        )
    ).one()
    return Progress(entries, with_nomination, with_assessment)


def _empty(outlook: Outlook) -> list[str]:
    return [] if outlook.entries_in else ["No account is in yet: put at least one in."]


def _too_much(outlook: Outlook) -> list[str]:
    return [load.sentence for load in outlook.loads if load.stops]


def _gone(outlook: Outlook) -> list[str]:
    accounts: Counter[str] = Counter()
    for one in outlook.held:
        if not one.ae_active:
            accounts[one.ae_name] += one.accounts
    return [
        f"{name} is deactivated and still planned for {count} account{'s' * (count > 1)}: choose who takes over."
        for name, count in sorted(accounts.items())
    ]


def _archived(outlook: Outlook) -> list[str]:
    if not outlook.archived:
        return []
    shown = ", ".join(outlook.archived[:3]) + (" and others" if len(outlook.archived) > 3 else "")
    return [f"Archived accounts cannot be on the list: take out {shown}."]


def _vacant(outlook: Outlook) -> list[str]:
    vacant = [side for side in Side if (seat := outlook.seats.get(side)) is None or not _held(seat)]
    return [f"The {side} seat is empty. An empty seat signs nothing: fill it first." for side in vacant]


def _held(seat: Seat) -> bool:
    return seat.holder is not None and seat.holder.active
