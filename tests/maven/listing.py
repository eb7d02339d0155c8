"""The list of 2017's last quarter out of the imported CRM: wanted by Sales, assessed by Marketing, signed by both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.agreement.models import Verdict, Version
from abm.kit.clock import Quarter
from abm.kit.rules import RuleBroken
from abm.people.access import May, may
from abm.people.seats import Side, seats
from abm.targets.models import Entry, Outcome, Priority, Readiness, TargetList, open_list
from tests.maven.world import Maven, organisation_of, person

QUARTER = Quarter(2017, 4)
SEPTEMBER = datetime(2017, 9, 25, 9, 0, tzinfo=UTC)  # the quarter has not begun
STARTS = datetime(2017, 9, 30, 22, 0, tzinfo=UTC)  # midnight in Berlin
MOST = {1: 15, 2: 30}


@dataclass(frozen=True)
class Choice:
    """What Sales wants of an account."""

    tier: int
    ae: str


def chosen(maven: Maven) -> dict[str, Choice]:
    """By value won before the quarter: 15 accounts in tier 1, the next 30 in tier 2, each with its best agent."""
    deals = maven.sheets.read("opportunities")
    won = deals[(deals["deal_stage"] == "Won") & (deals["close_date"] < pd.Timestamp(QUARTER.first))]
    value = won.groupby("account")["close_value"].sum().sort_values(ascending=False)
    best = won.groupby(["account", "sales_agent"])["close_value"].sum()
    names = [str(name) for name in value.index[: sum(MOST.values())]]
    return {name: Choice(1 if place < MOST[1] else 2, str(best[name].idxmax())) for place, name in enumerate(names)}


def build(session: Session, plan: dict[str, Choice]) -> TargetList:
    """Everybody says their word, each on what they may."""
    organisation, priya = organisation_of(session), person(session, "Priya Raman")
    manager, at = person(session, "Melvin Marxen"), SEPTEMBER
    assert may(manager, May.EDIT_LIST)
    assert may(priya, May.ASSESS)
    target_list = open_list(organisation, QUARTER, by=manager, at=at)
    for account in session.scalars(select(Account).order_by(Account.name)):
        entry = target_list.enter(account, by=manager, at=at)
        entry.assess(Readiness.READY, "", by=priya, at=at)
        wanted = plan.get(account.name)
        if wanted is None:
            why = "Bought too little so far"
            entry.place(tier=None, ae=None, outcome=Outcome.OUT, reason=why, by=manager, at=at)
            continue
        agent = person(session, wanted.ae)
        assert may(agent, May.NOMINATE)
        entry.nominate(Priority.HIGH if wanted.tier == 1 else Priority.MEDIUM, "Buys from me", by=agent, at=at)
        entry.place(tier=wanted.tier, ae=agent, outcome=Outcome.IN, by=manager, at=at)
    return target_list


def refuse_one_too_many(session: Session, target_list: TargetList, plan: dict[str, Choice]) -> None:
    """A sixteenth account in tier 1 stops the proposal until it goes where it belongs."""
    manager, name = person(session, "Melvin Marxen"), list(plan)[MOST[1]]
    mine = select(Entry).join(Account).where(Entry.list_id == target_list.id, Account.name == name)
    entry = session.scalars(mine).one()
    entry.place(tier=1, ae=entry.ae, outcome=Outcome.IN, by=manager, at=SEPTEMBER)
    with pytest.raises(RuleBroken, match="Tier 1 has 16 accounts where 15 fit"):
        target_list.propose(organisation=organisation_of(session), by=manager, at=SEPTEMBER)
    entry.place(tier=2, ae=entry.ae, outcome=Outcome.IN, by=manager, at=SEPTEMBER)


def sign(session: Session, target_list: TargetList, version: Version, side: Side, name: str) -> bool:
    return target_list.sign(
        version,
        seat=seats(session)[side],
        by=person(session, name),
        at=SEPTEMBER + timedelta(hours=1),
        digest=version.digest,
        verdict=Verdict.APPROVE,
        organisation=organisation_of(session),
    )
