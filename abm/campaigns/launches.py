"""What a launch leaves behind: which version it was, and which accounts it works from when to when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.models import Account
from abm.agreement.models import Version
from abm.kit.base import Base, Instant, Key, check
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
    """Projection: an account that a launched plan works, from when to when."""

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

    account: Mapped[Account] = relationship()
    campaign: Mapped[Campaign] = relationship(back_populates="audience")

    def leave(self, at: datetime) -> None:
        """Be worked no longer. One that had not begun never begins."""
        self.ends = max(at, self.starts)


def still_worked(at: datetime) -> ColumnElement[bool]:
    """That a launched plan works an account at an instant, or is going to."""
    lasts = (AudienceMember.ends > at) & (AudienceMember.ends > AudienceMember.starts)
    return or_(AudienceMember.ends.is_(None), lasts)


def take_on(
    campaign: Campaign, version: Version | None, tiers: dict[int, int], *, starts: datetime, at: datetime
) -> None:
    """Work exactly these accounts (id to tier) from `starts` on; one that leaves or moves tier keeps its fact."""
    standing = {row.account_id: row for row in campaign.audience if row.ends is None}
    same_start = {row.account_id: row for row in campaign.audience if row.starts == starts}
    for account_id, row in standing.items():
        if row.tier != tiers.get(account_id):
            row.leave(starts if account_id in tiers else at)
    for account_id, tier in tiers.items():
        if account_id in standing and standing[account_id].ends is None:
            continue
        member = same_start.get(account_id)
        if member is None:
            member = AudienceMember(account_id=account_id, starts=starts)
            campaign.audience.append(member)
        member.version_id, member.tier, member.ends = version.id if version else None, tier, None
