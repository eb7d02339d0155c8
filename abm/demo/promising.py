"""What the tier policy asks of both sides in the demonstration, and what was answered: a wait, and another way."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from abm.accounts.deals import Opportunity, Source
from abm.accounts.models import Account
from abm.demo.founding import World
from abm.outbound.answering import Otherwise, propose_another_way, wait_on
from abm.outbound.following import follow
from abm.outbound.judging import Verdict, judge
from abm.outbound.models import Commitment, CommitmentSource
from abm.outbound.policy_asks import keep_policy
from abm.people.models import User
from abm.people.seats import Side


def promise_by_policy(world: World) -> None:
    """What the signed policy asks for from the quarter's first day on; the AEs said yes the day after."""
    began = world.at(world.quarter.first, 10)
    keep_policy(world.session, organisation=world.organisation, at=began)
    statement = select(Commitment).where(Commitment.source == CommitmentSource.POLICY, Commitment.side == Side.SALES)
    for commitment in world.session.scalars(statement.options(joinedload(Commitment.account))):
        if commitment.person is not None:
            commitment.accept(by=commitment.person, at=began + timedelta(days=1))


def answer_promises(world: World) -> None:
    """Tomás waits for Jonas' paper, Elif proposes fewer touches; then everything follows the facts of today."""
    people, at = world.people, world.at(world.today - timedelta(days=1), 15)
    last = world.quarter.last
    tomas = _first_of(world, people.tomas, tier_words="Tier 2")
    wait_on(
        tomas,
        what="The reefer case study in Spanish",
        on=people.jonas,
        by_day=min(world.today + timedelta(days=2), last),
        today=world.today - timedelta(days=1),
        by=people.tomas,
        at=at,
    )
    elif_ = _first_of(world, people.elif_, tier_words="Tier 2")
    propose_another_way(
        elif_,
        Otherwise(wanted=elif_.wanted - 4),
        reason="Their quality team is at the audit until mid-month and asked us to write less.",
        today=world.today - timedelta(days=1),
        latest=last,
        by=people.elif_,
        at=at,
    )
    follow(world.session, organisation=world.organisation, at=world.at(world.today, 8))


def see_it_differently(world: World) -> None:
    """What both sides said of two partner deals, in each of the last two weeks that are over: not the same."""
    deals = select(Opportunity.account_id).where(
        Opportunity.source == Source.PARTNER, Opportunity.closed_on.is_(None), Opportunity.created_on < world.today
    )
    listed = select(Account).where(Account.id.in_(deals)).order_by(Account.name).limit(2)
    monday = world.today - timedelta(days=world.today.weekday())
    words = {
        Side.MARKETING: (world.people.jonas, Verdict.ON_TRACK, ""),
        Side.SALES: (world.people.marcus, Verdict.AT_RISK, "Nobody of us has met the buyer."),
    }
    for weeks in (2, 1):
        at = world.at(monday + timedelta(days=3) - timedelta(weeks=weeks), 16)
        for account in world.session.scalars(listed):
            for side, (by, verdict, note) in words.items():
                judge(account, side, verdict, note, organisation=world.organisation, by=by, at=at)


def _first_of(world: World, person: User, *, tier_words: str) -> Commitment:
    """The first promise of a person by the policy of a tier, by the name of its account."""
    statement = (
        select(Commitment)
        .join(Account, Account.id == Commitment.account_id)
        .where(Commitment.person_id == person.id, Commitment.why.startswith(tier_words))
        .order_by(Account.normal_name)
    )
    return world.session.scalars(statement.options(joinedload(Commitment.account))).unique().first() or _missing(person)


def _missing(person: User) -> Commitment:
    raise RuntimeError(f"The story gives {person.name} something to keep.")
