"""Whom a review waits for, and that they are reminded: once when it is due, once when it is late, and when asked.

The worker looks; a letter is written once, however many workers look at once: the document is locked first, and what
was written already stands in `review_reminder`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.agreement.models import Standing, State, Version
from abm.audit.models import record
from abm.campaigns.models import Campaign
from abm.campaigns.reviewing import due_on
from abm.campaigns.reviews import SALES
from abm.kit.base import Base, Day, Instant, Key, choice, session_of
from abm.kit.rules import require
from abm.people.models import Organisation, User
from abm.people.seats import Absence, Side, seats


class ReminderCause(enum.StrEnum):
    """Why somebody is reminded."""

    DUE = "due"
    OVERDUE = "overdue"
    ASKED = "asked"  # by Marketing, with a button


class ReviewReminder(Base):
    """One letter about a review that is awaited, to one person on one day."""

    __tablename__ = "review_reminder"
    __table_args__ = (UniqueConstraint("version_id", "user_id", "day"),)

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    day: Mapped[Day]
    cause: Mapped[ReminderCause] = mapped_column(choice(ReminderCause, "review_reminder_cause"))
    at: Mapped[Instant]

    user: Mapped[User] = relationship()


@dataclass(frozen=True)
class Awaited:
    """Somebody whose approval is awaited; `instead`: who acts for all of Sales where they are away."""

    user: User
    away: bool
    instead: Sequence[User] = ()

    @property
    def acting(self) -> Sequence[User]:
        return self.instead if self.away else (self.user,)


def awaited(campaign: Campaign, version: Version, day: date) -> list[Awaited]:
    """Who is asked to approve an open version and has not: managers, or the sales seat; and who is there for them."""
    session = session_of(campaign)
    given = {signature.voice for signature in version.valid_signatures()}
    if version.state is not State.OPEN or SALES in given:
        return []
    seat = seats(session, campaign.programme_id)[Side.SALES]
    missing = [voice.voice for voice in version.voices if voice.voice not in given]
    signing = {seat.holder_id, *(deputy.user_id for deputy in seat.deputies)}
    asked = [voice.rpartition(":")[2] for voice in missing if voice != SALES]
    people = session.scalars(select(User).where(User.id.in_(signing) | User.public_id.in_(asked)).order_by(User.name))
    known = {user.public_id: user for user in people}
    gone = _absent(session, [user.id for user in known.values()], day)
    signers = [user for user in known.values() if seat.signer(user, day)]
    acting = [user for user in signers if user.id not in gone] or signers
    found = [known[public_id] for public_id in asked if public_id in known]
    managers = [Awaited(user, user.id in gone or not user.active, tuple(acting)) for user in found]
    return [*managers, *(Awaited(user, away=False) for user in (acting if SALES in missing else ()))]


def _absent(session: Session, ids: Sequence[int], day: date) -> set[int]:
    query = select(Absence.user_id).where(Absence.user_id.in_(ids), Absence.first_day <= day, Absence.last_day >= day)
    return set(session.scalars(query))


def remind_reviewers(campaign: Campaign, *, organisation: Organisation, by: User, at: datetime) -> list[User]:
    """Remind everybody whose approval is awaited, at most once a day; hands back who is to be written to."""
    campaign.document.lock()
    version = campaign.document.open_version
    require(version is not None and not campaign.open_requests, "Nobody's review is awaited now.")
    day = organisation.today(at)
    if version is None:
        return []
    told = _note(version, _acting(campaign, version, day), ReminderCause.ASKED, day=day, at=at)
    require(told, "Everybody who is asked was reminded today already.")
    record(campaign, "reminded", by=by, at=at, after={"who": " and ".join(user.name for user in told)})
    return told


def reviews_to_mind(session: Session, *, organisation: Organisation, at: datetime) -> list[Campaign]:
    """The campaigns whose open version owes somebody a reminder. Reads only."""
    opened = select(Campaign).join(Standing, Standing.document_id == Campaign.document_id)
    found = session.scalars(opened.where(Standing.state == State.OPEN).order_by(Campaign.id))
    return [campaign for campaign in found if _owed(campaign, organisation.today(at), organisation)]


def mind_review(campaign: Campaign, *, organisation: Organisation, at: datetime) -> dict[ReminderCause, list[User]]:
    """Note the reminders that are owed; hands back who is to be written to, and why."""
    campaign.document.lock()
    day, version = organisation.today(at), campaign.document.open_version
    told: dict[ReminderCause, list[User]] = {}
    if version is not None:
        for cause, people in _owed(campaign, day, organisation).items():
            told[cause] = _note(version, people, cause, day=day, at=at)
    return told


def _owed(campaign: Campaign, day: date, organisation: Organisation) -> dict[ReminderCause, list[User]]:
    """On the eve of the last day and on it, who is asked; after it, they and the sales seat. Each cause once."""
    version = campaign.document.open_version
    if version is None or campaign.open_requests:
        return {}
    due = due_on(organisation.today(version.proposed_at))
    if day < due - timedelta(days=1):
        return {}
    cause = ReminderCause.OVERDUE if day > due else ReminderCause.DUE
    people = _acting(campaign, version, day)
    if cause is ReminderCause.OVERDUE:
        seat = seats(session_of(campaign), campaign.programme_id)[Side.SALES]
        people = [*people, *([seat.holder] if seat.holder else [])]
    rows = select(ReviewReminder.user_id, ReviewReminder.cause, ReviewReminder.day)
    known = session_of(campaign).execute(rows.where(ReviewReminder.version_id == version.id)).all()
    told = {user_id for user_id, why, on in known if why is cause or on == day}
    left = {user.id: user for user in people if user.id not in told}
    return {cause: list(left.values())} if left else {}


def _acting(campaign: Campaign, version: Version, day: date) -> list[User]:
    people = {user.id: user for one in awaited(campaign, version, day) for user in one.acting}
    return list(people.values())


def _note(version: Version, people: Sequence[User], cause: ReminderCause, *, day: date, at: datetime) -> list[User]:
    """A row each for those who were not written to today; hands them back."""
    session = session_of(version)
    today = ReviewReminder.version_id == version.id, ReviewReminder.day == day
    told = set(session.scalars(select(ReviewReminder.user_id).where(*today)))
    fresh = [user for user in people if user.id not in told]
    session.add_all(ReviewReminder(version_id=version.id, user_id=one.id, day=day, cause=cause, at=at) for one in fresh)
    return fresh
