"""What colleagues say to each other about an entry, and whom of them they ask: until answered, or marked as done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Instant, Key, LongText, PublicId, session_of
from abm.kit.rules import require
from abm.kit.text import paragraphs
from abm.people.models import User
from abm.targets.entries import LONGEST_REASON, Entry


class EntryComment(Base):
    """A comment on an entry. Its author may correct it; what it said before stays in the event."""

    __tablename__ = "entry_comment"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    text: Mapped[LongText]
    at: Mapped[Instant]
    corrected_at: Mapped[Instant | None]

    entry: Mapped[Entry] = relationship()
    by: Mapped[User] = relationship()
    mentions: Mapped[list[CommentMention]] = relationship(
        back_populates="comment", cascade="all, delete-orphan", order_by="CommentMention.id"
    )

    def correct(self, text: str, mentioned: Iterable[User], *, by: User, at: datetime) -> list[User]:
        """Say it otherwise; hand back whom it mentions now and did not before. Nobody corrects another's words."""
        require(self.by_id == by.id, f"Only {self.by.name} corrects this comment. Write one of your own.")
        self.entry.target_list.require_running(at)
        text = _said(text)
        people = {user.id: user for user in mentioned if user.id != by.id}
        if text == self.text:
            return []
        before, self.text, self.corrected_at = self.text, text, at
        self.mentions = [one for one in self.mentions if one.user_id in people or one.answered_at is not None]
        known = {one.user_id for one in self.mentions}
        added = [user for user in people.values() if user.id not in known]
        self.mentions += [CommentMention(user=user) for user in added]
        after = {"mentioned": sorted(people)}
        record(self, "corrected", by=by, at=at, after=after, personal={"text": text, "former_text": before})
        return added


class CommentMention(Base):
    """That a comment asks somebody; open until they answer in that entry, or say that it is done."""

    __tablename__ = "comment_mention"
    __table_args__ = (
        UniqueConstraint("comment_id", "user_id"),
        Index("ix_comment_mention_open", "user_id", "answered_at"),
    )

    id: Mapped[Key]
    comment_id: Mapped[int] = mapped_column(ForeignKey("entry_comment.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    answered_at: Mapped[Instant | None]

    comment: Mapped[EntryComment] = relationship(back_populates="mentions")
    user: Mapped[User] = relationship()

    def answer(self, *, by: User, at: datetime) -> None:
        """It needs nothing more from whom it asks."""
        require(self.user_id == by.id, f"{self.user.name} is asked, not you.")
        if self.answered_at is None:
            self.answered_at = at
            record(self, "answered", by=by, at=at, after={"comment": self.comment_id})


def comment_on(entry: Entry, text: str, mentioned: Iterable[User] = (), *, by: User, at: datetime) -> EntryComment:
    """Say something about an entry. It answers whatever its author was asked there before."""
    entry.target_list.require_running(at)
    session = session_of(entry)
    people = {user.id: user for user in mentioned if user.id != by.id}
    comment = EntryComment(entry=entry, by=by, text=_said(text), at=at)
    comment.mentions = [CommentMention(user=user) for user in people.values()]
    for one in open_mentions(entry, by):
        one.answer(by=by, at=at)
    session.add(comment)
    after = {"entry": entry.id, "mentioned": sorted(people)}
    record(comment, "written", by=by, at=at, after=after, personal={"text": comment.text})
    return comment


def open_mentions(entry: Entry, user: User) -> Sequence[CommentMention]:
    """What a person is asked on an entry and has not answered yet."""
    return (
        session_of(entry)
        .scalars(
            select(CommentMention)
            .join(EntryComment, EntryComment.id == CommentMention.comment_id)
            .where(EntryComment.entry_id == entry.id)
            .where(CommentMention.user_id == user.id, CommentMention.answered_at.is_(None))
            .order_by(CommentMention.id)
        )
        .all()
    )


def _said(text: str) -> str:
    kept = paragraphs(text)
    require(kept, "Write what you want to say.", field="text")
    require(len(kept) <= LONGEST_REASON, f"Say it in at most {LONGEST_REASON:,} characters.", field="text")
    return kept
