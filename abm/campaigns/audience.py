"""Which accounts of the list a campaign may work, and what to look at before it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account, Contact, CrmStage, Opportunity, StageCategory, TeamFunction, TeamMember
from abm.accounts.queries import on_day
from abm.campaigns.kinds import RUNNING, Mark
from abm.campaigns.launches import AudienceMember, still_worked
from abm.campaigns.plan import Criteria, PlannedAccount, Reviewer
from abm.kit.base import session_of
from abm.people.models import Organisation, Team, User
from abm.stages.models import AccountStage, Stage
from abm.stages.queries import stages_on
from abm.targets.models import Membership, TargetList

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign


@dataclass(frozen=True)
class Candidate:
    """An account of the list in force or scheduled for a campaign's days, as it stands on their first day."""

    account_id: int
    public_id: str
    slug: str
    name: str
    industry: str
    segment: str
    tier: int
    ae_id: int | None  # who answers for it; before anybody does, the AE that the list plans
    ae: str | None  # public id
    ae_name: str | None
    reviewer: Reviewer | None  # the AE's manager
    left_alone: bool
    active_deal: bool
    elsewhere: bool  # worked by another live campaign
    no_contacts: bool
    stage: Stage | None = None  # where it was read; see `staged`

    @property
    def marks(self) -> list[Mark]:
        """What to look at before it is worked."""
        return [mark for mark in Mark if getattr(self, mark.value)]

    def planned(self, *, held_out: bool = False) -> PlannedAccount:
        return PlannedAccount(self.public_id, self.name, self.tier, self.ae, self.ae_name, held_out)


def candidates(session: Session, campaign: Campaign, *, organisation: Organisation, at: datetime) -> list[Candidate]:
    """Every account that a campaign may choose from, tier by tier and by name, with one query."""
    begin, end = days_left(campaign, organisation, at)
    manager, day = aliased(User), organisation.today(begin)
    statement = (
        select(Membership.tier, Account, User.id, User.public_id, User.name, manager.public_id, manager.name)
        .add_columns(*_marks(campaign, at))
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(TeamMember, _ae_of(day))
        .outerjoin(User, User.id == func.coalesce(TeamMember.user_id, Membership.ae_id))
        .outerjoin(Team, Team.id == User.team_id)
        .outerjoin(manager, (manager.id == Team.manager_id) & manager.deactivated_at.is_(None))
        .where(on_list(begin, end), ~Membership.carried | (Membership.starts <= at))  # none counts on carrying over
        .where(of_programme(campaign.programme_id))
        .order_by(Membership.starts, Membership.tier, Account.normal_name, Account.id)
    )
    found: dict[int, Candidate] = {}
    for tier, account, ae_id, ae, ae_name, person, name, deal, elsewhere, contacts in session.execute(statement):
        candidate = Candidate(
            *(account.id, account.public_id, account.slug, account.name, account.industry),
            *(account.segment, tier, ae_id, ae, ae_name),
            reviewer=Reviewer(person, name) if person else None,
            left_alone=not account.approachable_on(day),
            active_deal=deal,
            elsewhere=elsewhere,
            no_contacts=not contacts,
        )
        found.setdefault(account.id, candidate)  # over a quarter's end the list of the first day counts
    return sorted(found.values(), key=lambda candidate: candidate.tier)


def days_left(campaign: Campaign, organisation: Organisation, at: datetime) -> tuple[datetime, datetime]:
    """The time that a campaign still has: from now or its first day, until its last day is over."""
    return max(at, organisation.start_of(campaign.starts_on)), organisation.end_of(campaign.ends_on)


def on_list(begin: datetime, end: datetime) -> ColumnElement[bool]:
    """That a membership holds at some instant of a span; one that never began does not."""
    lasts = or_(Membership.ends.is_(None), (Membership.ends > begin) & (Membership.ends > Membership.starts))
    return (Membership.starts < end) & lasts


def of_programme(programme_id: int) -> ColumnElement[bool]:
    """That a membership is on a list of this programme."""
    return Membership.list_id.in_(select(TargetList.id).where(TargetList.programme_id == programme_id))


def listed_at(at: datetime) -> ColumnElement[bool]:
    """That a membership holds at an instant."""
    return (Membership.starts <= at) & or_(Membership.ends.is_(None), Membership.ends > at)


def gap_of(at: datetime) -> Select[datetime | None]:
    """For an audience member, the first instant, if any, until another at which it stood on no list any more."""
    gone = _fallen_off(at)
    own = gone.c.account_id == AudienceMember.account_id, gone.c.ends > AudienceMember.starts
    return select(func.min(gone.c.ends)).where(*own).correlate(AudienceMember)


