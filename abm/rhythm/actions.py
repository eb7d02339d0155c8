"""Actions: who does what by when. They come back each week until they are done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Day, Instant, Key, Name, PublicId, check, session_of
from abm.kit.rules import Conflict, require
from abm.people.models import User
from abm.rhythm.reviews import Review


class Action(Base):
    """What somebody took on in a review, until it is done or dropped with a reason."""

    __tablename__ = "action"
    __table_args__ = (check("(done_at IS NULL) = (done_by_id IS NULL)", "done"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    what: Mapped[Name]
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    due_on: Mapped[Day]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[Instant]
    done_at: Mapped[Instant | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    outcome: Mapped[Name] = mapped_column(default="")  # a word on how it ended; why, where it was dropped
    dropped: Mapped[bool] = mapped_column(default=False)

    review: Mapped[Review] = relationship()
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])

    @property
    def open(self) -> bool:
        return self.done_at is None

    def late_on(self, day: date) -> bool:
        """Whether its day has passed without it being done."""
        return self.open and self.due_on < day

    @property
    def standing(self) -> str:
        """Who does it by when, in one word: what whoever gives it on had seen."""
        return f"{self.owner.public_id}:{self.due_on}"

    def finish(self, outcome: str, *, dropped: bool, by: User, at: datetime) -> None:
        """Say that it is done, or that it is dropped and why. Saying the same twice changes nothing."""
        if not self.open:
            same = (self.dropped, self.outcome) == (dropped, outcome)
            word = f": “{self.outcome}”" if self.outcome else ""
            require(same, f"It has ended meanwhile, {'dropped' if self.dropped else 'done'}{word}.")
            return
        require(not dropped or outcome, "Say in a word why it is dropped.", field="outcome")
        self.done_at, self.done_by_id, self.outcome, self.dropped = at, by.id, outcome, dropped
        record(self, "dropped" if dropped else "done", by=by, at=at, personal={"outcome": outcome})

    def pass_on(self, owner: User, due_on: date, *, seen: str, today: date, by: User, at: datetime) -> None:
        """Give it to somebody else, or another day; `seen` is the standing that the writer had before them.

        Raises Conflict where somebody else has given it on meanwhile.
        """
        require(self.open, "It has ended meanwhile.")
        require(owner.active, f"{owner.name} is deactivated. Choose somebody who is here.", field="owner")
        require(due_on >= today, "Choose today or a day to come.", field="due_on")
        if (self.owner_id, self.due_on) == (owner.id, due_on):
            return
        if seen != self.standing:
            theirs, yours = in_words(self.owner, self.due_on), in_words(owner, due_on)
            message = (
                f"Somebody has changed it meanwhile: now it is {theirs}. You chose {yours}: save it if that holds."
            )
            raise Conflict(message, theirs=theirs, yours=yours)
        before = {"owner": self.owner_id, "due_on": self.due_on}
        self.owner, self.owner_id, self.due_on = owner, owner.id, due_on
        record(self, "passed on", by=by, at=at, before=before, after={"owner": owner.id, "due_on": due_on})


def in_words(owner: User, due_on: date) -> str:
    """`Marcus Bell, by 1 Dec 2026`."""
    return f"{owner.name}, by {due_on:%-d %b %Y}"


def take_on(review: Review, what: str, owner: User, due_on: date, *, today: date, by: User, at: datetime) -> Action:
    """Write down in an open review what somebody does by a day."""
    review.require_open()
    require(owner.active, f"{owner.name} is deactivated. Choose somebody who is here.", field="owner")
    require(due_on >= today, "Choose today or a day to come.", field="due_on")
    action = Action(
        review=review,
        programme_id=review.programme_id,
        what=what,
        owner=owner,
        due_on=due_on,
        made_by_id=by.id,
        made_at=at,
        outcome="",
        dropped=False,
    )
    session_of(review).add(action)
    review.news()
    record(action, "taken on", by=by, at=at, after={"owner": owner.id, "due_on": due_on}, personal={"what": what})
    return action
