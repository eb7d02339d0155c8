"""The list of 2017's last quarter out of the imported CRM: wanted by Sales, assessed by Marketing, signed by both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from abm.accounts.models import Account
from abm.agreement.models import Verdict, Version
from abm.agreement.record import check_record, signed_record
from abm.kit.clock import Quarter
from abm.kit.rules import RuleBroken
from abm.people.access import May, may
from abm.people.seats import Side, seats
from abm.stages.queries import stages_on
from abm.targets.in_force import signed_list_at
from abm.targets.models import Entry, Membership, Outcome, Priority, Readiness, TargetList, open_list
from abm.targets.queries import content_of, list_of
from tests.cast import sign_in
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


@pytest.fixture(scope="session")
def plan(maven: Maven) -> dict[str, Choice]:
    return chosen(maven)


@pytest.fixture(scope="session")
def signed(maven: Maven, plan: dict[str, Choice]) -> Maven:
    """The company with the list of 2017-q4, proposed by a manager and signed by both seats."""
    with maven.session() as session:
        target_list = build(session, plan)
        refuse_one_too_many(session, target_list, plan)
        manager = person(session, "Melvin Marxen")
        version = target_list.propose(organisation=organisation_of(session), by=manager, at=SEPTEMBER)
        for name in ("Melvin Marxen", "Wen Zhao", "Priya Raman", "Amara Osei"):
            with pytest.raises(RuleBroken, match="signs for the sales seat"):
                sign(session, target_list, version, Side.SALES, name)
        assert not sign(session, target_list, version, Side.SALES, "Renata Voss")
        assert session.scalars(select(Membership)).first() is None
        assert sign(session, target_list, version, Side.MARKETING, "Amara Osei")
        session.commit()
    return maven


@pytest.fixture
def session(signed: Maven) -> Iterator[Session]:
    with signed.session() as session:
        yield session


def test_the_list_holds_exactly_what_was_signed(session: Session, plan: dict[str, Choice]) -> None:
    loading = (joinedload(Membership.account), joinedload(Membership.ae), joinedload(Membership.version))
    members = session.scalars(select(Membership).options(*loading)).all()
    on_the_list = {one.account.name: Choice(one.tier, one.ae.name if one.ae else "") for one in members}
    assert on_the_list == plan
    (version,) = {one.version for one in members}
    written = content_of(session, version.id)
    assert {row.name: Choice(row.tier, row.ae_name) for row in written.rows.values()} == plan
    assert all(finding.holds for finding in check_record(signed_record(version)))


def test_the_list_is_in_force_from_the_first_instant_of_its_quarter(session: Session) -> None:
    organisation, members = organisation_of(session), session.scalars(select(Membership)).all()
    assert signed_list_at(session, organisation, STARTS - timedelta(seconds=1)) is None
    in_force = signed_list_at(session, organisation, STARTS)
    assert in_force is not None
    assert (in_force.number, in_force.place.of_quarter, in_force.since) == (1, QUARTER, STARTS)
    assert {one.starts for one in members if not one.carried} == {STARTS}


def test_both_voices_were_heard_and_every_capacity_holds(session: Session) -> None:
    target_list = list_of(session, str(QUARTER))
    assert target_list is not None
    outlook = target_list.outlook()
    assert (outlook.entries_in, outlook.out, outlook.candidates) == (45, 40, 0)
    assert (outlook.progress.without_nomination, outlook.progress.without_assessment) == (0, 0)
    assert [load.label for load in outlook.loads if load.over] == []


@pytest.mark.parametrize(
    ("day", "words"), [(date(2016, 12, 31), "open deal"), (date(2017, 12, 31), "won deal")], ids=["open", "won"]
)
def test_figures_of_the_list_count_its_own_deals_and_no_unmatched_one(
    session: Session, signed: Maven, plan: dict[str, Choice], *, day: date, words: str
) -> None:
    deals, end = signed.sheets.read("opportunities"), pd.Timestamp(day)
    there = deals[deals["account"].isin(list(plan)) & (deals["engage_date"] <= end)]
    closed = there["close_date"] <= end
    counted = there[closed & (there["deal_stage"] == "Won")] if words == "won deal" else there[~closed]
    members = {one.account_id: one.account.name for one in session.scalars(select(Membership))}
    found = stages_on(session, select(Membership.account_id), day)
    causes = {members[number]: stage.cause for number, stage in found.items()}
    assert causes == {
        str(name): f"{count} {words}{'' if count == 1 else 's'}"
        for name, count in counted.groupby("account").size().items()
    }


def test_who_may_say_what_holds_for_those_whom_the_file_brought(signed: Maven) -> None:
    with signed.session() as session:
        entry = session.scalars(select(Entry).where(Entry.outcome == Outcome.IN).limit(1)).one()
        address = f"/quarters/{QUARTER}/list/entries/{entry.public_id}"
        people = {name: person(session, name) for name in ("Moses Frase", "Priya Raman", "Vera Lund", "Cara Losch")}
        session.expunge_all()
    tried = {
        (name, what): sign_in(signed.app.test_client(), user).post(f"{address}/{what}").status_code
        for name, user in people.items()
        for what in ("nominations", "assessments", "placements")
    }
    assert {one for one, status in tried.items() if status != 403} == {
        ("Moses Frase", "nominations"),  # an AE
        ("Cara Losch", "nominations"),  # a manager
        ("Cara Losch", "placements"),
        ("Priya Raman", "assessments"),  # a marketer
        ("Priya Raman", "placements"),
    }


def test_the_list_of_a_past_quarter_is_shown_to_everyone(signed: Maven) -> None:
    page = signed.page(f"/quarters/{QUARTER}/list/versions/1")
    assert "Kan-code" in page
    assert "Darcel Schlecht" in page
