"""Whether a draft can be proposed: what stops it, and which voices are missing without stopping it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from abm.accounts.models import Account
from abm.people.models import User
from abm.people.seats import Seat, Side
from abm.targets.capacity import Accepted, Held, Load, loads_of
from abm.targets.content import Content
from abm.targets.entries import Assessment, Entry, Nomination
from abm.targets.kinds import Outcome
from abm.targets.policies import Terms, Waiver
from abm.targets.workload import Asked, Workload


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


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is proposed, or would be, with what stops it."""

    held: Sequence[Held]
    loads: Sequence[Load]
    archived: int  # accounts that are in and archived
    an_archived: str  # the name of one of them
    seats: Mapping[Side, Seat]
    workload: Workload | None = None  # None: nobody asked for it

    def named(self, what: str) -> Load | Asked | None:
        """The capacity, or what is asked of a person, that a seat means to accept."""
        known: list[Load | Asked] = [*self.loads, *(self.workload.asked if self.workload else ())]
        return next((one for one in known if one.what == what), None)

    @property
    def entries_in(self) -> int:
        return sum(one.accounts for one in self.held)

    @property
    def obstacles(self) -> list[str]:
        """What stops the proposal, each a sentence with its way on."""
        return [*_empty(self), *_too_much(self), *_asks_too_much(self), *_gone(self), *_archived(self), *_vacant(self)]


@dataclass(frozen=True, kw_only=True)
class Outlook(Proposal):
    """What a proposal of the draft as it stands would meet, and what is still open in it."""

    progress: Progress
    candidates: int
    out: int


def outlook(
    session: Session,
    list_id: int,
    terms: Mapping[int, Terms],
    seats: Mapping[Side, Seat],
    workload: Workload | None = None,
) -> Outlook:
    """Read what a proposal would meet, in two queries whatever the size."""
    counted = session.execute(_counted(list_id)).all()
    inside = [row for row in counted if row.outcome is Outcome.IN]
    voiced = [row for row in counted if row.outcome is not Outcome.OUT]
    held = [Held(row.tier, row.ae, row.ae_name, row.gone is None, row.entries) for row in inside]
    words = words_of(session, list_id)
    return Outlook(
        held=held,
        loads=loads_of(held, terms, words),
        progress=Progress(*(sum(row[place] for row in voiced) for place in (0, 1, 2))),
        candidates=sum(row.entries for row in counted if row.outcome is Outcome.CANDIDATE),
        out=sum(row.entries for row in counted if row.outcome is Outcome.OUT),
        archived=sum(row.archived for row in inside),
        an_archived=min((row.an_archived for row in inside if row.an_archived), default=""),
        seats=seats,
        workload=workload.with_words(words) if workload else None,
    )


def proposal_of(
    session: Session, list_id: int, content: Content, seats: Mapping[Side, Seat], workload: Workload | None = None
) -> Proposal:
    """What stops the proposal of this very content: of the draft, which others change meanwhile, nothing is read again.

    Only what the content does not say is asked for: who is deactivated, what is archived, what the seats accepted.
    """
    gone = set(session.scalars(select(User.public_id).where(User.deactivated_at.is_not(None))))
    entered = select(Entry.account_id).where(Entry.list_id == list_id)
    put_away = select(Account.public_id).where(Account.id.in_(entered), Account.archived_at.is_not(None))
    archived = [content.rows[one].name for one in session.scalars(put_away) if one in content.rows]
    planned = Counter((row.tier, row.ae, row.ae_name) for row in content.rows.values())
    held = [Held(tier, ae, name, ae not in gone, accounts) for (tier, ae, name), accounts in planned.items()]
    words = words_of(session, list_id)
    return Proposal(
        held=held,
        loads=loads_of(held, content.policies, words),
        archived=len(archived),
        an_archived=min(archived, default=""),
        seats=seats,
        workload=workload.with_words(words) if workload else None,
    )


def words_of(session: Session, list_id: int) -> list[Accepted]:
    """What the seats accepted on a list, the oldest first."""
    by = joinedload(Waiver.by).lazyload(User.grants)
    waivers = session.scalars(select(Waiver).where(Waiver.list_id == list_id).options(by).order_by(Waiver.id))
    return [Accepted(one.what, one.figure, one.side, one.by.name, one.reason, one.at) for one in waivers]


def _counted(list_id: int) -> Select[*tuple[Any, ...]]:
    """Entries, those nominated and those assessed, per outcome, tier and planned AE."""
    nominated = select(Nomination.id).where(Nomination.entry_id == Entry.id).exists()
    assessed = select(Assessment.id).where(Assessment.entry_id == Entry.id).exists()
    return (
        select(
            func.count().label("entries"),
            func.count().filter(nominated).label("nominated"),
            func.count().filter(assessed).label("assessed"),
            func.count(Account.archived_at).label("archived"),
            func.min(case((Account.archived_at.is_not(None), Account.name))).label("an_archived"),
            Entry.outcome,
            Entry.tier,
            User.public_id.label("ae"),
            User.name.label("ae_name"),
            User.deactivated_at.label("gone"),
        )
        .join(Account, Account.id == Entry.account_id)
        .outerjoin(User, User.id == Entry.ae_id)
        .where(Entry.list_id == list_id)
        .group_by(Entry.outcome, Entry.tier, User.id, User.public_id, User.name, User.deactivated_at)
    )


def _empty(proposal: Proposal) -> list[str]:
    return [] if proposal.entries_in else ["No account is in yet: put at least one in."]


def _too_much(proposal: Proposal) -> list[str]:
    return [load.sentence for load in proposal.loads if load.stops]


def _asks_too_much(proposal: Proposal) -> list[str]:
    """One sentence without names or figures: whoever may see those finds them where it leads."""
    stopping = len(proposal.workload.stopping) if proposal.workload else 0
    if not stopping:
        return []
    places = "one place" if stopping == 1 else f"{stopping} places"
    asks = f"In {places} it asks for more a week than was done in the last eight: see “What it asks of people”."
    return [f"{asks} Ask for less, hand some over, or let both seats accept it with a reason."]


def _gone(proposal: Proposal) -> list[str]:
    accounts: Counter[str] = Counter()
    for one in proposal.held:
        if not one.ae_active:
            accounts[one.ae_name] += one.accounts
    return [
        f"{name} is deactivated and still planned for {count} account{'s' * (count > 1)}: choose who takes over."
        for name, count in sorted(accounts.items())
    ]


def _archived(proposal: Proposal) -> list[str]:
    if not proposal.archived:
        return []
    others = f" and {proposal.archived - 1} more" if proposal.archived > 1 else ""
    return [f"Archived accounts cannot be on the list: take out {proposal.an_archived}{others}."]


def _vacant(proposal: Proposal) -> list[str]:
    vacant = [side for side in Side if (seat := proposal.seats.get(side)) is None or not _held(seat)]
    return [f"The {side} seat is empty. An empty seat signs nothing: fill it first." for side in vacant]


def _held(seat: Seat) -> bool:
    return seat.holder is not None and seat.holder.active
