"""Today: the accounts that a person works, in the order in which they ask for it, each with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.deals import Opportunity, OpportunityRevision
from abm.accounts.models import Account
from abm.accounts.queries import answered_for_by
from abm.outbound.models import Commitment
from abm.outbound.queries import Promised, commitments_of, promised, running, words
from abm.outbound.snoozing import Snooze, snoozed_by
from abm.people.models import Organisation, User
from abm.targets.queries import tiers_at
from abm.touches.kinds import Direction
from abm.touches.models import Touch

ROWS = 40
DUE = timedelta(days=7)
LONG_AGO = date.min
CAME = "they came to us on {}, and wait for an answer"
MOVED = "a deal moved on {}, and nobody was in touch since"


@dataclass(frozen=True)
class Contacts:
    """The latest days on which we reached out to an account, on which it came to us, and on which a deal moved on."""

    ours: date | None = None
    theirs: date | None = None
    moved: date | None = None


@dataclass(frozen=True)
class Signal:
    """Something that asks for an answer: since when, and the words for it."""

    day: date
    words: str


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
        """The promise whose end is near: the first of those that ask for something still."""
        near = (one for one in self.promised if one.asks and self._near(one))
        return min(near, key=lambda one: one.commitment.end, default=None)

    @property
    def behind(self) -> Promised | None:
        """The promise of which least is done of what was planned by today."""
        less = (one for one in self.promised if one.asks and one.done < one.expected)
        return min(less, key=lambda one: one.done - one.expected, default=None)

    def _near(self, one: Promised) -> bool:
        return one.commitment.end - self.day <= DUE

    @property
    def signal(self) -> Signal | None:
        """What happened since we last reached out: they came to us, or one of their deals moved on."""
        found = [Signal(day, words_) for day, words_ in ((self.last.theirs, CAME), (self.last.moved, MOVED)) if day]
        fresh = (one for one in found if self.last.ours is None or one.day > self.last.ours)
        return min(fresh, key=lambda one: one.day, default=None)

    def rests(self, snooze: Snooze | None) -> bool:
        """Whether its person put it aside and nothing has happened there since."""
        return snooze is not None and (self.signal is None or self.signal.day <= snooze.since)

    @property
    def why(self) -> str:
        """Why this account stands here, in one sentence."""
        if self.due is not None:
            more = f"{self.due.left} more" if self.due.done else str(self.due.left)
            return f"{more} promised by {words(self.due.commitment.end)}"
        if self.signal is not None:
            return self.signal.words.format(words(self.signal.day))
        if self.behind is not None:
            return f"{self.behind.sentence}; {self._since}" if self.last.ours else self.behind.sentence
        return self._since

    @property
    def _since(self) -> str:
        """Since when nobody of ours was in touch."""
        if self.last.ours is None:
            return "no contact yet"
        return "in touch today" if self.last.ours == self.day else f"no contact since {words(self.last.ours)}"

    @property
    def place(self) -> tuple[int, int, int, str]:
        """Promises that end soon come first, then whoever waits for an answer, then what is behind its plan, the most
        behind at the top, then the longest untouched.
        """
        tier = self.tier or 9
        if self.due is not None:
            return 0, self.due.commitment.end.toordinal(), tier, self.account.normal_name
        if self.signal is not None:
            return 1, self.signal.day.toordinal(), tier, self.account.normal_name
        if self.behind is not None:
            return 2, self.behind.done - self.behind.expected, tier, self.account.normal_name
        return 3, (self.last.ours or LONG_AGO).toordinal(), tier, self.account.normal_name


@dataclass(frozen=True)
class Queue:
    """The first rows of a person's day, how many more there are, and everything that the person promised."""

    rows: Sequence[QueueRow]
    more: int
    mine: Sequence[Promised]
    snoozed: Sequence[Snooze] = ()


def queue_of(session: Session, user: User, *, organisation: Organisation, at: datetime) -> Queue:
    """A person's accounts of the list and those that they promised something on, in six queries."""
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
    aside = snoozed_by(session, user, day)
    rows = [row for row in _rows(session, asked_for, mine, tiers, day) if not row.rests(aside.get(row.account.id))]
    shown = {row.account.id for row in rows}
    rows.sort(key=lambda row: row.place)
    snoozed = [one for one in aside.values() if one.account_id not in shown]
    return Queue(rows[:ROWS], max(0, len(rows) - ROWS), mine, snoozed)


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
    moved = _moves(session, account_ids)
    found = {account_id: Contacts(ours, theirs, moved.get(account_id)) for account_id, ours, theirs in rows}
    return {account_id: Contacts(moved=day) for account_id, day in moved.items()} | found


def _moves(session: Session, account_ids: Sequence[int]) -> dict[int, date]:
    """By account, the latest day on which an open deal of it came into the stage in which it is, out of another one."""
    earlier = aliased(OpportunityRevision)
    from_elsewhere = select(earlier.id).where(
        earlier.opportunity_id == Opportunity.id, earlier.stage_id != Opportunity.stage_id
    )
    rows = session.execute(
        select(Account.id, func.min(OpportunityRevision.at))
        .join(Account.opportunities)
        .join(OpportunityRevision, OpportunityRevision.opportunity_id == Opportunity.id)
        .where(Account.id.in_(account_ids), OpportunityRevision.stage_id == Opportunity.stage_id)
        .where(Opportunity.closed_on.is_(None), from_elsewhere.correlate(Opportunity).exists())
        .group_by(Opportunity.id, Account.id)
    )
    organisation, found = session.get_one(Organisation, 1), dict[int, date]()
    for account_id, at in rows:
        day = organisation.today(at)
        found[account_id] = max(day, found.get(account_id, day))
    return found
