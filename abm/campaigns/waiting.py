"""What of campaigns needs somebody now: to review, to answer, to say that a change is settled, to submit, to launch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from flask import url_for
from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, lazyload, selectinload, undefer

from abm.agreement.models import Standing, StandingSignature, State, Version, Voice
from abm.campaigns.adopted import review_due
from abm.campaigns.errata import meant
from abm.campaigns.kinds import CampaignState
from abm.campaigns.models import Campaign, Launch, ReviewComment, approvers
from abm.campaigns.queries import open_request
from abm.campaigns.readiness import few, look_again
from abm.campaigns.reviewing import PlanReview, ReviewAsk, due_on
from abm.campaigns.reviews import SALES, manager_voice
from abm.kit import clock
from abm.people.access import May, may
from abm.people.models import Organisation, Role, User
from abm.people.seats import Absence, Side, seats_signed_for
from abm.people.waiting import Waiting

WEIGHTS = {"Review": 60, "Submit": 55, "Answer": 50, "Submit again": 45, "Settle": 40, "Launch": 35, "Comment": 30}
OVER = (CampaignState.COMPLETED, CampaignState.CANCELLED)


def waiting_for(session: Session, user: User, organisation: Organisation) -> list[Waiting]:
    """Everything of campaigns whose next step is this person's, with at most seven queries."""
    found = [*_requests(session, user)]
    if may(user, May.REVIEW_CAMPAIGNS) and not user.is_one_of(Role.MARKETER, Role.CMO):
        found += _reviews(session, user, organisation)
    if may(user, May.PLAN_CAMPAIGNS):
        found += _plans(session, user, organisation)
    return found


def _requests(session: Session, user: User) -> Iterator[Waiting]:
    """Changes asked for: the campaign's owner answers, then who asked says that it is settled."""
    rows = session.execute(
        select(ReviewComment, Campaign.name, Campaign.slug, Campaign.owner_id)
        .join(Campaign, Campaign.id == ReviewComment.campaign_id)
        .where(open_request(), Campaign.state.not_in(OVER))
        .where(or_(Campaign.owner_id == user.id, ReviewComment.by_id == user.id))
        .options(joinedload(ReviewComment.by).lazyload(User.grants))
        .order_by(ReviewComment.id)
    )
    to_answer: dict[tuple[str, str], list[ReviewComment]] = defaultdict(list)
    for request, name, slug, owner_id in rows:
        if owner_id == user.id and request.answered_at is None:
            to_answer[name, slug].append(request)
        if request.by_id == user.id and request.answered_at is not None:
            why = f"Marketing answered your change to the {request.section.label.lower()}"
            yield _row("Settle", name, why, request.answered_at, _review(slug, request.public_id))
    for (name, slug), requests in to_answer.items():
        asked = few(sorted({request.by.name for request in requests}))
        number = f"{len(requests)} change{'s' * (len(requests) > 1)}"
        yield _row("Answer", name, f"{asked} asked for {number}", requests[0].at, _review(slug))


def _reviews(session: Session, user: User, organisation: Organisation) -> Iterator[Waiting]:
    """Plans in review that wait for this person: asked as a manager, or in the seat for one who is away; and as an AE
    whose accounts are worked, who has said nothing yet and has no vote.
    """
    rows, today = _awaited(session, user, organisation), organisation.today(clock.now())
    signing = seats_signed_for(session, user, today) if any(row.awaited for row in rows) else []
    in_seat = {seat.programme_id for seat in signing if seat.side is Side.SALES}
    asked = {row.slug: row for row in rows if row.accounts}
    for row in rows:
        for_the_seat = row.programme_id in in_seat and (row.voice == SALES or row.away)
        if row.awaited and (row.voice == manager_voice(user.public_id) or for_the_seat):
            due = due_on(organisation.today(row.since))
            late = f"; it was due on {due.day} {due:%b}" if due < today else ""
            why = f"{row.proposer} submitted version {row.number}{late}"
            yield _row("Review", row.name, why, row.since, _review(row.slug))
            asked.pop(row.slug, None)
    for row in asked.values():
        number = f"{row.accounts} of your account{'s' * (row.accounts > 1)}"
        why = f"{row.proposer} asks for your word: it works {number}"
        yield _row("Comment", row.name, why, row.since, _review(row.slug))


