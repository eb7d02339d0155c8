"""The head of an account's page: its place on the list, its owners, its stage, its people and deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from abm.accounts.contacts import BuyingRole
from abm.accounts.models import (
    Account,
    CrmStage,
    Opportunity,
    Rates,
    StageCategory,
    TeamFunction,
    TeamMember,
    rates_of,
)
from abm.accounts.queries import DealSum
from abm.campaigns.models import Campaign
from abm.campaigns.queries import held_out_on
from abm.definitions.in_force import content_in_force
from abm.definitions.kinds import plural
from abm.definitions.stages import STAGES, StageDefinitions
from abm.kit.filters import day as in_words
from abm.people.models import Organisation, User
from abm.stages.exits import StageExit
from abm.stages.models import AccountStage, Stage, StageChange
from abm.stages.queries import stages_of_those_who_left, stages_on
from abm.stages.standing import Standing, latest_by, stalled_for
from abm.targets.in_force import listed_since_there
from abm.targets.models import Membership
from abm.targets.policies import TierPolicy

NO_FACTS = AccountStage(Stage.TARGET, "no response yet")

Amounts = list[tuple[int | None, str, date]]


@dataclass(frozen=True)
class AccountOverview:
    """Who an account is to us on a day. `children_deals` has the open deals of each company below it."""

    organisation: Organisation
    account: Account
    membership: Membership | None
    stage: AccountStage
    deals: DealSum
    children_deals: Mapping[int, DealSum]
    day: date
    held_out: Sequence[Campaign] = ()
    roles_wanted: int | None = None  # different buying roles that the tier's policy asks for
    moved: Standing | None = None  # the last change of its stage, as far as it is kept
    left: StageExit | None = None  # the exit that outranks its facts
    stalled_after: int | None = None  # days without movement, by the tier's policy
    listed_since: datetime | None = None  # without a gap

    @property
    def roles_known(self) -> list[BuyingRole]:
        """The buying roles that somebody who is still there is known to have."""
        roles = {one.buying_role for one in self.account.contacts if one.archived_at is None}
        return [role for role in BuyingRole if role in roles and role is not BuyingRole.UNKNOWN]

    @property
    def buying_group(self) -> str:
        """`3 of 5 roles known: champion, user, influencer`; nothing where nothing is wanted or known."""
        known = self.roles_known
        named = f": {', '.join(role.label.lower() for role in known)}" if known else ""
        if self.roles_wanted:
            return f"{len(known)} of {self.roles_wanted} buying roles known{named}"
        return f"Buying roles known{named}" if known else ""

    @property
    def stage_hint(self) -> str:
        """Since when and why it stands there; why alone where it never moved, or has moved just now."""
        if self.moved is None or not self.followed:
            return self.stage.cause
        return f"{plural(self.moved.days(self.day), 'day')}, since {in_words(self.moved.since)}: {self.moved.cause}"

    @property
    def followed(self) -> bool:
        """Whether what is kept of its stage says what the facts say: a fact of just now takes a minute."""
        return (self.moved.stage if self.moved else Stage.TARGET) is self.stage.stage

    @property
    def stalled(self) -> int | None:
        """For how many days it has not moved, where its tier's policy calls that stalled."""
        if self.listed_since is None or self.stalled_after is None or not self.followed:
            return None
        since = self.moved.since if self.moved else None, self.organisation.today(self.listed_since)
        return stalled_for(self.stage.stage, since, day=self.day, after=self.stalled_after)

    @property
    def ae(self) -> User | None:
        return self.account.ae_on(self.day)

    @property
    def marketers(self) -> list[User]:
        return [
            member.user
            for member in self.account.team
            if member.function is TeamFunction.MARKETER and member.on(self.day)
        ]


