"""The quarter's tiered list of target accounts, that both sides sign (domain §5)."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.models import Account
from abm.agreement.models import Document, Version
from abm.kit.base import Base, Instant, Key, LongText, PublicId, Word, check, choice
from abm.people.models import User
from abm.people.seats import Side


class Motion(enum.StrEnum):
    NEW = "new"
    EXPANSION = "expansion"
    WIN_BACK = "win back"


class Outcome(enum.StrEnum):
    """Whether a candidate is on the list."""

    CANDIDATE = "candidate"
    IN = "in"
    OUT = "out"


class Priority(enum.StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Readiness(enum.StrEnum):
    """Marketing's word on whether an account can be reached."""

    READY = "ready"
    NEEDS_WORK = "needs work"
    CANNOT_ACTIVATE = "cannot activate"


class Period(enum.StrEnum):
    WEEK = "week"
    FOUR_WEEKS = "4 weeks"
    QUARTER = "quarter"


class TargetList(Base):
    """The list of one quarter: a draft of entries and tier policies here, versions under agreement."""

    __tablename__ = "target_list"

    id: Mapped[Key]
    quarter: Mapped[Word] = mapped_column(unique=True)  # 2026-q4
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)
    entries: Mapped[list[Entry]] = relationship(back_populates="target_list", order_by="Entry.id")
    policies: Mapped[list[TierPolicy]] = relationship(back_populates="target_list", order_by="TierPolicy.tier", lazy="selectin")


class Entry(Base):
    """An account in the draft of a list: tier, planned AE, motion, both voices and the outcome."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("list_id", "account_id"),
        check("tier IS NULL OR tier BETWEEN 1 AND 3", "tier"),
        check("outcome <> 'in' OR tier IS NOT NULL", "tier_when_in"),
        check("outcome <> 'out' OR reason <> ''", "reason_when_out"),
        Index("ix_entry_listing", "list_id", "outcome", "tier"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    list_id: Mapped[int] = mapped_column(ForeignKey("target_list.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    with_children: Mapped[bool] = mapped_column(default=False)
    tier: Mapped[int | None]
    ae_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    motion: Mapped[Motion] = mapped_column(choice(Motion, "motion"), default=Motion.NEW)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"), default=Outcome.CANDIDATE)
    reason: Mapped[LongText] = mapped_column(default="")
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[Instant]
    revision: Mapped[int] = mapped_column(default=1)

    target_list: Mapped[TargetList] = relationship(back_populates="entries")
    account: Mapped[Account] = relationship()
    ae: Mapped[User | None] = relationship(foreign_keys=[ae_id])
    changed_by: Mapped[User] = relationship(foreign_keys=[changed_by_id])
    nominations: Mapped[list[Nomination]] = relationship(back_populates="entry", order_by="Nomination.id")
    assessments: Mapped[list[Assessment]] = relationship(back_populates="entry", order_by="Assessment.id")

    __mapper_args__ = {"version_id_col": revision}


class Nomination(Base):
    """Sales' voice: somebody wants this account, how much, and why. The latest of each person counts."""

    __tablename__ = "nomination"

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    priority: Mapped[Priority] = mapped_column(choice(Priority, "priority"))
    why: Mapped[LongText]
    at: Mapped[Instant]

    entry: Mapped[Entry] = relationship(back_populates="nominations")
    by: Mapped[User] = relationship()


class Assessment(Base):
    """Marketing's voice: whether the account can be reached, and why. The latest counts."""

    __tablename__ = "assessment"

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    readiness: Mapped[Readiness] = mapped_column(choice(Readiness, "readiness"))
    why: Mapped[LongText]
    at: Mapped[Instant]

    entry: Mapped[Entry] = relationship(back_populates="assessments")
    by: Mapped[User] = relationship()


class TierPolicy(Base):
    """What a tier means this quarter: how many accounts, and what each side owes each of them. Part of the draft."""

    __tablename__ = "tier_policy"
    __table_args__ = (
        UniqueConstraint("list_id", "tier"),
        check("tier BETWEEN 1 AND 3", "tier"),
        check("max_accounts > 0 AND max_per_ae > 0", "capacity"),
        check("sales_touches >= 0 AND sales_contacts >= 0 AND marketing_plays >= 0", "rhythm"),
    )

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("target_list.id"))
    tier: Mapped[int]
    max_accounts: Mapped[int]
    max_per_ae: Mapped[int]
    sales_touches: Mapped[int]  # at least, per period, over sales_contacts people
    sales_contacts: Mapped[int]
    sales_period: Mapped[Period] = mapped_column(choice(Period, "sales_period"))
    marketing_plays: Mapped[int]  # at least, per marketing_period
    marketing_period: Mapped[Period] = mapped_column(choice(Period, "marketing_period"))
    roles_wanted: Mapped[int]
    stalled_days: Mapped[int]

    target_list: Mapped[TargetList] = relationship(back_populates="policies")


class Waiver(Base):
    """That a seat accepts a capacity that is exceeded, and why. It holds for the figure it was given for."""

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("list_id", "what", "figure"),)

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("target_list.id"))
    what: Mapped[Word]  # tier:1, or ae:<public id>:1
    figure: Mapped[int]
    side: Mapped[Side] = mapped_column(choice(Side, "waiver_side"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]
    reason: Mapped[LongText]

    by: Mapped[User] = relationship()


class Membership(Base):
    """Projection of what was signed: which account was on the list, in which tier, from when to when."""

    __tablename__ = "membership"
    __table_args__ = (
        check("tier BETWEEN 1 AND 3", "tier"),
        check("ends IS NULL OR starts <= ends", "span"),
        Index("ix_membership_list_span", "list_id", "ends", "tier"),
    )

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(ForeignKey("target_list.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    tier: Mapped[int]
    motion: Mapped[Motion] = mapped_column(choice(Motion, "membership_motion"))
    ae_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)  # as planned and signed
    starts: Mapped[Instant]
    ends: Mapped[Instant | None]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)

    account: Mapped[Account] = relationship()
    ae: Mapped[User | None] = relationship()
    version: Mapped[Version] = relationship()
