"""How a review goes: who is asked, what a reviewer keeps until it is finished, and what they said in the end."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.agreement.models import Version
from abm.audit.models import record
from abm.campaigns.kinds import CommentKind, PlanState, Section
from abm.campaigns.reviews import check_remark, plan_state, say
from abm.kit.base import Base, Instant, Key, LongText, PublicId, check, choice, session_of
from abm.kit.rules import require
from abm.kit.text import paragraphs
from abm.people.models import User

if TYPE_CHECKING:
    from abm.campaigns.audience import Candidate
    from abm.campaigns.models import Campaign

WORKING_DAYS: Final = 3  # within which a review is due


class ReviewVerdict(enum.StrEnum):
    """With what a reviewer finishes."""

    APPROVE = "approve"
    REQUEST = "request changes"
    COMMENT = "comment"

    @property
    def done(self) -> str:
        """`approved`, as the page says it."""
        return {"approve": "approved", "request changes": "asked for changes"}.get(self.value, "commented")


class PendingRemark(Base):
    """What a reviewer has written so far: nobody else sees it before they finish their review."""

    __tablename__ = "pending_remark"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    section: Mapped[Section] = mapped_column(choice(Section, "pending_section"))
    kind: Mapped[CommentKind] = mapped_column(choice(CommentKind, "pending_kind"))
    body: Mapped[LongText]
    suggestion: Mapped[LongText] = mapped_column(default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[Instant]

    campaign: Mapped[Campaign] = relationship()
    version: Mapped[Version] = relationship()
    by: Mapped[User] = relationship()

    def rewrite(self, *, body: str, suggestion: str = "", at: datetime) -> None:
        """Say it otherwise; nobody has read it yet."""
        check_remark(self.version, kind=self.kind, section=self.section, body=body, suggestion=suggestion)
        self.body, self.suggestion, self.at = paragraphs(body), paragraphs(suggestion), at


class PlanReview(Base):
    """That somebody finished a review of a version, with which verdict. Rows are only added."""

    __tablename__ = "plan_review"

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    verdict: Mapped[ReviewVerdict] = mapped_column(choice(ReviewVerdict, "review_verdict"))
    summary: Mapped[LongText] = mapped_column(default="")
    remarks: Mapped[int]  # how many were published with it
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]

    by: Mapped[User] = relationship()

    __table_args__ = (check("remarks >= 0", "remarks"),)


class ReviewAsk(Base):
    """That an AE is asked what they think of a version which works so many of their accounts. They have no vote."""

    __tablename__ = "review_ask"
    __table_args__ = (UniqueConstraint("version_id", "user_id"), check("accounts > 0", "accounts"))

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    accounts: Mapped[int]

    user: Mapped[User] = relationship()


def ask_aes(version: Version, accounts: Iterable[Candidate]) -> None:
    """Ask each AE of these accounts once for a word on the version."""
    numbers = Counter(one.ae_id for one in accounts if one.ae_id is not None and not one.left_alone)
    session = session_of(version)
    for user_id, count in sorted(numbers.items()):
        session.add(ReviewAsk(version_id=version.id, user_id=user_id, accounts=count))


def remark(
    campaign: Campaign,
    version: Version,
    *,
    section: Section,
    kind: CommentKind,
    body: str,
    suggestion: str = "",
    by: User,
    at: datetime,
) -> PendingRemark:
    """Keep a remark until its author finishes their review."""
    check_remark(version, kind=kind, section=section, body=body, suggestion=suggestion)
    pending = PendingRemark(
        campaign=campaign,
        version=version,
        section=section,
        kind=kind,
        body=paragraphs(body),
        suggestion=paragraphs(suggestion),
        by=by,
        at=at,
    )
    session_of(campaign).add(pending)
    return pending


def pending_of(campaign: Campaign, user: User) -> list[PendingRemark]:
    """What somebody has written about a campaign's plan and not published, oldest first."""
    mine = PendingRemark.campaign_id == campaign.id, PendingRemark.by_id == user.id
    return list(session_of(campaign).scalars(select(PendingRemark).where(*mine).order_by(PendingRemark.id)))


def finish(
    campaign: Campaign, version: Version, verdict: ReviewVerdict, *, summary: str = "", by: User, at: datetime
) -> PlanReview:
    """Publish what its author kept, with the verdict, all at once. An approval is signed by `Campaign.approve`.

    Remarks that were written to an earlier version are published to this one.
    """
    campaign.document.lock()
    session = session_of(campaign)
    state, pending = plan_state(version.standing), pending_of(campaign, by)
    require(state in {PlanState.OPEN, PlanState.APPROVED}, f"Version {version.number} is {state}: open the newest one.")
    asks = [one for one in pending if one.kind is CommentKind.REQUEST]
    _check_verdict(verdict, asks, state)
    for one in pending:
        words = {"body": one.body, "suggestion": one.suggestion}
        say(campaign, version, section=one.section, kind=one.kind, **words, by=by, at=at)
        session.delete(one)
    review = PlanReview(
        version_id=version.id, verdict=verdict, summary=paragraphs(summary), remarks=len(pending), by=by, at=at
    )
    session.add(review)
    after = {"version": version.number, "remarks": len(pending), "done": verdict.done}
    record(campaign, "reviewed", by=by, at=at, after=after, personal={"summary": review.summary})
    return review


def _check_verdict(verdict: ReviewVerdict, asks: Sequence[PendingRemark], state: PlanState) -> None:
    where = " and ".join(sorted({one.section.label.lower() for one in asks}))
    match verdict:
        case ReviewVerdict.APPROVE:
            sentence = f"You ask for a change of the {where}: finish with “Request changes”, or take that back."
            require(not asks, sentence, field="verdict")
        case ReviewVerdict.REQUEST:
            require(state is PlanState.OPEN, "An approved plan takes comments alone.", field="verdict")
            require(asks, "Say first, at its section, what should change.", field="verdict")
        case ReviewVerdict.COMMENT:
            sentence = f"You ask for a change of the {where}: finish with “Request changes”."
            require(not asks, sentence, field="verdict")


def reviews_of(campaign: Campaign) -> list[PlanReview]:
    """Every finished review of a campaign's plan, newest first."""
    numbers = [version.id for version in campaign.document.versions]
    query = select(PlanReview).where(PlanReview.version_id.in_(numbers)).order_by(PlanReview.id.desc())
    return list(session_of(campaign).scalars(query))


def due_on(proposed: date) -> date:
    """The day by which a review is due: three working days after the plan was submitted, Monday to Friday."""
    day, left = proposed, WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.isoweekday() < 6
    return day
