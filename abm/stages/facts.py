"""The facts of many accounts that their stages are read from, in three queries whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from abm.accounts.contacts import PERSON
from abm.accounts.models import Contact, CrmStage, Opportunity, StageCategory
from abm.stages.exits import StageExit
from abm.stages.history import AccountFacts, Deal, Exit, Reaction
from abm.touches.kinds import OutcomeClass
from abm.touches.models import Touch
from abm.touches.outcomes import DEMO_REQUEST, all_outcomes, rule_of

RESPONSES = [(channel, key, rule) for channel, key, rule in all_outcomes() if rule.responded]


def facts_of(session: Session, account_ids: Sequence[int]) -> dict[int, AccountFacts]:
    """What is known of each of these accounts; one of which nothing is known is missing."""
    reactions, deals = _reactions(session, account_ids), _deals(session, account_ids)
    exits: dict[int, list[Exit]] = defaultdict(list)
    for left in session.scalars(select(StageExit).where(StageExit.account_id.in_(account_ids))):
        exits[left.account_id].append(left.fact)
    known = reactions.keys() | deals.keys() | exits.keys()
    return {one: AccountFacts(reactions.get(one, ()), deals.get(one, ()), exits.get(one, ())) for one in known}


def _reactions(session: Session, account_ids: Sequence[int]) -> dict[int, list[Reaction]]:
    rows = session.execute(
        select(Touch.account_id, Touch.id, Touch.day, Touch.channel, Touch.outcome, PERSON.label("person"))
        .outerjoin(Contact, Contact.id == Touch.contact_id)
        .where(Touch.account_id.in_(account_ids), Touch.voided_at.is_(None))
        .where(tuple_(Touch.channel, Touch.outcome).in_([(channel, key) for channel, key, _ in RESPONSES]))
    )
    found: dict[int, list[Reaction]] = defaultdict(list)
    for row in rows:
        rule = rule_of(row.channel, row.outcome)
        demo, held = row.outcome == DEMO_REQUEST, rule.klass is OutcomeClass.MEETING_HELD
        found[row.account_id].append(Reaction(row.id, row.day, rule.response, row.person, demo=demo, held=held))
    return found


def _deals(session: Session, account_ids: Sequence[int]) -> dict[int, list[Deal]]:
    rows = session.execute(
        select(Opportunity.account_id, Opportunity.id, Opportunity.created_on, Opportunity.closed_on, CrmStage.category)
        .join(CrmStage, CrmStage.id == Opportunity.stage_id)
        .where(Opportunity.account_id.in_(account_ids), Opportunity.created_on.is_not(None))
    )
    found: dict[int, list[Deal]] = defaultdict(list)
    for account_id, number, created, closed, category in rows:
        if account_id is not None and created is not None:  # as the conditions say
            found[account_id].append(Deal(number, created, closed, won=category is StageCategory.WON))
    return found
