"""Campaigns as pages and other domains ask for them: by address, for the list of all, by whom they work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload, undefer

from abm.agreement.models import Document, Signature, Standing, Version
from abm.campaigns.audience import listed_at, never_left
from abm.campaigns.errata import Erratum
from abm.campaigns.kinds import RUNNING, CampaignState, CommentKind, PlanState
from abm.campaigns.launches import AudienceMember, Launch, still_worked
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria
from abm.campaigns.reviews import ReviewComment, plan_state
from abm.people.access import GRANTS, May
from abm.people.models import RoleGrant, User
from abm.targets.models import Membership, TargetList

FIRST = (*RUNNING, CampaignState.PAUSED, CampaignState.DRAFT, CampaignState.COMPLETED)


@dataclass(frozen=True)
class Listed:
    """A campaign as the list of all shows it. `edited`: since its newest version was approved."""

    campaign: Campaign
    number: int | None
    plan: PlanState | None
    edited: bool
    worked: int

    @property
    def owes_review(self) -> bool:
        """Whether it was adopted and its plan still has to go to Sales."""
        return self.campaign.state is CampaignState.ADOPTED and self.plan in {None, PlanState.WITHDRAWN}

    @property
    def tiers(self) -> tuple[int, ...]:
        return Criteria.read(self.campaign.criteria).tiers


@dataclass(frozen=True)
class TierAtWork:
    """A tier of the lists in force: how many accounts it has, and how many of them a live campaign works."""

    tier: int
    accounts: int
    worked: int


def campaign_by_slug(session: Session, slug: str) -> Campaign | None:
    """The campaign at an address, without its versions: for changing it."""
    return session.scalar(select(Campaign).where(Campaign.slug == slug))


def begun_campaigns(session: Session, programme_id: int, *, at: datetime, limit: int) -> Sequence[Campaign]:
    """The campaigns of a programme that have taken accounts on by an instant, those that end last first."""
    begun = select(AudienceMember.campaign_id).where(AudienceMember.starts <= at)
    statement = select(Campaign).where(Campaign.programme_id == programme_id, Campaign.id.in_(begun))
    return session.scalars(statement.order_by(Campaign.ends_on.desc(), Campaign.id.desc()).limit(limit)).all()


def campaign_page(session: Session, slug: str) -> Campaign | None:
    """The campaign with its plays, versions, signatures, launches and comments, in six queries."""
    version = selectinload(Campaign.document).selectinload(Document.versions)
    comment = selectinload(Campaign.comments)
    return session.scalar(
        select(Campaign)
        .where(Campaign.slug == slug)
        .options(
            joinedload(Campaign.owner).lazyload(User.grants),
            selectinload(Campaign.plays),
            selectinload(Campaign.errata).joinedload(Erratum.by).lazyload(User.grants),
            selectinload(Campaign.launches).joinedload(Launch.by).lazyload(User.grants),
            selectinload(Campaign.launches).joinedload(Launch.version).lazyload("*"),
            comment.joinedload(ReviewComment.by).lazyload(User.grants),
            comment.joinedload(ReviewComment.answered_by).lazyload(User.grants),
            comment.joinedload(ReviewComment.settled_by).lazyload(User.grants),
            version.joinedload(Version.voices),
            version.joinedload(Version.proposed_by).lazyload(User.grants),
            version.joinedload(Version.signatures).joinedload(Signature.person).lazyload(User.grants),
            version.joinedload(Version.signatures).joinedload(Signature.deputy_for).lazyload(User.grants),
        )
    )


def load_contents(session: Session, versions: Sequence[Version | None]) -> None:
    """Fetch the bytes of these versions with one query, so that reading them asks nothing more."""
    ids = [version.id for version in versions if version is not None]
    bare = (lazyload(Version.voices), lazyload(Version.signatures), lazyload(Version.standing))
    session.scalars(select(Version).where(Version.id.in_(ids)).options(undefer(Version.content), *bare)).all()


def listing(session: Session, at: datetime) -> list[Listed]:
    """Every campaign with the state of its plan and the accounts it works, those that run first, with one query."""
    newest = select(func.max(Version.number)).where(Version.document_id == Campaign.document_id)
    requests = select(func.count()).where(open_request(), ReviewComment.campaign_id == Campaign.id)
    at_work = still_worked(at), never_left(at)
    worked = select(func.count()).where(AudienceMember.campaign_id == Campaign.id, *at_work)
    newest_number, open_requests, working = (
        rows.correlate(Campaign).scalar_subquery() for rows in (newest, requests, worked)
    )
    rows = session.execute(
        select(Campaign, Version.number, Standing, open_requests, working)
        .outerjoin(Version, (Version.document_id == Campaign.document_id) & (Version.number == newest_number))
        .outerjoin(Standing, Standing.version_id == Version.id)
        .options(lazyload(Campaign.document), joinedload(Campaign.owner).lazyload(User.grants))
        .order_by(
            case({state: place for place, state in enumerate(FIRST)}, value=Campaign.state, else_=9),
            Campaign.starts_on.desc(),
            Campaign.id,
        )
    )
    return [
        Listed(
            campaign=campaign,
            number=number,
            plan=plan_state(standing, requested) if standing else None,
            edited=standing is not None and standing.starts is not None and campaign.changed_at > standing.starts,
            worked=accounts,
        )
        for campaign, number, standing, requested, accounts in rows
    ]


def tiers_at_work(session: Session, at: datetime) -> list[TierAtWork]:
    """Per tier of the lists in force, how many accounts a campaign that runs works: none shows a tier without one.

    An adopted campaign runs, so it counts.
    """
    worked = select(AudienceMember.id).where(
        AudienceMember.account_id == Membership.account_id,
        AudienceMember.campaign.has(Campaign.state.in_(RUNNING)),
        *(still_worked(at), never_left(at)),
    )
    at_work = func.count(func.distinct(case((worked.exists(), Membership.account_id))))
    rows = session.execute(
        select(Membership.tier, func.count(func.distinct(Membership.account_id)), at_work)
        .where(listed_at(at))
        .group_by(Membership.tier)
        .order_by(Membership.tier)
    )
    return [TierAtWork(*row) for row in rows]


def programmes_with_a_list(session: Session, at: datetime) -> set[int]:
    """The programmes whose list is signed and in force; one that only carries over is not."""
    signed = select(Membership.id).where(Membership.list_id == TargetList.id, listed_at(at), ~Membership.carried)
    return set(session.scalars(select(TargetList.programme_id).where(signed.exists())))


def audience_on(campaign: Campaign, at: datetime) -> Select[AudienceMember]:
    """Whom a campaign works at an instant: an account that left the list left the audience at that moment."""
    return select(AudienceMember).where(AudienceMember.campaign_id == campaign.id, _working(at))


def held_out_on(session: Session, account_id: int, at: datetime) -> list[Campaign]:
    """The campaigns, live or adopted, that hold an account out at an instant."""
    held = Campaign.audience.any((AudienceMember.account_id == account_id) & AudienceMember.held_out & _taken(at))
    live = select(Campaign).where(Campaign.state.in_(RUNNING), held)
    return list(session.scalars(live.options(lazyload(Campaign.document)).order_by(Campaign.name, Campaign.id)))


def planners(session: Session) -> list[User]:
    """Everyone who may own a campaign, by name."""
    roles = [role for role, granted in GRANTS.items() if May.PLAN_CAMPAIGNS in granted]
    may = select(RoleGrant.user_id).where(RoleGrant.role.in_(roles))
    people = select(User).where(User.id.in_(may), User.deactivated_at.is_(None))
    return list(session.scalars(people.options(lazyload(User.grants)).order_by(User.name, User.id)))


def open_request() -> ColumnElement[bool]:
    """That a comment keeps a plan from being approved."""
    return (ReviewComment.kind == CommentKind.REQUEST) & ReviewComment.settled_at.is_(None)


def live_on(session: Session, account_id: int, at: datetime) -> list[Campaign]:
    """The campaigns, live or adopted, that work an account at an instant."""
    working = Campaign.audience.any((AudienceMember.account_id == account_id) & _working(at))
    live = select(Campaign).where(Campaign.state.in_(RUNNING), working)
    return list(session.scalars(live.options(lazyload(Campaign.document)).order_by(Campaign.name, Campaign.id)))


def worked_by(session: Session, account_ids: Sequence[int], at: datetime) -> dict[int, set[int]]:
    """Per account, the ids of the campaigns that work it at an instant, or are going to."""
    query = select(AudienceMember.account_id, AudienceMember.campaign_id).where(still_worked(at), never_left(at))
    found: dict[int, set[int]] = defaultdict(set)
    for account_id, campaign_id in session.execute(query.where(AudienceMember.account_id.in_(account_ids))):
        found[account_id].add(campaign_id)
    return found


def audiences_at(
    session: Session, at: datetime, programme_id: int, *, only: Sequence[int] | None = None
) -> dict[int, tuple[str, ...]]:
    """By account, the campaigns of a programme that worked it at an instant, by slug, if it was on the list then.

    One that was paused still has its audience, one that was over has none. One query, of some accounts or else of
    everybody: to name the accounts of a list costs more than all audiences.
    """
    some = [] if only is None else [AudienceMember.account_id.in_(only)]
    begun = (AudienceMember.starts <= at) & or_(AudienceMember.ends.is_(None), AudienceMember.ends > at)
    rows = session.execute(
        select(AudienceMember.account_id, Campaign.slug)
        .join(Campaign, Campaign.id == AudienceMember.campaign_id)
        .where(Campaign.programme_id == programme_id, ~AudienceMember.held_out, begun, never_left(at), *some)
        .order_by(AudienceMember.account_id, Campaign.slug)
    )
    found: dict[int, tuple[str, ...]] = {}
    for account, slug in rows:
        found[account] = (*found.get(account, ()), slug)
    return found


def names_of(session: Session, slugs: Collection[str]) -> dict[str, str]:
    """What campaigns are called, by slug, in the order of their names. One query, and none for none."""
    if not slugs:
        return {}
    query = select(Campaign.slug, Campaign.name).where(Campaign.slug.in_(slugs)).order_by(Campaign.name, Campaign.id)
    return {row.slug: row.name for row in session.execute(query)}


def _working(at: datetime) -> ColumnElement[bool]:
    """That a member of an audience is worked at an instant: launched, not held out, and on a list ever since."""
    return ~AudienceMember.held_out & _taken(at)


def _taken(at: datetime) -> ColumnElement[bool]:
    """That a campaign has an account in its audience at an instant, worked or held out."""
    listed = select(Membership.id).where(Membership.account_id == AudienceMember.account_id, listed_at(at))
    begun = (AudienceMember.starts <= at) & or_(AudienceMember.ends.is_(None), AudienceMember.ends > at)
    return begun & listed.exists() & never_left(at)
