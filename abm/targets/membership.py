"""Which account was on the list, in which tier, from when to when: the projection that all figures use.

A quarter that starts unsigned works on with the list before for some weeks: those rows are `carried`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.models import Account
from abm.agreement.models import Version
from abm.kit.base import Base, Instant, Key, check, choice
from abm.people.models import User
from abm.targets.kinds import Motion

if TYPE_CHECKING:
    from abm.targets.models import TargetList


class Membership(Base):
    """An account's time on a list, as a signed version has it. Written by `effect` alone, kept by triggers."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("version_id", "account_id", "carried"),
        check("tier BETWEEN 1 AND 3", "tier"),
        check("ends IS NULL OR starts <= ends", "span"),
        Index("ix_membership_list_span", "list_id", "ends", "tier"),
    )

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("target_list.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    with_children: Mapped[bool]
    tier: Mapped[int]
    motion: Mapped[Motion] = mapped_column(choice(Motion, "membership_motion"))
    ae_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)  # as planned and signed
    starts: Mapped[Instant]
    ends: Mapped[Instant | None]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)  # the one that began it
    carried: Mapped[bool] = mapped_column(default=False)  # into the next quarter, while that one has no signed list

    target_list: Mapped[TargetList] = relationship()
    account: Mapped[Account] = relationship()
    ae: Mapped[User | None] = relationship()
    version: Mapped[Version] = relationship()
