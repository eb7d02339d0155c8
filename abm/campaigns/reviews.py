"""What Sales says to a plan: comments, changes that have to be settled first, and whose approval counts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.agreement.models import Standing, State, Version
from abm.audit.models import record
from abm.campaigns.kinds import TEXTS, CommentKind, PlanState, Section
from abm.campaigns.plan import Plan
from abm.kit.base import Base, Instant, Key, LongText, PublicId, choice
from abm.kit.rules import require
from abm.kit.text import paragraphs
from abm.people.models import Role, User
from abm.people.seats import Seat, Side

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign

SALES = Side.SALES.value
VERBS = {
    CommentKind.COMMENT: "commented",
    CommentKind.REQUEST: "change requested",
    CommentKind.SUGGESTION: "suggested",
}


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
    suggestion: Mapped[LongText] = mapped_column(default="")  # the whole text of the section, as it should read
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[Instant]
    answer: Mapped[LongText] = mapped_column(default="")
    answered_at: Mapped[Instant | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    settled_at: Mapped[Instant | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    put_aside_at: Mapped[Instant | None]  # of a suggested wording that was not taken up

    campaign: Mapped[Campaign] = relationship(back_populates="comments")
    version: Mapped[Version] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    settled_by: Mapped[User | None] = relationship(foreign_keys=[settled_by_id])

    @property
    def open(self) -> bool:
        """Whether this keeps the plan from being approved."""
        return self.kind is CommentKind.REQUEST and self.settled_at is None

    @property
    def offered(self) -> bool:
        """Whether this is a wording that nobody has taken up or put aside yet."""
        return self.kind is CommentKind.SUGGESTION and self.settled_at is None

    def apply(self, *, by: User, at: datetime) -> None:
        """Let the draft's section read as suggested. Raises Conflict where the draft says something else by now."""
        self.campaign.document.lock()
        require(self.offered, "This wording is settled already.")
        mark = Plan.read(self.version.read()).mark(self.section)
        self.campaign.change(self.section, mark=mark, by=by, at=at, **{TEXTS[self.section]: self.suggestion})
        self.settled_at, self.settled_by = at, by
        facts = {"section": self.section, "comment": self.public_id, "who": self.by.name}
        record(self.campaign, "applied", by=by, at=at, after=facts)

    def put_aside(self, *, by: User, at: datetime) -> None:
        """Not take up a suggested wording; whoever suggested it may ask for a change instead."""
        self.campaign.document.lock()
        require(self.offered, "This wording is settled already.")
        self.settled_at, self.settled_by, self.put_aside_at = at, by, at
        facts = {"section": self.section, "comment": self.public_id, "who": self.by.name}
        record(self.campaign, "put aside", by=by, at=at, after=facts)

    def reopen(self, *, seat: Seat | None, day: date, by: User, at: datetime) -> None:
        """Not be satisfied after all, while the plan is still in review."""
        self.campaign.document.lock()
        require(self.kind is CommentKind.REQUEST and self.settled_at is not None, "This change is open already.")
        require(self.may_settle(by, seat=seat, day=day), f"{self.by.name} asked for this change.")
        in_review = self.campaign.document.open_version is not None
        require(in_review, "No version is in review: ask Marketing for a new one.")
        self.settled_at = self.settled_by = None
        facts = {"section": self.section, "comment": self.public_id}
        record(self.campaign, "reopened", by=by, at=at, after=facts)

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
    campaign: Campaign,
    version: Version,
    *,
    section: Section,
    kind: CommentKind,
    body: str,
    suggestion: str = "",
    by: User,
    at: datetime,
) -> ReviewComment:
    """Comment on a section of the plan in review, word it anew, or ask for a change; once approved, comment alone."""
    campaign.document.lock()
    check_remark(version, kind=kind, section=section, body=body, suggestion=suggestion)
    words = {"body": paragraphs(body), "suggestion": paragraphs(suggestion)}
    comment = ReviewComment(version=version, section=section, kind=kind, **words, by=by, at=at)
    campaign.comments.append(comment)
    facts = {"section": section, "version": version.number}
    record(campaign, VERBS[kind], by=by, at=at, after=facts, personal=words)
    return comment


def check_remark(version: Version, *, kind: CommentKind, section: Section, body: str, suggestion: str) -> None:
    """What can be said about a section of this version as it stands. Raises RuleBroken."""
    state = plan_state(version.standing)
    words = f"Version {version.number} is {state.label.lower()}"
    require(state in {PlanState.OPEN, PlanState.APPROVED}, f"{words}: comment on the newest version.")
    comments = kind is CommentKind.COMMENT
    require(comments or state is PlanState.OPEN, f"{words}: ask Marketing for a new version instead.")
    if kind is not CommentKind.SUGGESTION:
        require(body.strip(), "Write what you want to say.", field="body")
        return
    require(section in TEXTS, f"The {section.label.lower()} is no text: ask for a change instead.", field="suggestion")
    require(suggestion.strip(), "Write the section as it should read.", field="suggestion")
    text = getattr(Plan.read(version.read()), TEXTS[section])
    require(paragraphs(suggestion) != text, "This is how it reads already.", field="suggestion")


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
