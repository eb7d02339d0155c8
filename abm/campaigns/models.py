"""Campaigns for the tiers of the list: planned by Marketing, reviewed by Sales, launched on what was approved (domain §6)."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.models import Account
from abm.agreement.models import Document, Version
from abm.kit.base import Base, Day, Facts, Instant, Key, LongText, Minor, Name, PublicId, Slug, Word, check, choice
from abm.people.models import User
from abm.touches.models import Channel


class CampaignState(enum.StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class PlanState(enum.StrEnum):
    """Where a version of the plan stands in its review. Derived from agreement and the open requests."""

    OPEN = "open"
    CHANGES_REQUESTED = "changes requested"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Section(enum.StrEnum):
    """The parts of a plan; a review comment is anchored to one."""

    OBJECTIVE = "objective"
    AUDIENCE = "audience"
    MESSAGE = "message"
    OFFER = "offer"
    PLAYS = "plays"
    SALES_ASK = "sales ask"
    BUDGET = "budget"
    MEASURE = "measure"


class CommentKind(enum.StrEnum):
    COMMENT = "comment"
    REQUEST = "requested change"


class Campaign(Base):
    """A campaign and the working draft of its plan."""

    __tablename__ = "campaign"
    __table_args__ = (
        check("starts_on <= ends_on", "days_in_order"),
        check("ask_touches >= 0", "ask"),
        check("budget >= 0", "budget"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    slug: Mapped[Slug]
    name: Mapped[Name]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    state: Mapped[CampaignState] = mapped_column(choice(CampaignState, "campaign_state"))
    starts_on: Mapped[Day]
    ends_on: Mapped[Day]
    objective: Mapped[LongText] = mapped_column(default="")
    message: Mapped[LongText] = mapped_column(default="")
    offer: Mapped[LongText] = mapped_column(default="")
    ask_touches: Mapped[int] = mapped_column(default=0)  # by Sales, per account
    ask_by: Mapped[Day | None]
    talk_track: Mapped[LongText] = mapped_column(default="")
    budget: Mapped[Minor] = mapped_column(default=0)  # in the reporting currency
    measure: Mapped[LongText] = mapped_column(default="")  # what will be measured, and what is expected
    criteria: Mapped[Facts] = mapped_column(default=dict)  # {"tiers": [1], "industries": [], "aes": [public ids]}
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    revision: Mapped[int] = mapped_column(default=1)

    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
    plays: Mapped[list[Play]] = relationship(
        back_populates="campaign", order_by="Play.day, Play.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": revision}


class Play(Base):
    """One thing that Marketing does in a campaign, on a day, on every account of the audience."""

    __tablename__ = "play"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel, "play_channel"))
    what: Mapped[Name]
    day: Mapped[Day]

    campaign: Mapped[Campaign] = relationship(back_populates="plays")


class Launch(Base):
    """That a campaign was launched on an approved version of its plan; again when a successor is taken on."""

    __tablename__ = "launch"

    id: Mapped[Key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]

    version: Mapped[Version] = relationship()


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
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    tier: Mapped[int]
    starts: Mapped[Instant]
    ends: Mapped[Instant | None]

    account: Mapped[Account] = relationship()
    campaign: Mapped[Campaign] = relationship()


class ReviewComment(Base):
    """What a reviewer said about a section of a version: a comment, or a change that has to be settled first."""

    __tablename__ = "review_comment"
    __table_args__ = (Index("ix_review_comment_open", "campaign_id", "settled_at"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    section: Mapped[Section] = mapped_column(choice(Section, "section"))
    kind: Mapped[CommentKind] = mapped_column(choice(CommentKind, "comment_kind"))
    body: Mapped[LongText]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]
    answer: Mapped[LongText] = mapped_column(default="")
    settled_at: Mapped[Instant | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    by: Mapped[User] = relationship(foreign_keys=[by_id])
    settled_by: Mapped[User | None] = relationship(foreign_keys=[settled_by_id])
    version: Mapped[Version] = relationship()
