"""The page of a review: the plan beside what was said, what changed since a reviewer approved, and who is awaited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.agreement.models import Version
from abm.campaigns.differences import Changed, changes
from abm.campaigns.errata import Erratum, meant
from abm.campaigns.kinds import PlanState, Section
from abm.campaigns.models import Campaign, approvers
from abm.campaigns.plan import Plan
from abm.campaigns.readiness import look_again
from abm.campaigns.review_reminding import Awaited, awaited
from abm.campaigns.reviewing import PendingRemark, PlanReview, ReviewAsk, due_on, pending_of, reviews_of
from abm.campaigns.reviews import signs_for_sales, voice_of
from abm.people.models import Organisation, User
from abm.people.seats import Seat


@dataclass(frozen=True)
class ReviewPage:
    """Everything that the page says to one person."""

    campaign: Campaign
    version: Version
    plan: Plan  # as it was frozen
    state: PlanState
    base: Version | None  # what the reader approved last, else what was approved last
    own: bool  # whether the reader approved that
    changed: Mapping[Section, Changed]
    lost: str
    left_behind: Sequence[Section]
    voice: str | None  # with which the reader approves, if they may
    settles: frozenset[int]  # requested changes that the reader may settle, or open again
    pending: Sequence[PendingRemark]
    errata: Sequence[Erratum]
    reviews: Sequence[PlanReview]
    awaited: Sequence[Awaited]
    asks: Sequence[ReviewAsk]
    said: frozenset[int]  # who of those asked has finished a review of this version
    due: date
    late: bool

    @property
    def again(self) -> bool:
        """Whether the reader approved an earlier version, and is only asked to look at what changed."""
        return self.own and self.voice is not None and self.state is PlanState.OPEN

    def pending_on(self, section: Section) -> list[PendingRemark]:
        return [one for one in self.pending if one.section is section]

    def errata_on(self, section: Section) -> list[Erratum]:
        return [one for one in self.errata if one.section is section]


def review_page(
    session: Session,
    campaign: Campaign,
    version: Version,
    *,
    reader: User,
    seat: Seat | None,
    organisation: Organisation,
    at: datetime,
) -> ReviewPage:
    """The review of a version as this person sees it."""
    day, behind = organisation.today(at), campaign.left_behind()
    (base, own), due = _base(campaign, version, reader), due_on(organisation.today(version.proposed_at))
    reviews = reviews_of(campaign)
    asks = select(ReviewAsk).where(ReviewAsk.version_id == version.id).order_by(ReviewAsk.accounts.desc(), ReviewAsk.id)
    asked_for = [one for one in campaign.comments if one.by_id == reader.id or signs_for_sales(reader, seat, day)]
    return ReviewPage(
        campaign=campaign,
        version=version,
        plan=Plan.read(version.read()),
        state=campaign.state_of(version),
        base=base,
        own=own,
        changed=changes(meant(campaign, base), meant(campaign, version)) if base is not None else {},
        lost=look_again(approvers(campaign.approved), behind) if campaign.approved and behind else "",
        left_behind=behind,
        voice=voice_of(version, reader, seat=seat, day=day),
        settles=frozenset(one.id for one in asked_for),
        pending=pending_of(campaign, reader),
        errata=[one for one in campaign.errata if one.version_id == version.id],
        reviews=reviews,
        awaited=awaited(campaign, version, day),
        asks=list(session.scalars(asks)),
        said=frozenset(one.by_id for one in reviews if one.version_id == version.id),
        due=due,
        late=due < day,
    )


def _base(campaign: Campaign, version: Version, reader: User) -> tuple[Version | None, bool]:
    """What a reviewer compares with: the version that they approved last, else the one that was approved last."""
    earlier = [one for one in campaign.document.versions if one.number < version.number and one.valid_signatures()]
    own = [one for one in earlier if any(signature.person_id == reader.id for signature in one.valid_signatures())]
    return next(reversed(own or earlier), None), bool(own)
