"""What Sales says to a plan: comments, changes that have to be settled first, and whose approval counts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.agreement.models import Standing, State, Version
from abm.audit.models import record
from abm.campaigns.kinds import CommentKind, PlanState, Section
from abm.kit.base import Base, Instant, Key, LongText, PublicId, choice
from abm.kit.rules import require
from abm.kit.text import paragraphs
from abm.people.models import Role, User
from abm.people.seats import Seat, Side

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign

SALES = Side.SALES.value


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
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[Instant]
    answer: Mapped[LongText] = mapped_column(default="")
    answered_at: Mapped[Instant | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    settled_at: Mapped[Instant | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    campaign: Mapped[Campaign] = relationship(back_populates="comments")
    version: Mapped[Version] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    settled_by: Mapped[User | None] = relationship(foreign_keys=[settled_by_id])

    @property
    def open(self) -> bool:
        """Whether this keeps the plan from being approved."""
        return self.kind is CommentKind.REQUEST and self.settled_at is None

    def reply(self, text: str, *, by: User, at: datetime) -> None:
        """Say how it was met, or why not. Whoever asked then settles it."""
        self.campaign.document.lock()
        require(text.strip(), "Write an answer.", field="answer")
        require(self.settled_at is None, "This change is settled already.")
        before = self.answer
        self.answer, self.answered_at, self.answered_by = paragraphs(text), at, by
        facts = {"section": self.section, "comment": self.public_id}
        record(self.campaign, "answered", by=by, at=at, after=facts, personal={"before": before, "after": self.answer})

    def may_settle(self, user: User, *, seat: Seat | None, day: date) -> bool:
        """Whether a person may call it settled: who asked for it, or the sales seat where they are away."""
        return user.id == self.by_id or signs_for_sales(user, seat, day)

    def settle(self, *, seat: Seat | None, day: date, by: User, at: datetime) -> None:
        """Be satisfied: the change keeps nobody from approving any longer."""
        self.campaign.document.lock()
        require(self.open, "This change is settled already.")
        require(self.may_settle(by, seat=seat, day=day), f"{self.by.name} asked for this change, and settles it.")
        self.settled_at, self.settled_by = at, by
        facts = {"section": self.section, "comment": self.public_id}
        record(self.campaign, "settled", by=by, at=at, after=facts)


def say(
    campaign: Campaign, version: Version, *, section: Section, kind: CommentKind, body: str, by: User, at: datetime
) -> ReviewComment:
    """Comment on a section of the plan in review, or ask for a change of it. An approved plan takes comments alone."""
    campaign.document.lock()
    require(body.strip(), "Write what you want to say.", field="body")
    state = plan_state(version.standing)
    words = f"Version {version.number} is {state.label.lower()}"
    require(state in {PlanState.OPEN, PlanState.APPROVED}, f"{words}: comment on the newest version.")
    asks = kind is CommentKind.REQUEST
    require(not asks or state is PlanState.OPEN, f"{words}: ask Marketing for a new version instead.")
    comment = ReviewComment(version=version, section=section, kind=kind, body=paragraphs(body), by=by, at=at)
    campaign.comments.append(comment)
    verb = "change requested" if asks else "commented"
    facts = {"section": section, "version": version.number}
    record(campaign, verb, by=by, at=at, after=facts, personal={"body": comment.body})
    return comment


def plan_state(standing: Standing, open_requests: int = 0) -> PlanState:
    """Where a version of a plan stands: its standing in the agreement, and whether a change is still asked for."""
    match standing.state:
        case State.OPEN:
            return PlanState.CHANGES_REQUESTED if open_requests else PlanState.OPEN
        case State.SIGNED:
            return PlanState.APPROVED if standing.ends is None else PlanState.SUPERSEDED
        case State.WITHDRAWN:
            return PlanState.WITHDRAWN
        case _:
            return PlanState.SUPERSEDED


def voice_of(version: Version, user: User, *, seat: Seat | None, day: date) -> str | None:
    """The voice with which a person approves a version: the sales seat for all, a manager who is asked, else None.

    Marketing never approves its own plans, whatever other roles somebody has.
    """
    if user.is_one_of(Role.MARKETER, Role.CMO) or user.id == version.proposed_by_id:
        return None
    if signs_for_sales(user, seat, day):
        return SALES
    own = manager_voice(user.public_id)
    return own if own in {voice.voice for voice in version.voices} else None


def signs_for_sales(user: User, seat: Seat | None, day: date) -> bool:
    return seat is not None and seat.side is Side.SALES and seat.signer(user, day)


def manager_voice(person: str) -> str:
    """The voice of a sales manager, by public id; the sales seat approves for all of them."""
    return f"{SALES}:{person}"
