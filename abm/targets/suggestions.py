"""Who might belong on the list: accounts that are not in its draft, the strongest facts first, each with its reasons.

Four queries, whatever the number of accounts: the fit is handed in, one query ranks, two say what deals are worth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Integer, Select, case, func, literal, or_, select
from sqlalchemy.orm import Session

from abm.accounts.models import (
    Account,
    BuyingRole,
    Contact,
    CrmStage,
    Opportunity,
    Rates,
    StageCategory,
    Sum,
    rates_of,
)
from abm.definitions.fit import Criteria
from abm.definitions.kinds import plural
from abm.kit.clock import Week
from abm.kit.filters import money
from abm.people.models import Organisation
from abm.targets.fit import AccountFacts, FitScore, explain, fact_columns, score_expression
from abm.targets.kinds import TIERS
from abm.targets.policies import TierPolicy
from abm.touches.models import Rollup
from abm.touches.outcomes import ANSWERED

WEEKS: Final = 13  # of past engagement: this one and the twelve before, 91 days on its Sunday
# What makes a suggestion strong (this product's own judgement): the fit in points, beside it at most so much each.
OPEN_DEAL: Final = 40
ENGAGEMENT: Final = 40  # at 100 minutes, with which an account counts as marketing-qualified
ROLES: Final = 20  # when every role is known that tier 1 wants
ENGAGED_MINUTES: Final = 100


@dataclass(frozen=True)
class Suggestion:
    """An account that is not in the draft, with the facts that speak for it. `fit` is None without a definition."""

    public_id: str
    slug: str
    name: str
    industry: str
    country: str
    employees: int | None
    strength: int
    fit: FitScore | None
    left_alone: str | None  # why nobody should approach it today
    open_deals: int
    worth: Sum
    minutes: int  # of engagement, in the last 13 weeks
    responses: int
    roles_known: int
    roles_wanted: Mapping[int, int]  # by tier

    @property
    def reasons(self) -> list[str]:
        """What speaks for it, with the figures, the weightiest first; a warning stands before all."""
        return [
            *([f"do not approach: {self.left_alone}"] if self.left_alone is not None else []),
            *([self._deals] if self.open_deals else []),
            *([self._engagement] if self.responses or self.minutes else []),
            *([coverage_words(self.roles_known, self.roles_wanted)] if self.roles_known else []),
        ]

    @property
    def _deals(self) -> str:
        said = plural(self.open_deals, "open deal")
        return f"{said}, {money(self.worth.minor, self.worth.currency, short=True)}" if self.worth.minor else said

    @property
    def _engagement(self) -> str:
        minutes, responses = plural(self.minutes, "engagement minute"), plural(self.responses, "response")
        return f"{minutes}, {responses} in {WEEKS} weeks"


def coverage_words(known: int, wanted: Mapping[int, int]) -> str:
    """`3 buying roles known: enough for tier 2`: the highest tier whose wish they meet, else what tier 3 lacks."""
    said = f"{plural(known, 'buying role')} known"
    enough = next((tier for tier in sorted(wanted) if known >= wanted[tier]), None)
    if enough is not None:
        return f"{said}: enough for tier {enough}"
    lowest = max(wanted, default=None)
    return f"{said} of {wanted[lowest]} that tier {lowest} wants" if lowest is not None else said


def suggestions(
    session: Session,
    candidates: Select[Account],
    criteria: Criteria,
    policies: Sequence[TierPolicy],
    *,
    organisation: Organisation,
    today: date,
    most: int,
) -> list[Suggestion]:
    """The strongest of the candidates. What may not be approached today stands last, among equals by name."""
    wanted = {policy.tier: policy.roles_wanted for policy in policies}
    roles = max(wanted.values(), default=0)
    query = _ranked(candidates, criteria, roles=roles, organisation=organisation, today=today, most=most)
    found = session.execute(query).all()
    worth = _worth(session, [row.id for row in found if row.open_deals], rates_of(session, organisation), today)
    return [_suggestion(row, criteria, wanted, worth[row.id]) for row in found]


def _ranked(
    candidates: Select[Account],
    criteria: Criteria,
    *,
    roles: int,
    organisation: Organisation,
    today: date,
    most: int,
) -> Select[*tuple[Any, ...]]:
    deals, engaged, known = _open_deals(), _engagement(organisation, today), _roles()
    minutes, open_deals = func.coalesce(engaged.c.minutes, 0), func.coalesce(deals.c.open_deals, 0)
    roles_known = func.coalesce(known.c.roles, 0)
    alone, strength = _left_alone(today), score_expression(criteria) + _share(open_deals, 1, OPEN_DEAL)
    strength += _share(minutes, ENGAGED_MINUTES, ENGAGEMENT) + _share(roles_known, roles, ROLES)
    ranked = case((alone, literal(-1, Integer)), else_=strength).label("strength")
    return (
        candidates.order_by(None)
        .with_only_columns(
            Account.id,
            Account.public_id,
            Account.slug,
            Account.name,
            *fact_columns(),
            ranked,
            case((alone, Account.do_not_approach)).label("left_alone"),
            open_deals.label("open_deals"),
            minutes.label("minutes"),
            func.coalesce(engaged.c.responses, 0).label("responses"),
            roles_known.label("roles_known"),
        )
        .outerjoin(deals, deals.c.account_id == Account.id)
        .outerjoin(engaged, engaged.c.account_id == Account.id)
        .outerjoin(known, known.c.account_id == Account.id)
        .order_by(ranked.desc(), Account.normal_name, Account.id)
        .limit(most)
    )


def _left_alone(today: date) -> ColumnElement[bool]:
    """That nobody should approach the account today."""
    until = Account.do_not_approach_until
    return Account.do_not_approach.is_not(None) & or_(until.is_(None), until >= today)


def _share(figure: ColumnElement[int], enough: int, points: int) -> ColumnElement[int]:
    """So many points for as much as is enough, fewer for less, in whole points."""
    if not enough:
        return literal(0, Integer)
    return case((figure >= enough, literal(points, Integer)), else_=figure * points // literal(enough, Integer))


def _once(query: Select[*tuple[Any, ...]], name: str) -> CTE:
    """A sum over a whole table, made once: PostgreSQL without statistics would make it anew for every account."""
    return query.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def _open_deals() -> CTE:
    query = (
        select(Opportunity.account_id, func.count(Opportunity.id).label("open_deals"))
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(*_open())
        .group_by(Opportunity.account_id)
    )
    return _once(query, "deals")


def _open() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Deals without a day of creation are unmatched: outside all figures of a list."""
    return CrmStage.category == StageCategory.OPEN, Opportunity.created_on.is_not(None)


