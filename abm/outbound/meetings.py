"""Meetings with an account: booked by a touch, with a day to come and who comes, and what became of them.

What counts are touches: the one that booked it, and the one that says whether it was held. A meeting whose outcome is
voided waits for a word again, and one whose booking is voided is no meeting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Table, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.changes import check_text
from abm.accounts.models import Account, Contact
from abm.audit.models import record
from abm.kit.base import Base, Instant, Key, Name, PublicId, check, session_of
from abm.kit.rules import Conflict, require
from abm.outbound.recounting import count_latest
from abm.people.models import Organisation, User
from abm.touches.kinds import Channel, Direction, OutcomeClass
from abm.touches.logging import log_touch
from abm.touches.models import Touch, hold_account
from abm.touches.outcomes import OUTCOMES

OUTCOMES_OF: Final = {name: OUTCOMES[Channel.MEETING][name] for name in ("held", "dinner", "no-show", "cancelled")}
LENGTHS: Final = (15, 30, 45, 60, 90, 120, 240, 480)  # minutes
FARTHEST: Final = timedelta(days=366)

ATTENDEES = Table(
    "meeting_attendee",
    Base.metadata,
    Column("meeting_id", ForeignKey("meeting.id"), primary_key=True),
    Column("contact_id", ForeignKey("contact.id"), primary_key=True, index=True),
)


@dataclass(frozen=True)
class Appointment:
    """What is said of a meeting: what about, when, how long, and who of theirs comes."""

    subject: str
    starts_at: datetime
    minutes: int
    attendees: Sequence[Contact] = ()


class Meeting(Base):
    """A meeting that a touch booked."""

    __tablename__ = "meeting"
    __table_args__ = (
        check("minutes BETWEEN 5 AND 1440", "lasts"),
        Index("ix_meeting_owner_starts", "owner_id", "starts_at"),
        Index("ix_meeting_account_starts", "account_id", "starts_at"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), unique=True)
    outcome_id: Mapped[int | None] = mapped_column(ForeignKey("touch.id"), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))  # who of us goes, and says what became of it
    subject: Mapped[Name]
    starts_at: Mapped[Instant]
    minutes: Mapped[int]
    moves: Mapped[int] = mapped_column(default=0)  # how often it was told otherwise, for calendar programs
    changed_at: Mapped[Instant]
    revision: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account] = relationship()
    booking: Mapped[Touch] = relationship(foreign_keys=[booked_by_id])
    outcome: Mapped[Touch | None] = relationship(foreign_keys=[outcome_id])
    owner: Mapped[User] = relationship()
    attendees: Mapped[list[Contact]] = relationship(secondary=ATTENDEES, order_by=Contact.name)

    __mapper_args__ = {"version_id_col": revision}

    @property
    def result(self) -> Touch | None:
        """The touch that says what became of it, while that counts."""
        return self.outcome if self.outcome is not None and self.outcome.voided_at is None else None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def who(self) -> str:
        """`Ana Fischer, Bo Berg`, or that nobody is named yet."""
        return ", ".join(dict.fromkeys(one.standing.name for one in self.attendees)) or "nobody named yet"

    def says(self, told: Appointment, owner: User) -> bool:
        """Whether it is just what is told."""
        before = (self.starts_at, self.minutes, self.subject, self.owner_id)
        after = (told.starts_at, told.minutes, told.subject.strip(), owner.id)
        return before == after and {one.id for one in told.attendees} == {one.id for one in self.attendees}

    def change(self, told: Appointment, *, owner: User | None = None, by: User, at: datetime, revision: int) -> bool:
        """Move it, or say otherwise who comes, who of us goes and what about.

        Raises Conflict where somebody else did meanwhile, RuleBroken where it is over or its booking is voided.
        """
        self._hold()
        if revision != self.revision:
            message = f"Somebody changed this meeting meanwhile. It is now {self.subject!r}: look at it again."
            raise Conflict(message, theirs=self.revision, yours=revision)
        self._require_booked()
        require(self.result is None, "What became of this meeting is said already. Void that touch first.")
        _check(self.account, told, booked_at=self.booking.at)
        if told.starts_at != self.starts_at:
            _check_recent(self.account, told, at=at)
        owner = owner or self.owner
        if self.says(told, owner):
            return False
        self.starts_at, self.minutes, self.subject = told.starts_at, told.minutes, told.subject.strip()
        self.owner = owner
        self.attendees, self.changed_at, self.moves = list(dict.fromkeys(told.attendees)), at, self.moves + 1
        moved = {"account": self.account_id, "starts_at": told.starts_at.isoformat(), "minutes": told.minutes}
        moved["owner"] = owner.id
        record(self, "changed", by=by, at=at, after=moved, personal={"subject": self.subject})
        return True

    def hand_over(self, to: User, *, by: User, at: datetime) -> None:
        """Let somebody else go, or say what became of it. Raises RuleBroken where that is said already."""
        self._hold()
        self._require_booked()
        require(self.result is None, f"What became of {self.subject!r} is said already. Open the page again.")
        before, self.owner = self.owner_id, to
        self.changed_at, self.moves = at, self.moves + 1
        record(self, "handed over", by=by, at=at, before={"owner": before}, after={"owner": to.id})

    def close(self, outcome: str, note: str, *, organisation: Organisation, by: User, at: datetime) -> Touch:
        """Say what became of it: a touch like any other. The same word twice is one touch.

        Raises RuleBroken for a meeting that is still to come, unless it is cancelled, for another word than before, and
        where its booking is voided.
        """
        self._hold()
        self._require_booked()
        require(outcome in OUTCOMES_OF, "Choose what became of it.", field="outcome")
        if self.result is not None:
            require(self.result.outcome == outcome, f"It is said already: {self.result.sentence.lower()}.")
            return self.result
        coming = self.starts_at > at
        require(not coming or outcome == "cancelled", "It is still to come: until then it can only be cancelled.")
        logged = log_touch(
            self.account,
            organisation=organisation,
            by=by,
            at=at,
            client_key=f"meeting-{self.public_id}-{self.revision}",
            imported=True,  # of any age: how far back people log says nothing of what was in the diary in time
            side=self.booking.side,
            direction=Direction.OUTBOUND,
            channel=Channel.MEETING,
            outcome=outcome,
            when=at if coming else self.starts_at,
            contact=_only(self.attendees),
            campaign=_Campaign(self.booking.campaign_id) if self.booking.campaign_id else None,
            note=note or self.subject,
        )
        count_latest(session_of(self), logged)
        self.outcome, self.changed_at, self.moves = logged, at, self.moves + 1
        record(self, outcome, by=by, at=at, after={"account": self.account_id})
        return logged

    def _hold(self) -> None:
        """Let two who speak of one meeting follow each other."""
        session = hold_account(self.booking)
        session.refresh(self)

    def _require_booked(self) -> None:
        require(self.booking.voided_at is None, "The touch that booked this meeting is voided: it is no meeting.")


@dataclass(frozen=True)
class _Campaign:
    """The campaign of the booking, by its number."""

    id: int


def book(booking: Touch, told: Appointment, *, owner: User, by: User, at: datetime) -> Meeting:
    """Give the meeting that a touch booked its day and its people. Raises RuleBroken where it has both already."""
    account, session = booking.account, hold_account(booking)
    require(booking.voided_at is None, "The touch that booked it is voided.")
    booked = booking.rule.klass is OutcomeClass.MEETING_BOOKED
    require(booked, f"“{booking.sentence}” books no meeting.")
    _check(account, told, booked_at=booking.at)
    _check_recent(account, told, at=at)
    known = session.scalar(select(Meeting.id).where(Meeting.booked_by_id == booking.id))
    require(known is None, "This meeting has its day already: change it there.")
    meeting = Meeting(
        account=account,
        booking=booking,
        owner=owner,
        subject=told.subject.strip(),
        starts_at=told.starts_at,
        minutes=told.minutes,
        attendees=list(dict.fromkeys(told.attendees)),
        changed_at=at,
    )
    session.add(meeting)
    session.flush()
    facts = {"account": account.id, "starts_at": told.starts_at.isoformat(), "owner": owner.id}
    record(meeting, "booked", by=by, at=at, after=facts, personal={"subject": meeting.subject})
    return meeting


def _check(account: Account, told: Appointment, *, booked_at: datetime) -> None:
    require(told.subject.strip(), "Say what the meeting is about.", field="subject")
    check_text(told.subject, field="subject")
    require(told.minutes in LENGTHS, "Choose how long it is.", field="minutes")
    after = told.starts_at >= booked_at
    require(after, "A meeting takes place after it was booked: choose a later day or time.", field="starts_at")
    near = told.starts_at - booked_at <= FARTHEST
    require(near, "That is more than a year ahead: check the year.", field="starts_at")
    for one in told.attendees:
        here = one.account_id == account.id
        require(here, f"{one.name} is not a contact of {account.name}.", field="attendees")


def _check_recent(account: Account, told: Appointment, *, at: datetime) -> None:
    """A day is not given to a meeting longer ago than people log what happened."""
    organisation = session_of(account).get_one(Organisation, 1)
    recent = organisation.today(told.starts_at) >= organisation.oldest_to_log(at)
    message = f"That is more than {organisation.backdating_days} days ago. Ask RevOps to import older facts."
    require(recent, message, field="starts_at")


def _only(people: Sequence[Contact]) -> Contact | None:
    """With whom a touch was that speaks of one person."""
    return people[0] if len(people) == 1 else None