def never_left(at: datetime) -> ColumnElement[bool]:
    """That an audience member stood on a list without a gap, from when it was taken on until an instant.

    What left comes back by the next version of the plan alone, even where the list has it again.
    """
    gone = _fallen_off(at)
    own = gone.c.account_id == AudienceMember.account_id, gone.c.ends > AudienceMember.starts
    return ~select(gone.c.account_id).where(*own).correlate(AudienceMember).exists()


def _fallen_off(at: datetime) -> Subquery:
    """Account and instant, until another, of every membership that no other one went on from: found at once."""
    left, onwards = aliased(Membership), aliased(Membership)
    goes_on = select(onwards.id).where(
        onwards.account_id == left.account_id,
        onwards.starts <= left.ends,
        or_(onwards.ends.is_(None), onwards.ends > left.ends),
    )
    held = left.ends > left.starts, left.ends <= at
    return select(left.account_id, left.ends).where(*held, ~goes_on.exists()).subquery()


def left_the_list(campaign: Campaign, at: datetime) -> set[int]:
    """The accounts, by id, that a campaign took on and that have left the list since."""
    taken = AudienceMember.campaign_id == campaign.id, AudienceMember.ends.is_(None)
    query = select(AudienceMember.account_id).where(*taken, ~never_left(at))
    return set(session_of(campaign).scalars(query))


def audience(
    session: Session, campaign: Campaign, *, organisation: Organisation, at: datetime, staging: bool = False
) -> tuple[list[Candidate], list[Candidate]]:
    """What a campaign may choose from, and what its draft's criteria give of it now.

    Stages are read where the criteria ask for some, or with `staging`.
    """
    criteria = Criteria.read(campaign.criteria)
    found = candidates(session, campaign, organisation=organisation, at=at)
    if criteria.stages or staging:
        found = staged(session, found, organisation.today(at))
    return found, chosen(found, criteria)


def staged(session: Session, found: Sequence[Candidate], day: date) -> list[Candidate]:
    """The same accounts with the stage that each has reached, in two queries; without any fact it is a target."""
    stages = stages_on(session, [one.account_id for one in found], day)
    plain = AccountStage(Stage.TARGET, "")
    return [replace(one, stage=stages.get(one.account_id, plain).stage) for one in found]


def chosen(found: Iterable[Candidate], criteria: Criteria) -> list[Candidate]:
    """The accounts that criteria give: none until a tier is chosen or one is picked, all of a kind unless some are."""
    narrow = (
        ("industry", criteria.industries),
        ("segment", criteria.segments),
        ("ae", criteria.aes),
        ("stage", criteria.stages),
    )

    def meets(one: Candidate) -> bool:
        if one.public_id in criteria.picked:
            return True
        named = all(not wanted or getattr(one, what) in wanted for what, wanted in narrow)
        return one.tier in criteria.tiers and named and not set(one.marks) & set(criteria.without)

    return [one for one in found if meets(one) and one.public_id not in criteria.left_out]


def reviewers_of(found: Iterable[Candidate]) -> tuple[Reviewer, ...]:
    """The sales managers whose AEs a plan for these accounts binds, by name."""
    asked = {one.reviewer for one in found if one.reviewer is not None}
    return tuple(sorted(asked, key=lambda reviewer: (reviewer.name, reviewer.person)))


def per_tier(found: Sequence[Candidate] | Sequence[PlannedAccount]) -> dict[int, int]:
    """How many accounts there are of each tier."""
    return dict(sorted(Counter(one.tier for one in found).items()))


def _ae_of(day: date) -> ColumnElement[bool]:
    is_ae = TeamMember.function == TeamFunction.AE
    return (TeamMember.account_id == Account.id) & is_ae & on_day(day)


def _marks(campaign: Campaign, at: datetime) -> list[ColumnElement[bool]]:
    """For each account: an open deal, another live campaign, somebody to talk to."""
    deal = select(Opportunity.id).join(CrmStage, CrmStage.id == Opportunity.stage_id)
    deal = deal.where(Opportunity.account_id == Account.id, CrmStage.category == StageCategory.OPEN)
    other = select(AudienceMember.id).where(AudienceMember.account_id == Account.id, still_worked(at), never_left(at))
    running = or_(*(AudienceMember.campaign.has(state=state) for state in RUNNING))
    other = other.where(AudienceMember.campaign_id != campaign.id, running)
    contact = select(Contact.id).where(Contact.account_id == Account.id, Contact.archived_at.is_(None))
    return [_is_there(deal), _is_there(other), _is_there(contact)]


def _is_there(rows: Select[int]) -> ColumnElement[bool]:
    return rows.correlate(Account).exists()
