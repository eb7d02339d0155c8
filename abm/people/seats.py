"""Who signs: the two seats, their deputies by date, and absence (domain §2)."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Day, Instant, Key, LongText, Name, check, choice, session_of
from abm.kit.rules import require
from abm.people.models import Organisation, User


class Side(enum.StrEnum):
    """One of the two who agree."""

    MARKETING = "marketing"
    SALES = "sales"

    @property
    def other(self) -> Side:
        return Side.SALES if self is Side.MARKETING else Side.MARKETING

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Seat(Base):
    """A function that signs for one side, under the company's own title, held by one person or nobody."""

    __tablename__ = "seat"
    __table_args__ = (check("side IN ('marketing', 'sales')", "known_side"),)

    id: Mapped[Key]
    side: Mapped[Side] = mapped_column(choice(Side, "side"), unique=True)
    title: Mapped[Name]
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), unique=True)  # nobody holds both
    since: Mapped[Instant]
    next_in_line_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # told when its word is long awaited
    heard_up_to: Mapped[int] = mapped_column(BigInteger, default=0)  # the last sealed event announced to it and read

    holder: Mapped[User | None] = relationship(foreign_keys=[holder_id])
    next_in_line: Mapped[User | None] = relationship(foreign_keys=[next_in_line_id])
    deputies: Mapped[list[Deputy]] = relationship(
        back_populates="seat", order_by="Deputy.first_day, Deputy.id", lazy="selectin"
    )

    def rename(self, title: str, *, by: User, at: datetime) -> None:
        """Call the seat what the company calls the function: "VP Sales"."""
        require(title, "Write the title of the function that signs.", field="title")
        if title != self.title:
            before, self.title = self.title, title
            record(self, "renamed", by=by, at=at, before={"title": before}, after={"title": title})

    def give_to(self, user: User | None, *, by: User | None, at: datetime) -> None:
        """Give the seat to a person, or leave it empty; deputies and next in line of the holder before go with them.

        Nobody holds, or deputises for, both seats, and who acts for one does not take the other from its holder.
        """
        if user is not None and user.id == self.holder_id:
            return
        other = self._other()
        if user is not None:
            require(user.active, f"{user.name} is deactivated and cannot hold a seat.", field="holder")
            require(not other.concerns(user, at), f"{user.name} already acts for {other.title}.", field="holder")
        if by is not None and self.holder is not None and self.holder.active and self.holder.password_hash:
            own_hands = f"You act for {other.title}. {self.holder.name} or RevOps gives {self.title} to somebody else."
            require(not other.concerns(by, at), own_hands, field="holder")
        before = self.holder_id
        for deputy in self.deputies:
            deputy.lapse(by=by, at=at)
        self.holder, self.next_in_line = user, None
        self.since = at
        record(self, "given", by=by, at=at, before={"holder": before}, after={"holder": user.id if user else None})

    def name_deputy(
        self, user: User, *, first_day: date, last_day: date, reason: str, by: User, at: datetime
    ) -> Deputy:
        """Let somebody sign for this seat on some days. Only its holder names a deputy."""
        other = self._other()
        require(self.holder_id == by.id, f"Only the holder of {self.title} names a deputy.")
        require(user.active and user.id != by.id, "Choose another active person.", field="deputy")
        require(first_day <= last_day, "The last day lies before the first.", field="last_day")
        require(last_day >= _today(self, at), "These days are past already.", field="last_day")
        require(reason, "Say why: the other side reads it.", field="reason")
        require(not other.concerns(user, at), f"{user.name} already acts for {other.title}.", field="deputy")
        deputy = Deputy(
            user=user, first_day=first_day, last_day=last_day, reason=reason, named_by_id=by.id, named_at=at
        )
        self.deputies.append(deputy)
        record(deputy, "named", by=by, at=at, after={"user": user.id, "first": first_day, "last": last_day})
        return deputy

    def put_next_in_line(self, user: User | None, *, by: User, at: datetime) -> None:
        """Say who is told as well when this seat's word is long awaited; it gives no right to sign.

        Only its holder does. Nobody named: then those are told who may fill the seats.
        """
        other = self._other()
        require(self.holder_id == by.id, f"Only the holder of {self.title} says who is next in line.")
        if user is not None:
            require(user.active and user.id != by.id, "Choose another active person.", field="person")
            require(not other.concerns(user, at), f"{user.name} acts for {other.title}.", field="person")
        before, after = self.next_in_line_id, user.id if user else None
        if before != after:
            self.next_in_line = user
            record(self, "next in line named", by=by, at=at, before={"user": before}, after={"user": after})

    def note_heard(self, seq: int, *, by: User, at: datetime) -> None:
        """Whoever acts for this seat has read what was announced to it, up to this link of the chain."""
        if seq > self.heard_up_to:
            before, self.heard_up_to = self.heard_up_to, seq
            record(self, "informed", by=by, at=at, before={"up_to": before}, after={"up_to": seq})

    def concerns(self, user: User, at: datetime) -> bool:
        """Whether a person holds this seat or is, or will be, its deputy."""
        today = _today(self, at)
        return self.holder_id == user.id or any(
            deputy.user_id == user.id and deputy.ended_at is None and deputy.last_day >= today
            for deputy in self.deputies
        )

    def signer(self, user: User, day: date) -> bool:
        """Whether this person signs for the seat on that day: an active holder, or a deputy by date."""
        if not user.active or self.holder_id is None:
            return False
        return self.holder_id == user.id or any(d.user_id == user.id and d.covers(day) for d in self.deputies)

    def deputies_from(self, day: date) -> list[Deputy]:
        """Who stands in from a day on, or will."""
        return [deputy for deputy in self.deputies if deputy.ended_at is None and deputy.last_day >= day]

    def _other(self) -> Seat:
        """The other seat, with both locked: two changes at once never put one person on both."""
        both = select(Seat).order_by(Seat.id).with_for_update(of=Seat).execution_options(populate_existing=True)
        return next(seat for seat in session_of(self).scalars(both).all() if seat.id != self.id)


