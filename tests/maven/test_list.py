"""The list of 2017's last quarter out of the imported CRM: what both signed, what it is measured on, who may what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from abm.agreement.record import check_record, signed_record
from abm.stages.queries import stages_on
from abm.targets.in_force import signed_list_at
from abm.targets.models import Entry, Membership, Outcome
from abm.targets.queries import content_of, list_of
from tests.cast import sign_in
from tests.maven.listing import QUARTER, STARTS, Choice
from tests.maven.world import Maven, organisation_of, person


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
