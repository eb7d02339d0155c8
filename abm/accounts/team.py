"""Who works an account, in which function, from which day to which (domain §3)."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.audit import models as audit
from abm.audit.models import record
from abm.kit.base import Base, Day, Instant, Key, check, choice, session_of
from abm.kit.rules import require
from abm.people.models import Role, User

if TYPE_CHECKING:
    from abm.accounts.models import Account


class TeamFunction(enum.StrEnum):
    """What somebody does for an account. The AE is the one who answers for it."""

    AE = "ae"
    SDR = "sdr"
    SE = "se"
    CSM = "csm"
    MARKETER = "marketer"

    @property
    def label(self) -> str:
        return "Marketer" if self is TeamFunction.MARKETER else self.value.upper()


class TeamMember(Base):
    """That somebody works an account in a function, from one day to another."""

    __tablename__ = "team_member"
    __table_args__ = (
        check("last_day IS NULL OR first_day <= last_day", "days_in_order"),
        Index(
            "ix_team_member_one_ae",
            "account_id",
            unique=True,
            sqlite_where=text("function = 'ae' AND last_day IS NULL"),
            postgresql_where=text("function = 'ae' AND last_day IS NULL"),
        ),
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    function: Mapped[TeamFunction] = mapped_column(choice(TeamFunction, "team_function"))
    first_day: Mapped[Day]
    last_day: Mapped[Day | None]  # the last day on which it holds; None: still does
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    assigned_at: Mapped[Instant]

    account: Mapped[Account] = relationship(back_populates="team")
    user: Mapped[User] = relationship(foreign_keys=[user_id])

    def on(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def end(self, last_day: date, *, by: User | None, at: datetime) -> None:
        """Let it hold until this day and no longer."""
        require(last_day >= self.first_day, "The last day lies before the first.", field="last_day")
        before = self.last_day
        self.last_day = last_day
        record(self, "ended", by=by, at=at, before={"last_day": before}, after={"last_day": last_day})

    def hand_over(self, user: User, *, by: User | None, at: datetime) -> None:
        """Let somebody else have it from its very first day: a correction on the same day."""
        before = self.user_id
        self.user, self.assigned_by_id, self.assigned_at = user, by.id if by else None, at
        record(self, "handed over", by=by, at=at, before={"user": before}, after={"user": user.id})


def may_answer(user: User) -> bool:
    """Whether somebody can be the AE of an account: they are here, and in Sales."""
    return user.active and user.is_one_of(Role.AE, Role.SALES_MANAGER, Role.CRO)


def staff_new_accounts(
    session: Session, staffed: Iterable[tuple[Account, User]], *, first_day: date, by: User | None, at: datetime
) -> None:
    """Give accounts that have no team yet their AEs, in the same few statements."""
    members = [_member(account, user, TeamFunction.AE, first_day, by=by, at=at) for account, user in staffed]
    for member in members:
        require(may_answer(member.user), _no_answer(member.user), field="user")
    session.add_all(members)
    session.flush()
    audit.record_many(session, [audit.Change(one, "assigned", after=_told(one)) for one in members], by=by, at=at)


def join_team(
    account: Account, user: User, *, function: TeamFunction, first_day: date, by: User | None, at: datetime
) -> TeamMember:
    """Put somebody on an account's team from a day on. A new AE ends the former one's time the day before.

    The caller holds the account's row, so that two new AEs on one account follow each other.
    """
    require(user.active, f"{user.name} is deactivated. Choose somebody who is here.", field="user")
    if function is TeamFunction.AE:
        require(may_answer(user), _no_answer(user), field="user")
    standing = [member for member in account.team if _overlaps(member, function, first_day)]
    own = next((member for member in standing if member.user_id == user.id and member.last_day is None), None)
    if own is not None and own.first_day <= first_day:
        return own
    if function is TeamFunction.AE:
        replaced = _end_former(standing, user, first_day, by=by, at=at)
        if replaced is not None:
            return replaced
    return _add(account, user, function, first_day, by=by, at=at)


def _overlaps(member: TeamMember, function: TeamFunction, first_day: date) -> bool:
    return member.function is function and (member.last_day is None or member.last_day >= first_day)


def _end_former(
    standing: list[TeamMember], user: User, first_day: date, *, by: User | None, at: datetime
) -> TeamMember | None:
    """End each former AE the day before; hand back the row of one who began that day, now the new AE's."""
    replaced = None
    for member in standing:
        since = f"{member.user.name} answers for this account from {member.first_day:%d %b %Y}"
        require(member.first_day <= first_day, f"{since}: choose that day or a later one.", field="first_day")
        if member.first_day == first_day:
            member.last_day = None
            member.hand_over(user, by=by, at=at)
            replaced = member
        else:
            member.end(first_day - timedelta(days=1), by=by, at=at)
    return replaced


def _add(
    account: Account, user: User, function: TeamFunction, first_day: date, *, by: User | None, at: datetime
) -> TeamMember:
    member = _member(account, user, function, first_day, by=by, at=at)
    session_of(account).add(member)
    record(member, "assigned", by=by, at=at, after=_told(member))
    return member


def _member(
    account: Account, user: User, function: TeamFunction, first_day: date, *, by: User | None, at: datetime
) -> TeamMember:
    return TeamMember(
        account=account,
        user=user,
        function=function,
        first_day=first_day,
        assigned_by_id=by.id if by else None,
        assigned_at=at,
    )


def _told(member: TeamMember) -> dict[str, object]:
    return {
        "account": member.account.id,
        "user": member.user.id,
        "function": member.function,
        "first_day": member.first_day,
    }


def _no_answer(user: User) -> str:
    return f"{user.name} is not in Sales: an AE or a sales manager answers for an account."
