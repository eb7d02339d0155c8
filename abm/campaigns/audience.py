"""Which accounts of the list a campaign may work, and what to look at before it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account, Contact, CrmStage, Opportunity, StageCategory, TeamFunction, TeamMember
from abm.accounts.queries import on_day
from abm.campaigns.kinds import RUNNING
from abm.campaigns.launches import AudienceMember, still_worked
from abm.campaigns.plan import Criteria, PlannedAccount, Reviewer
from abm.people.models import Organisation, Team, User
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
    tier: int
    ae_id: int | None  # who answers for it; before anybody does, the AE that the list plans
    ae: str | None  # public id
    ae_name: str | None
    reviewer: Reviewer | None  # the AE's manager
    left_alone: bool
    active_deal: bool
    elsewhere: bool  # worked by another live campaign
    no_contacts: bool

    def planned(self) -> PlannedAccount:
        return PlannedAccount(self.public_id, self.name, self.tier, self.ae, self.ae_name)


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
            *(account.id, account.public_id, account.slug, account.name, account.industry, tier, ae_id, ae, ae_name),
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


def chosen(found: Iterable[Candidate], criteria: Criteria) -> list[Candidate]:
    """The accounts that criteria give: none until a tier is chosen, all industries and AEs unless some are."""
    return [
        one
        for one in found
        if one.tier in criteria.tiers
        and (not criteria.industries or one.industry in criteria.industries)
        and (not criteria.aes or one.ae in criteria.aes)
    ]


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
    other = select(AudienceMember.id).where(AudienceMember.account_id == Account.id, still_worked(at))
    running = or_(*(AudienceMember.campaign.has(state=state) for state in RUNNING))
    other = other.where(AudienceMember.campaign_id != campaign.id, running)
    contact = select(Contact.id).where(Contact.account_id == Account.id, Contact.archived_at.is_(None))
    return [_is_there(deal), _is_there(other), _is_there(contact)]


def _is_there(rows: Select[int]) -> ColumnElement[bool]:
    return rows.correlate(Account).exists()
