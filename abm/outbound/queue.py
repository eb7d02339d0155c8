"""Today: the accounts that a person works, in the order in which they ask for it, each with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.accounts.queries import answered_for_by
from abm.outbound.models import Commitment
from abm.outbound.queries import Promised, commitments_of, promised, running, words
from abm.people.models import Organisation, User
from abm.targets.queries import tiers_at
from abm.touches.kinds import Direction
from abm.touches.models import Touch

ROWS = 40
DUE = timedelta(days=7)
LONG_AGO = date.min


@dataclass(frozen=True)
class Contacts:
    """The latest days on which we reached out to an account, and on which it came to us."""

    ours: date | None = None
    theirs: date | None = None


@dataclass(frozen=True)
class QueueRow:
    """One account in Today: what is due on it, when somebody was last in touch, and why it stands here."""

    account: Account
    tier: int | None
    promised: Sequence[Promised]
    last: Contacts
    day: date

    @property
    def due(self) -> Promised | None:
        """The promise that asks for something first: its end is near, or less is done than was planned by today."""
        asking = (
            one for one in self.promised if one.begun and one.left and (self._near(one) or one.done < one.expected)
        )
        return min(asking, key=lambda one: one.commitment.end, default=None)

    def _near(self, one: Promised) -> bool:
        return one.commitment.end - self.day <= DUE

    @property
    def answered(self) -> bool:
        """Whether they came to us and nobody has reached out since."""
        return self.last.theirs is not None and (self.last.ours is None or self.last.theirs > self.last.ours)

    @property
    def why(self) -> str:
        """Why this account stands here, in one sentence."""
        if self.due is not None and not self._near(self.due):
            return f"{self.due.sentence}; {self._since}" if self.last.ours else self.due.sentence
        if self.due is not None:
            more = f"{self.due.left} more" if self.due.done else str(self.due.left)
            return f"{more} promised by {words(self.due.commitment.end)}"
        if self.answered and self.last.theirs is not None:
            return f"they came to us on {words(self.last.theirs)}, and wait for an answer"
        return self._since

    @property
    def _since(self) -> str:
        """Since when nobody of ours was in touch."""
        if self.last.ours is None:
            return "no contact yet"
        return "in touch today" if self.last.ours == self.day else f"no contact since {words(self.last.ours)}"

    @property
    def place(self) -> tuple[int, date, int, str]:
        """Promises that are due come first, then whoever waits for an answer, then the longest untouched."""
        tier = self.tier or 9
        if self.due is not None:
            return 0, self.due.commitment.end, tier, self.account.normal_name
        if self.answered and self.last.theirs is not None:
            return 1, self.last.theirs, tier, self.account.normal_name
        return 2, self.last.ours or LONG_AGO, tier, self.account.normal_name


@dataclass(frozen=True)
class Queue:
    """The first rows of a person's day, how many more there are, and everything that the person promised."""

    rows: Sequence[QueueRow]
    more: int
    mine: Sequence[Promised]


def queue_of(session: Session, user: User, *, organisation: Organisation, at: datetime) -> Queue:
    """A person's accounts of the list and those that they promised something on, in four queries."""
    day = organisation.today(at)
    tiers = tiers_at(session, at)
    mine = commitments_of(session, user.id, day)
    promised_on = {one.commitment.account_id for one in mine}
    worked = Account.id.in_(promised_on) | Account.id.in_(answered_for_by([user.id], day))
    asked_for = [
        account
        for account in session.scalars(select(Account).where(worked, Account.archived_at.is_(None)))
        if account.approachable_on(day) and (not tiers or account.id in tiers or account.id in promised_on)
    ]
    rows = sorted(_rows(session, asked_for, mine, tiers, day), key=lambda row: row.place)
    return Queue(rows[:ROWS], max(0, len(rows) - ROWS), mine)


def row_for(session: Session, user: User, account: Account, *, organisation: Organisation, at: datetime) -> QueueRow:
    """One row of a person's Today, as it reads now."""
    day = organisation.today(at)
    mine = promised(session, day, Commitment.person_id == user.id, Commitment.account_id == account.id, running(day))
    return next(_rows(session, [account], mine, tiers_at(session, at), day))


def _rows(
    session: Session, accounts: Sequence[Account], mine: Iterable[Promised], tiers: Mapping[int, int], day: date
) -> Iterator[QueueRow]:
    last = _last_contacts(session, [account.id for account in accounts])
    of_account: dict[int, list[Promised]] = defaultdict(list)
    for one in mine:
        of_account[one.commitment.account_id].append(one)
    for account in accounts:
        contacts = last.get(account.id, Contacts())
        yield QueueRow(account, tiers.get(account.id), of_account[account.id], contacts, day)


def _last_contacts(session: Session, account_ids: Sequence[int]) -> dict[int, Contacts]:
    ours = func.max(case((Touch.direction == Direction.OUTBOUND, Touch.day)))
    theirs = func.max(case((Touch.direction == Direction.INBOUND, Touch.day)))
    rows = session.execute(
        select(Touch.account_id, ours, theirs)
        .where(Touch.account_id.in_(account_ids), Touch.voided_at.is_(None))
        .group_by(Touch.account_id)
    )
    return {account_id: Contacts(our_day, their_day) for account_id, our_day, their_day in rows}