def account_overview(
    session: Session, slug: str, *, organisation: Organisation, at: datetime
) -> AccountOverview | None:
    """Everything that the page's head and panels say, in seven queries; one more where deals need exchange rates."""
    found = _with_membership(session, slug, at, organisation.today(at))
    if found is None:
        return None
    account, day = found.Account, organisation.today(at)
    definitions = StageDefinitions.of(found.stages)
    if found.StageExit is not None:
        stages = stages_of_those_who_left(session, [account.id], [day], definitions)[day]
    else:
        stages = stages_on(session, [account.id], day, definitions=definitions)
    moved = Standing(found.stage, found.since, found.cause) if found.since else None
    own: Amounts = [(deal.amount, deal.currency, day) for deal in account.opportunities if not deal.stage.closed]
    of_children = _children(session, account, day)
    amounts = [*own, *(amount for some in of_children.values() for amount in some)]
    foreign = any(currency != organisation.currency for _, currency, _ in amounts)
    rates = rates_of(session, organisation) if foreign else Rates(organisation.currency)
    return AccountOverview(
        organisation=organisation,
        account=account,
        membership=found.Membership,
        stage=stages.get(account.id, NO_FACTS),
        deals=DealSum(len(own), rates.sum(own)),
        children_deals={number: DealSum(len(some), rates.sum(some)) for number, some in of_children.items()},
        day=day,
        held_out=held_out_on(session, account.id, at),
        roles_wanted=found.roles_wanted,
        moved=moved,
        left=found.StageExit,
        stalled_after=found.stalled_days,
        listed_since=found.listed_since,
    )


def _with_membership(session: Session, slug: str, at: datetime, day: date) -> Row[*tuple[Any, ...]] | None:
    """The account with its people and deals, its place on the list in force, and where it stands: three queries.

    On the lists of two programmes, the higher tier.
    """
    on_the_list = and_(
        Membership.account_id == Account.id,
        Membership.starts <= at,
        Membership.ends.is_(None) | (Membership.ends > at),
    )
    statement = (
        select(
            Account,
            Membership,
            *(TierPolicy.roles_wanted, TierPolicy.stalled_days, listed_since_there(at).label("listed_since")),
            StageExit,
            *(StageChange.stage, StageChange.day.label("since"), StageChange.cause),
            content_in_force(STAGES.slug, at).label("stages"),
        )
        .outerjoin(Membership, on_the_list)
        .outerjoin(TierPolicy, (TierPolicy.list_id == Membership.list_id) & (TierPolicy.tier == Membership.tier))
        .outerjoin(StageChange, (StageChange.account_id == Account.id) & latest_by(day))
        .outerjoin(StageExit, (StageExit.account_id == Account.id) & StageExit.ended_at.is_(None))
        .where(Account.slug == slug)
        .order_by(Membership.tier, Membership.id)
        .options(
            joinedload(Account.parent),
            joinedload(Account.domains),
            joinedload(Account.team).joinedload(TeamMember.user).lazyload(User.grants),
            selectinload(Account.contacts),
            selectinload(Account.opportunities).joinedload(Opportunity.owner).lazyload(User.grants),
            lazyload(Membership.account),
            joinedload(StageExit.by).lazyload(User.grants),
        )
    )
    return session.execute(statement).unique().first()


def _children(session: Session, account: Account, day: date) -> dict[int, Amounts]:
    """The companies below an account, put in place, and what their open deals are worth: one query for both."""
    open_deal = (Opportunity.account_id == Account.id) & Opportunity.stage_id.in_(
        select(CrmStage.id).where(CrmStage.category == StageCategory.OPEN)
    )
    rows = session.execute(
        select(Account, Opportunity.id, Opportunity.amount, Opportunity.currency)
        .outerjoin(Opportunity, open_deal)
        .where(Account.parent_id == account.id)
        .order_by(Account.normal_name, Account.id, Opportunity.id)
    ).all()
    set_committed_value(account, "children", list(dict.fromkeys(row[0] for row in rows)))
    found: dict[int, Amounts] = defaultdict(list)
    for child, deal, amount, currency in rows:
        if deal is not None:
            found[child.id].append((amount, currency, day))
    return found