def _engagement(organisation: Organisation, today: date) -> CTE:
    """Minutes and responses of the last weeks, by account, from the rollups."""
    week = Week.of(today)
    first = week.plus(1 - WEEKS)
    quarter, last = organisation.quarter_of(first.monday), organisation.quarter_of(week.sunday)
    quarters = [str(quarter)]
    while quarter < last:
        quarter = quarter.plus(1)
        quarters.append(str(quarter))
    answered = case((Rollup.outcome_class.in_(ANSWERED), Rollup.touches), else_=0)
    query = (
        select(
            Rollup.account_id,
            func.sum(Rollup.minutes).label("minutes"),
            func.sum(answered).label("responses"),
        )
        .where(Rollup.quarter.in_(quarters), Rollup.week >= str(first), Rollup.week <= str(week))
        .group_by(Rollup.account_id)
    )
    return _once(query, "engagement")


def _roles() -> CTE:
    """How many different buying roles are known, by account."""
    query = (
        select(Contact.account_id, func.count(Contact.buying_role.distinct()).label("roles"))
        .where(Contact.archived_at.is_(None), Contact.buying_role != BuyingRole.UNKNOWN)
        .group_by(Contact.account_id)
    )
    return _once(query, "roles")


def _worth(session: Session, accounts: Sequence[int], rates: Rates, today: date) -> dict[int, Sum]:
    """What the open deals of these accounts are worth at today's rates."""
    rows = session.execute(
        select(Opportunity.account_id, Opportunity.currency, func.sum(Opportunity.amount).label("amount"))
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(Opportunity.account_id.in_(accounts), *_open())
        .group_by(Opportunity.account_id, Opportunity.currency)
    )
    sums: dict[int, Sum] = defaultdict(lambda: Sum(0, rates.reporting))
    for account_id, currency, amount in rows:
        sums[account_id or 0] += rates.sum([(int(amount) if amount is not None else None, currency, today)])
    return sums


def _suggestion(row: Any, criteria: Criteria, wanted: Mapping[int, int], worth: Sum) -> Suggestion:
    facts = AccountFacts(**{name: getattr(row, name) for name in AccountFacts.__dataclass_fields__})
    plain = ("public_id", "slug", "name", "industry", "country", "employees", "left_alone", "open_deals", "roles_known")
    return Suggestion(
        **{name: getattr(row, name) for name in plain},
        strength=int(row.strength),
        fit=explain(criteria, facts) if criteria else None,
        worth=worth,
        minutes=int(row.minutes),
        responses=int(row.responses),
        roles_wanted={tier: wanted[tier] for tier in TIERS if tier in wanted},
    )
