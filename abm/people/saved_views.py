"""Views that a person keeps: a name for a filter of a page. Shared by their address, seen by nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Instant, Key, LongText, Name, PublicId, Word, session_of
from abm.kit.rules import require
from abm.kit.text import one_line
from abm.people.models import User

MOST = 20  # of one page: more is no longer a list that one chooses from
LONGEST_NAME = 60
LONGEST_QUERY = 1000


class SavedView(Base):
    """The filter of a page under a person's own name for it."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "page", "name"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    page: Mapped[Word]  # which page it narrows: target list
    name: Mapped[Name]
    query: Mapped[LongText]  # as it stands in the address: tier=1&missing=marketing
    saved_at: Mapped[Instant]

    user: Mapped[User] = relationship()

    def remove(self, *, by: User, at: datetime) -> None:
        """Forget it. Only whose it is does."""
        require(self.user_id == by.id, "Only whose view it is removes it.")
        record(self, "removed", by=by, at=at, before={"page": self.page, "query": self.query})
        session_of(self).delete(self)


def save_view(user: User, page: str, name: str, query: str, *, at: datetime) -> SavedView:
    """Keep a filter under a name. The same name again keeps the new filter."""
    session = session_of(user)
    name = one_line(name)
    require(name, "Write a name for this view.", field="name")
    require(len(name) <= LONGEST_NAME, f"Write no more than {LONGEST_NAME} characters.", field="name")
    require(query, "There is nothing to keep yet: choose a filter first.", field="name")
    require(len(query) <= LONGEST_QUERY, "This filter is too long to keep: search for less.", field="name")
    session.scalar(select(User.id).where(User.id == user.id).with_for_update())  # one name at a time
    mine = SavedView.user_id == user.id, SavedView.page == page
    view = session.scalar(select(SavedView).where(*mine, SavedView.name == name))
    if view is None:
        kept = session.scalar(select(func.count(SavedView.id)).where(*mine)) or 0
        require(kept < MOST, f"You keep {MOST} views here already: remove one first.", field="name")
        view = SavedView(user_id=user.id, page=page, name=name)
        session.add(view)
    view.query, view.saved_at = query, at
    record(view, "saved", by=user, at=at, after={"page": page, "query": query})
    return view


def views_of(session: Session, user: User, page: str) -> Sequence[SavedView]:
    """What a person keeps of a page, by name. One query."""
    query = select(SavedView).where(SavedView.user_id == user.id, SavedView.page == page)
    return session.scalars(query.order_by(SavedView.name, SavedView.id)).all()
