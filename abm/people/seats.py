"""Who signs: the two seats, their deputies by date, and absence (domain §2)."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from abm.audit.models import record
from abm.kit.base import Base, Day, Instant, Key, LongText, Name, check, choice, session_of
from abm.kit.rules import refuse, require
from abm.people.models import Organisation, User
from abm.people.programmes import DEFAULT_PROGRAMME, Programme


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
    __table_args__ = (
        check("side IN ('marketing', 'sales')", "known_side"),
        UniqueConstraint("programme_id", "side"),
        UniqueConstraint("programme_id", "holder_id"),  # nobody holds both
    )

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), default=DEFAULT_PROGRAMME)
    side: Mapped[Side] = mapped_column(choice(Side, "side"))
    title: Mapped[Name]
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    since: Mapped[Instant]
    next_in_line_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # told when its word is long awaited
    heard_up_to: Mapped[int] = mapped_column(BigInteger, default=0)  # the last sealed event announced to it and read

    programme: Mapped[Programme] = relationship()
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
        others = self._others()
        if user is not None:
            require(user.active, f"{user.name} is deactivated and cannot hold a seat.", field="holder")
            _keep_to_one_side(user, others, at, field="holder")
        if by is not None and self.holder is not None and self.holder.active and self.holder.password_hash:
            own = next((other for other in others if other.concerns(by, at)), None)
            if own is not None:
                who = f"{self.holder.name} or RevOps gives {self.title} to somebody else."
                refuse(f"You act for {own.title}. {who}", field="holder")
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
        others = self._others()
        require(self.holder_id == by.id, f"Only the holder of {self.title} names a deputy.")
        require(user.active and user.id != by.id, "Choose another active person.", field="deputy")
        require(first_day <= last_day, "The last day lies before the first.", field="last_day")
        require(last_day >= _today(self, at), "These days are past already.", field="last_day")
        require(reason, "Say why: the other side reads it.", field="reason")
        _keep_to_one_side(user, others, at, field="deputy")
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
        others = self._others()
        require(self.holder_id == by.id, f"Only the holder of {self.title} says who is next in line.")
        if user is not None:
            require(user.active and user.id != by.id, "Choose another active person.", field="person")
            _keep_to_one_side(user, others, at, field="person")
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

    def require_signer(self, user: User, day: date) -> None:
        """Let only an active holder, or a deputy on their days, act for this seat; an empty one signs nothing."""
        if self.holder is None:
            refuse(f"The {self.side} seat is empty. An empty seat signs nothing: fill it first.")
        signs = self.signer(user, day)
        require(signs, f"Only {self.holder.name}, or a deputy on their days, signs for the {self.side} seat.")

    def deputies_from(self, day: date) -> list[Deputy]:
        """Who stands in from a day on, or will."""
        return [deputy for deputy in self.deputies if deputy.ended_at is None and deputy.last_day >= day]

    def _others(self) -> list[Seat]:
        """The other side's seats, with all locked: two changes at once never put one person on both sides."""
        every = select(Seat).order_by(Seat.id).with_for_update(of=Seat).execution_options(populate_existing=True)
        return [seat for seat in session_of(self).scalars(every).all() if seat.side is not self.side]


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


def add_seats(programme: Programme, titles: Mapping[Side, str], *, by: User, at: datetime) -> list[Seat]:
    """The two seats of a further programme, empty until somebody is given them."""
    found = []
    for side in Side:
        seat = Seat(programme_id=programme.id, side=side, title=titles[side], since=at, heard_up_to=0)
        session_of(programme).add(seat)
        record(seat, "given", by=by, at=at, after={"title": seat.title, "holder": None, "programme": programme.id})
        found.append(seat)
    session_of(programme).info.pop("seats", None)
    return found


def all_seats(session: Session) -> list[Seat]:
    """The seats of every programme, with holders and deputies; none before the first run.

    Read once per session: all that a page gathers asks for them, and whoever changes one changes these very rows.
    """
    kept: list[Seat] = session.info.get("seats", [])
    if not kept or any(seat not in session for seat in kept):
        held_by = joinedload(Seat.holder).lazyload(User.grants)
        options = joinedload(Seat.deputies), joinedload(Seat.programme, innerjoin=True), held_by
        kept = list(session.scalars(select(Seat).options(*options).order_by(Seat.id)).unique())
        session.info["seats"] = kept
    return list(kept)


def seats(session: Session, programme_id: int = DEFAULT_PROGRAMME) -> dict[Side, Seat]:
    """Both seats of a programme, by side; empty before the first run."""
    return {seat.side: seat for seat in all_seats(session) if seat.programme_id == programme_id}


def programmes(session: Session) -> list[Programme]:
    """Every programme, the default first: each has its seats, so that asking for those answers this too."""
    return list(dict.fromkeys(seat.programme for seat in all_seats(session)))


def seat_of(session: Session, user: User, day: date, programme_id: int = DEFAULT_PROGRAMME) -> Seat | None:
    """The seat that a person signs for in a programme on a day, if any: a person never acts for both."""
    return next((seat for seat in seats(session, programme_id).values() if seat.signer(user, day)), None)


def seats_signed_for(session: Session, user: User, day: date) -> list[Seat]:
    """Every seat, of whichever programme, that a person signs for on a day: all of one side."""
    return [seat for seat in all_seats(session) if seat.signer(user, day)]


def seats_concerning(session: Session, user: User, at: datetime) -> list[Seat]:
    """The seats that a person holds or is, or will be, deputy of."""
    return [seat for seat in all_seats(session) if seat.concerns(user, at)]


def _keep_to_one_side(user: User, others: Iterable[Seat], at: datetime, *, field: str) -> None:
    """A person acts for one side, in whichever programme."""
    taken = next((seat for seat in others if seat.concerns(user, at)), None)
    if taken is not None:
        refuse(f"{user.name} already acts for {taken.title}.", field=field)


def _today(row: Base, at: datetime) -> date:
    return session_of(row).get_one(Organisation, 1).today(at)