class Deputy(Base):
    """That somebody stands in for a seat's holder from one day to another."""

    __tablename__ = "deputy"
    __table_args__ = (check("first_day <= last_day", "days_in_order"),)

    id: Mapped[Key]
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    first_day: Mapped[Day]
    last_day: Mapped[Day]
    reason: Mapped[LongText]
    named_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    named_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]

    seat: Mapped[Seat] = relationship(back_populates="deputies")
    user: Mapped[User] = relationship(foreign_keys=[user_id])

    def covers(self, day: date) -> bool:
        return self.ended_at is None and self.first_day <= day <= self.last_day

    def end(self, *, by: User, at: datetime) -> None:
        """Take the deputy back. What they signed stays."""
        require(self.seat.holder_id == by.id, f"Only the holder of {self.seat.title} does this.")
        require(self.ended_at is None, "This deputy was already taken back.")
        self.lapse(by=by, at=at)

    def lapse(self, *, by: User | None, at: datetime) -> None:
        """End it, if it has not ended yet."""
        if self.ended_at is None:
            self.ended_at = at
            record(self, "ended", by=by, at=at)


class Absence(Base):
    """Days on which nothing is due from a person."""

    __tablename__ = "absence"
    __table_args__ = (check("first_day <= last_day", "days_in_order"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    first_day: Mapped[Day]
    last_day: Mapped[Day]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    noted_at: Mapped[Instant]

    user: Mapped[User] = relationship(foreign_keys=[user_id])

    def remove(self, *, by: User, at: datetime) -> None:
        """Take the days back: what is due is due again."""
        record(
            self, "removed", by=by, at=at, before={"user": self.user_id, "first": self.first_day, "last": self.last_day}
        )
        session_of(self).delete(self)


def note_absence(user: User, *, first_day: date, last_day: date, by: User, at: datetime) -> Absence:
    """Write down days on which a person is away."""
    require(first_day <= last_day, "The last day lies before the first.", field="last_day")
    absence = Absence(user=user, first_day=first_day, last_day=last_day, noted_by_id=by.id, noted_at=at)
    session_of(user).add(absence)
    record(absence, "noted", by=by, at=at, after={"user": user.id, "first": first_day, "last": last_day})
    return absence


def seats(session: Session) -> dict[Side, Seat]:
    """Both seats, by side, with holders and deputies; empty before the first run.

    Read once per session: all that a page gathers asks for them, and whoever changes one changes these very rows.
    """
    kept: dict[Side, Seat] = session.info.get("seats", {})
    if not kept or any(seat not in session for seat in kept.values()):
        held_by = joinedload(Seat.holder).lazyload(User.grants)
        rows = session.scalars(select(Seat).options(joinedload(Seat.deputies), held_by).order_by(Seat.id)).unique()
        kept = session.info["seats"] = {seat.side: seat for seat in rows}
    return dict(kept)


def seat_of(session: Session, user: User, day: date) -> Seat | None:
    """The seat that a person signs for on a day, if any: a person never acts for both."""
    return next((seat for seat in seats(session).values() if seat.signer(user, day)), None)


def seat_concerning(session: Session, user: User, at: datetime) -> Seat | None:
    """The seat that a person holds or is, or will be, deputy of."""
    return next((seat for seat in seats(session).values() if seat.concerns(user, at)), None)


def _today(row: Base, at: datetime) -> date:
    return session_of(row).get_one(Organisation, 1).today(at)
