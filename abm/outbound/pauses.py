"""When the clock of a commitment stands still: it waits on the other side, or it rests (domain §7)."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.kit.base import Base, Day, Instant, Key, LongText, Name, PublicId, check, choice
from abm.outbound.clocks import Clock, Span
from abm.people.models import User

FOR_GOOD = date.max


class PauseCause(enum.StrEnum):
    """Why a clock stands still. Rests follow from facts; a wait is asked for."""

    WAITING = "waiting"
    ABSENCE = "absence"
    LATE_DEAL = "late deal"
    OPTED_OUT = "opted out"
    LEFT_ALONE = "do not approach"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    PauseCause.WAITING: "waits",
    PauseCause.ABSENCE: "rests: away",
    PauseCause.LATE_DEAL: "rests: a deal is in a late stage",
    PauseCause.OPTED_OUT: "rests: everybody known there has opted out",
    PauseCause.LEFT_ALONE: "rests: do not approach",
}


class Ending(enum.StrEnum):
    """How a wait came to its end."""

    DELIVERED = "delivered"
    DECLINED = "declined"
    TAKEN_BACK = "taken back"


class Pause(Base):
    """Days on which a commitment's clock stands still, with the cause; a wait says for what, on whom, and by when."""

    __tablename__ = "commitment_pause"
    __table_args__ = (
        UniqueConstraint("commitment_id", "cause", "first_day"),
        Index(
            "ix_commitment_pause_open",
            "commitment_id",
            "cause",
            unique=True,
            sqlite_where=text("last_day IS NULL"),
            postgresql_where=text("last_day IS NULL"),
        ),
        check("last_day IS NULL OR first_day <= last_day", "days_in_order"),
        check(
            "(cause = 'waiting') = (what IS NOT NULL AND on_id IS NOT NULL AND by_day IS NOT NULL"
            " AND asked_by_id IS NOT NULL AND asked_at IS NOT NULL)",
            "wait_in_full",
        ),
        check("(ending IS NULL) = (ended_at IS NULL)", "ending"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    cause: Mapped[PauseCause] = mapped_column(choice(PauseCause, "pause_cause"))
    first_day: Mapped[Day]
    last_day: Mapped[Day | None]  # None: it goes on
    what: Mapped[Name | None]
    on_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    by_day: Mapped[Day | None]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[Instant | None]
    ending: Mapped[Ending | None] = mapped_column(choice(Ending, "wait_ending"))
    ended_at: Mapped[Instant | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    words: Mapped[LongText | None]  # what was said when it ended

    on: Mapped[User | None] = relationship(foreign_keys=[on_id])
    asked_by: Mapped[User | None] = relationship(foreign_keys=[asked_by_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])

    @property
    def is_wait(self) -> bool:
        return self.cause is PauseCause.WAITING

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def span_on(self, day: date) -> Span:
        """Its days as they are known on a day. What goes on lasts for good, but a wait only until it was promised."""
        if self.last_day is not None:
            return Span(self.first_day, self.last_day)
        return Span(self.first_day, max(self.by_day, day, self.first_day) if self.by_day else FOR_GOOD)

    def excused_on(self, day: date) -> Span | None:
        """Which of its days are out of the count: all of a rest; of a wait those after it was promised for."""
        if self.by_day is None:
            return self.span_on(day)
        until = self.last_day or day
        late = max(self.first_day, self.by_day + timedelta(days=1))
        return Span(late, until) if late <= until else None

    def days_until(self, day: date) -> int:
        """How many days it has lasted at the end of a day."""
        return max(0, (min(self.last_day or day, day) - self.first_day).days + 1)

    def end(self, ending: Ending, *, on: date, by: User, at: datetime, words: str) -> None:
        """Let the clock run again from the next day on; what was asked for today had no day of it."""
        self.last_day = max(self.first_day, on)
        self.ending, self.ended_at, self.ended_by_id, self.words = ending, at, by.id, words


def clock_of(pauses: Iterable[Pause], day: date, wanted: int, first_day: date, last_day: date, end: date) -> Clock:  # noqa: PLR0917 a window
    """The clock of a window with the pauses that are known on a day; of what is to come those are absences."""
    known = (pause for pause in pauses if pause.first_day <= day or pause.cause is PauseCause.ABSENCE)
    stood_still = [(pause.span_on(day), pause.excused_on(day)) for pause in known]
    excused = tuple(span for _, span in stood_still if span is not None)
    return Clock(wanted, first_day, last_day, end, tuple(span for span, _ in stood_still), excused)