def _awaited(session: Session, user: User, organisation: Organisation) -> Sequence[Row[Any]]:
    """Each voice of an open version: whether it is awaited now, whether whoever has it is away, and how many accounts
    of this person the version works, where they were asked and have not answered.
    """
    manager, proposer, day = aliased(User), aliased(User), organisation.today(clock.now())
    absent = select(Absence.id).where(Absence.user_id == manager.id, Absence.first_day <= day, Absence.last_day >= day)
    signed = select(StandingSignature.id).where(
        StandingSignature.version_id == Version.id, StandingSignature.voice == Voice.voice
    )
    to_settle = select(ReviewComment.id).where(ReviewComment.campaign_id == Campaign.id, open_request())
    said = select(PlanReview.id).where(PlanReview.version_id == Version.id, PlanReview.by_id == user.id)
    asked = (ReviewAsk.version_id == Version.id) & (ReviewAsk.user_id == user.id) & ~said.exists()
    awaited = and_(~signed.exists(), ~to_settle.exists())
    rows = session.execute(
        select(Campaign.name, Campaign.slug, Campaign.programme_id, Version.number, Version.proposed_at.label("since"))
        .add_columns(proposer.name.label("proposer"), Voice.voice, awaited.label("awaited"), ReviewAsk.accounts)
        .add_columns(or_(manager.deactivated_at.is_not(None), absent.exists()).label("away"))
        .join(Version, Version.document_id == Campaign.document_id)
        .join(Standing, Standing.version_id == Version.id)
        .join(Voice, Voice.version_id == Version.id)
        .join(proposer, proposer.id == Version.proposed_by_id)
        .outerjoin(manager, manager.public_id == func.substr(Voice.voice, len(manager_voice("")) + 1))
        .outerjoin(ReviewAsk, asked)
        .where(Standing.state == State.OPEN, Version.proposed_by_id != user.id)
        .where(or_(awaited, ReviewAsk.id.is_not(None)))
        .order_by(Version.proposed_at, Voice.id)
    )
    return rows.all()


def _plans(session: Session, user: User, organisation: Organisation) -> Iterator[Waiting]:
    """One's own campaigns: an approval that the draft has left behind, or one that nobody has used yet; and those
    that ran before, whose plan goes to Sales within days.
    """
    newer, later, holding, stands = aliased(Version), aliased(Standing), aliased(Version), aliased(Standing)
    in_review = select(newer.id).join(later, later.version_id == newer.id)
    in_review = in_review.where(newer.document_id == Campaign.document_id, later.state == State.OPEN)
    approved = select(holding.id).join(stands, stands.version_id == holding.id)
    approved = approved.where(holding.document_id == Campaign.document_id)
    approved = approved.where(stands.state == State.SIGNED, stands.ends.is_(None)).limit(1)
    launched = select(Launch.id).where(Launch.version_id == Version.id)
    rows = session.execute(
        select(Campaign, Version, launched.exists())
        .outerjoin(Version, Version.id == approved.correlate(Campaign).scalar_subquery())
        .where(Campaign.owner_id == user.id, Campaign.state.not_in(OVER), ~in_review.exists())
        .where(or_(Version.id.is_not(None), Campaign.state == CampaignState.ADOPTED))
        .options(selectinload(Campaign.plays), selectinload(Campaign.errata), lazyload(Campaign.document))
        .options(undefer(Version.content))
        .options(joinedload(Version.standing, innerjoin=False))
        .order_by(Campaign.id)
    )
    for campaign, found, used in rows:
        href, version = url_for("campaigns.show", slug=campaign.slug), cast("Version | None", found)
        if version is None:
            yield _owed(campaign, organisation, href)
            continue
        changed = campaign.draft().changed_from(meant(campaign, version))
        if changed:
            why = look_again(approvers(version), changed)
            yield _row("Submit again", campaign.name, why, campaign.changed_at, href)
        elif not used:
            why = f"{few(approvers(version))} approved version {version.number}"
            yield _row("Launch", campaign.name, why, version.standing.starts or campaign.changed_at, href)


def _owed(campaign: Campaign, organisation: Organisation, href: str) -> Waiting:
    """A campaign that ran before: by when its plan goes to Sales, or since when it is late."""
    since = campaign.adopted_at or campaign.created_at
    due = review_due(since, organisation)
    late = due < organisation.today(clock.now())
    when = f"was due on {due.day} {due:%b}: it is late" if late else f"is due on {due.day} {due:%b}"
    return _row("Submit", campaign.name, f"It ran before; its review by Sales {when}", since, href)


def _row(verb: str, name: str, why: str, since: datetime, href: str) -> Waiting:
    return Waiting(verb=verb, object=name, why=why, since=since, href=href, button=verb, weight=WEIGHTS[verb])


def _review(slug: str, anchor: str | None = None) -> str:
    return url_for("campaigns.review", slug=slug, _anchor=f"comment-{anchor}" if anchor else None)
