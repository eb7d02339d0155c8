"""What a launch leaves behind: which version it was, and which accounts it works from when to when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.models import Account
from abm.agreement.models import Version
from abm.kit.base import Base, Instant, Key, check, session_of
from abm.people.models import User

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign


class Launch(Base):
    """That a campaign was launched on an approved version of its plan; again when a successor is taken on."""

    __tablename__ = "launch"

    id: Mapped[Key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]

    campaign: Mapped[Campaign] = relationship(back_populates="launches")
    version: Mapped[Version] = relationship(lazy="joined", innerjoin=True)
    by: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class AudienceMember(Base):
    """Projection: an account that a launched plan works, or holds out, from when to when."""

    __tablename__ = "audience_member"
    __table_args__ = (
        UniqueConstraint("campaign_id", "account_id", "starts"),
        check("ends IS NULL OR starts <= ends", "span"),
    )

    id: Mapped[Key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))  # None: taken in with an adopted campaign
    tier: Mapped[int]
    starts: Mapped[Instant]
    ends: Mapped[Instant | None]
    held_out: Mapped[bool] = mapped_column(default=False)  # drawn to get none of the campaign's plays and asks

    account: Mapped[Account] = relationship()
    campaign: Mapped[Campaign] = relationship(back_populates="audience")

    def leave(self, at: datetime) -> None:
        """Be worked no longer. One that had not begun never begins."""
        self.ends = max(at, self.starts)


def still_worked(at: datetime) -> ColumnElement[bool]:
    """That a launched plan works an account at an instant, or is going to."""
    return ~AudienceMember.held_out & _lasts(at)


def held_out_at(at: datetime, campaign_id: int) -> ColumnElement[bool]:
    """That a campaign holds an account out at an instant, or is going to."""
    return AudienceMember.held_out & (AudienceMember.campaign_id == campaign_id) & _lasts(at)


def _lasts(at: datetime) -> ColumnElement[bool]:
    ends_later = (AudienceMember.ends > at) & (AudienceMember.ends > AudienceMember.starts)
    return or_(AudienceMember.ends.is_(None), ends_later)


def taken_before(campaign: Campaign) -> dict[str, bool]:
    """Each account that a campaign ever took on, by public id, and whether it was held out all the time."""
    taken = select(Account.public_id, AudienceMember.held_out).join(AudienceMember.account)
    found: dict[str, bool] = {}
    for public_id, held_out in session_of(campaign).execute(taken.where(AudienceMember.campaign_id == campaign.id)):
        found[public_id] = held_out and found.get(public_id, True)
    return found


@dataclass(frozen=True)
class Taken:
    """How an account is taken on: with which tier, and whether it is held out."""

    tier: int
    held_out: bool = False


def take_on(
    campaign: Campaign,
    version: Version | None,
    taken: Mapping[int, Taken],
    *,
    left: Collection[int],
    starts: datetime,
    at: datetime,
) -> None:
    """Take on exactly these accounts (by id) from `starts` on; one that leaves, or moves tier, keeps its fact.

    `left`: those that left the list since they were taken on, and begin anew.
    """
    standing = {row.account_id: row for row in campaign.audience if row.ends is None}
    same_start = {row.account_id: row for row in campaign.audience if row.starts == starts}
    for account_id, row in standing.items():
        if account_id in left or taken.get(account_id) != Taken(row.tier, row.held_out):
            row.leave(starts if account_id in taken else at)
    for account_id, how in taken.items():
        if account_id in standing and standing[account_id].ends is None:
            continue
        member = same_start.get(account_id)
        if member is None:
            member = AudienceMember(account_id=account_id, starts=starts)
            campaign.audience.append(member)
        member.version_id, member.ends = version.id if version else None, None
        member.tier, member.held_out = how.tier, how.held_out
