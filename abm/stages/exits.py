"""Exits from the way to becoming a customer: disqualified and recycled, by hand and with a reason (practice.md).

An exit outranks what facts say, from its day on until it is taken back. Whoever is disqualified stays so; of whoever is
recycled only what happens after that day counts.
"""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from abm.accounts.changes import check_text
from abm.accounts.models import Account
from abm.audit.models import record
from abm.kit.base import Base, Day, Instant, Key, LongText, PublicId, check, choice, session_of
from abm.kit.rules import require
from abm.kit.text import paragraphs
from abm.people.models import Organisation, User
from abm.people.seats import seats_signed_for
from abm.stages.history import Exit
from abm.stages.models import ExitKind


class ExitReason(enum.StrEnum):
    """Why an account goes no further for now (SiriusDecisions)."""

    UNREACHABLE = "unable to reach"
    INACCURATE = "inaccurate data"
    NO_NEED = "no interest or need"
    NO_BUDGET = "no budget"
    NO_FIT = "no fit"
    BAD_TIMING = "bad timing"
    DUPLICATE = "duplicate"
    COMPETITOR = "competitor"
    CUSTOMER = "existing customer"

    @property
    def label(self) -> str:
        return self.value.capitalize()


STANDING = "ended_at IS NULL"


class StageExit(Base):
    """That somebody took an account out of its way, why, and whether it was taken back."""

    __tablename__ = "stage_exit"
    __table_args__ = (
        Index("ix_stage_exit_account_day", "account_id", "day"),
        Index(
            "ix_stage_exit_one_standing",
            "account_id",
            unique=True,
            sqlite_where=text(STANDING),
            postgresql_where=text(STANDING),
        ),
        check("(ended_at IS NULL) = (ended_on IS NULL) AND (ended_at IS NULL) = (ended_by_id IS NULL)", "ended"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[ExitKind] = mapped_column(choice(ExitKind, "exit_kind"))
    day: Mapped[Day]  # from which on it holds
    reason: Mapped[ExitReason] = mapped_column(choice(ExitReason, "exit_reason"))
    words: Mapped[LongText] = mapped_column(default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]
    ended_on: Mapped[Day | None]  # from which on it no longer holds
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_at: Mapped[Instant | None]

    account: Mapped[Account] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])

    @property
    def fact(self) -> Exit:
        """As the way of an account is read from it."""
        return Exit(self.id, self.kind, self.day, self.ended_on, self.reason)

    def take_back(self, *, by: User, at: datetime) -> StageExit | None:
        """Let what it displaced hold again and be handed back, where it displaced an exit; else let facts speak again,
        from today on.
        """
        session = session_of(self)
        _hold(session, self.account_id)
        session.refresh(self)  # as whoever had the account before left it
        require(self.ended_at is None, "This was taken back already.")
        self.end(by=by, at=at)
        record(self, "taken back", by=by, at=at, after={"account": self.account_id})
        displaced = self._displaced()
        if displaced is not None:
            session.flush()  # one at a time stands
            displaced.ended_on = displaced.ended_by_id = displaced.ended_at = None
            record(displaced, "holds again", by=by, at=at, after={"account": self.account_id})
        return displaced

    def _displaced(self) -> StageExit | None:
        """The exit that ended because this one began."""
        own = StageExit.account_id == self.account_id, StageExit.id < self.id
        gave_way = select(StageExit).where(*own, StageExit.ended_at == self.at)
        return session_of(self).scalar(gave_way.order_by(StageExit.id.desc()).limit(1))

    def end(self, *, by: User, at: datetime) -> None:
        """Let it hold no longer from today on."""
        today = session_of(self).get_one(Organisation, 1).today(at)
        self.ended_on, self.ended_by_id, self.ended_at = today, by.id, at


def leave(account: Account, kind: ExitKind, reason: ExitReason, words: str, *, by: User, at: datetime) -> StageExit:
    """Disqualify or recycle an account from today on; an exit that still stands gives way to this one.

    Raises RuleBroken for an account that is archived or disqualified already, and for a misfit that nobody explains.
    """
    session = session_of(account)
    _hold(session, account.id)
    require(account.archived_at is None, f"{account.name} is archived.")
    told = paragraphs(words)
    require(told or reason is not ExitReason.NO_FIT, "Say in a word what does not fit.", field="words")
    check_text(told, field="words")
    before = session.scalar(select(StageExit).where(StageExit.account_id == account.id, StageExit.ended_at.is_(None)))
    if before is not None:
        again = before.kind is kind is ExitKind.DISQUALIFIED
        require(not again, f"{account.name} is disqualified already.", field="kind")
        before.end(by=by, at=at)
        session.flush()
    today = session.get_one(Organisation, 1).today(at)
    one = StageExit(account_id=account.id, kind=kind, day=today, reason=reason, words=told, by_id=by.id, at=at)
    session.add(one)
    after = {"account": account.id, "reason": reason}
    record(one, kind.value, by=by, at=at, after=after, personal={"words": told} if told else None)
    return one


def _hold(session: Session, account_id: int) -> None:
    """Whoever lets an account leave its way, or takes that back, takes turns."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))


def may_leave(account: Account, user: User, day: date) -> bool:
    """Whether a person says so of an account: its AE, the manager of the AE's team, or whoever signs for a seat."""
    ae = account.ae_on(day)
    if ae is not None and (ae.id == user.id or (ae.team is not None and ae.team.manager_id == user.id)):
        return True
    return bool(seats_signed_for(session_of(account), user, day))


def held_between(first: date, last: date) -> ColumnElement[bool]:
    """That an exit held on a day between these two."""
    return (StageExit.day <= last) & (StageExit.ended_on.is_(None) | (StageExit.ended_on > first))


def exits_of(session: Session, account_id: int) -> list[StageExit]:
    """Every exit of an account with who said so, the latest first. One query."""
    query = select(StageExit).where(StageExit.account_id == account_id).order_by(StageExit.id.desc())
    people = joinedload(StageExit.by).lazyload(User.grants), joinedload(StageExit.ended_by).lazyload(User.grants)
    return list(session.scalars(query.options(*people)))
