"""The weekly review: opened on a frozen week, worked on a shared page, closed with minutes (domain §8)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Digest, Instant, Key, LongText, PublicId, choice, session_of
from abm.kit.rules import Conflict, RuleBroken, require, with_what_was_written
from abm.kit.text import paragraphs
from abm.people.models import User
from abm.people.programmes import Programme
from abm.progress.snapshots import Snapshot
from abm.rhythm.agenda import Point

LONGEST_NOTE: Final = 4_000


class Review(Base):
    """The meeting on one frozen week. Once closed nothing of it changes.

    `changes` counts what happened on the shared page, so that whoever looks on learns whether there is news.
    """

    __tablename__ = "review"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), unique=True)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    opened_at: Mapped[Instant]
    point: Mapped[Point] = mapped_column(choice(Point, "review_point"))
    point_since: Mapped[Instant]
    changes: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[Instant | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    minutes: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    minutes_digest: Mapped[Digest | None]

    programme: Mapped[Programme] = relationship()
    snapshot: Mapped[Snapshot] = relationship(lazy="joined", innerjoin=True)
    opened_by: Mapped[User] = relationship(foreign_keys=[opened_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    notes: Mapped[list[ReviewNote]] = relationship(back_populates="review", order_by="ReviewNote.id")

    @property
    def open(self) -> bool:
        return self.closed_at is None

    def require_open(self, written: str = "") -> None:
        """Go on only while it is open; a closed one has no form left, so the refusal repeats what was `written`."""
        if not self.open:
            closed = RuleBroken("This review is closed, and its minutes are sent. Take it up in the next one.")
            raise RuleBroken(with_what_was_written(closed, written))

    def news(self) -> None:
        """Let every page that follows fetch what happened."""
        self.changes = Review.changes + 1  # counted by the database: two may write at once

    def elapsed(self, at: datetime) -> float:
        """Since when the point in hand is taken up, in seconds: what every page counts on from, whatever its clock."""
        return max(0.0, round((at - self.point_since).total_seconds(), 1))

    def go_to(self, point: Point, *, at: datetime) -> None:
        """Take up a point of the agenda: the pages of all participants follow."""
        self.require_open()
        if point is not self.point:
            self.point, self.point_since = point, at
            self.news()

    def note(self, point: Point, text: str, *, seen: int, by: User, at: datetime) -> ReviewNote | None:
        """Write down what was said on a point; `seen` is the revision that the writer had before them, 0 for none.

        Raises Conflict where somebody else has written meanwhile.
        """
        self.require_open()
        text = paragraphs(text)
        require(len(text) <= LONGEST_NOTE, f"A note has at most {LONGEST_NOTE:,} characters.", field="text")
        found = next((note for note in self.notes if note.point is point), None)
        if (found.revision if found else 0) != seen:
            theirs = found.text if found else ""
            who = found.by.name if found else "Somebody"
            raise Conflict(f"{who} has written here meanwhile.", theirs=theirs, yours=text)
        if found is None:
            if not text:
                return None
            found = ReviewNote(point=point, text="", by_id=by.id, at=at, revision=0)
            self.notes.append(found)
        if text != found.text:
            found.text, found.by_id, found.at, found.revision = text, by.id, at, found.revision + 1
            self.news()
            session_of(self).flush()
        return found


class ReviewNote(Base):
    """What was said on one point of a review."""

    __tablename__ = "review_note"
    __table_args__ = (UniqueConstraint("review_id", "point"),)

    id: Mapped[Key]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    point: Mapped[Point] = mapped_column(choice(Point, "review_note_point"))
    text: Mapped[LongText]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]
    revision: Mapped[int]

    review: Mapped[Review] = relationship(back_populates="notes")
    by: Mapped[User] = relationship()


def review_on(session: Session, snapshot: Snapshot) -> Review | None:
    """The review of a frozen week, where it was opened."""
    return session.scalar(select(Review).where(Review.snapshot_id == snapshot.id))


def held_review(session: Session, snapshot: Snapshot) -> Review | None:
    """The same, held until the transaction ends: who writes in a review takes turns."""
    statement = select(Review).where(Review.snapshot_id == snapshot.id).with_for_update(of=Review)
    return session.scalar(statement.execution_options(populate_existing=True))


def open_review(snapshot: Snapshot, *, by: User, at: datetime) -> Review:
    """Open the review of a frozen week, or hand back the one that is open: there is one for each week."""
    session = session_of(snapshot)
    standing = review_on(session, snapshot)
    if standing is not None:
        return standing
    review = Review(
        programme_id=snapshot.programme_id,
        snapshot=snapshot,
        opened_by_id=by.id,
        opened_at=at,
        point=Point.MOVED,
        point_since=at,
        changes=0,
    )
    session.add(review)
    session.flush()
    record(review, "opened", by=by, at=at, after={"week": snapshot.week, "snapshot": snapshot.digest})
    return review
