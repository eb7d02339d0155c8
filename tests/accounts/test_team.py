"""Who answers for an account: a dated fact, one AE at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from abm.accounts.models import Account, TeamFunction, create_account
from abm.kit.rules import RuleBroken
from tests.cast import Cast

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.fixture
def halden(cast: Cast) -> Account:
    return create_account(cast.organisation, name="Halden Freight", by=cast.wen, at=AT)


def test_nobody_answers_for_a_new_account(halden: Account) -> None:
    assert halden.ae_on(MONDAY) is None


def test_the_next_ae_ends_the_former_ones_time_the_day_before(cast: Cast, halden: Account) -> None:
    halden.assign(cast.tomas, first_day=date(2026, 1, 1), by=cast.ines, at=AT)
    halden.assign(cast.marcus, first_day=MONDAY, by=cast.ines, at=AT)
    assert halden.ae_on(MONDAY - DAY) == cast.tomas
    assert halden.ae_on(MONDAY) == cast.marcus
    assert [member.last_day for member in halden.team] == [MONDAY - DAY, None]


def test_an_assignment_of_the_same_day_is_replaced(cast: Cast, halden: Account, session: Session) -> None:
    halden.assign(cast.tomas, first_day=MONDAY, by=cast.ines, at=AT)
    halden.assign(cast.marcus, first_day=MONDAY, by=cast.ines, at=AT)
    session.commit()
    assert [(member.user, member.last_day) for member in halden.team] == [(cast.marcus, None)]


def test_assigning_the_same_person_again_changes_nothing(cast: Cast, halden: Account) -> None:
    first = halden.assign(cast.tomas, first_day=MONDAY, by=cast.ines, at=AT)
    assert halden.assign(cast.tomas, first_day=MONDAY + DAY, by=cast.ines, at=AT) is first
    assert len(halden.team) == 1


def test_the_past_is_not_assigned_anew(cast: Cast, halden: Account) -> None:
    halden.assign(cast.tomas, first_day=MONDAY, by=cast.ines, at=AT)
    with pytest.raises(RuleBroken, match="Tomás Ferreira answers for this account from 23 Nov 2026"):
        halden.assign(cast.marcus, first_day=MONDAY - DAY, by=cast.ines, at=AT)


def test_only_people_in_sales_answer_for_an_account(cast: Cast, halden: Account) -> None:
    with pytest.raises(RuleBroken, match="Priya Raman is not in Sales"):
        halden.assign(cast.priya, first_day=MONDAY, by=cast.ines, at=AT)


def test_nobody_who_left_is_assigned(cast: Cast, halden: Account) -> None:
    cast.tomas.deactivate(by=cast.wen, at=AT)
    with pytest.raises(RuleBroken, match="deactivated"):
        halden.assign(cast.tomas, first_day=MONDAY, by=cast.ines, at=AT)


def test_several_people_share_any_other_function(cast: Cast, halden: Account) -> None:
    for person in (cast.priya, cast.amara):
        halden.assign(person, function=TeamFunction.MARKETER, first_day=MONDAY, by=cast.ines, at=AT)
    assert {member.user for member in halden.team if member.on(MONDAY)} == {cast.priya, cast.amara}


def test_a_time_on_the_team_ends_with_its_last_day(cast: Cast, halden: Account) -> None:
    member = halden.assign(cast.tomas, first_day=MONDAY, by=cast.ines, at=AT)
    with pytest.raises(RuleBroken, match="before the first"):
        member.end(MONDAY - DAY, by=cast.ines, at=AT)
    member.end(MONDAY, by=cast.ines, at=AT)
    assert halden.ae_on(MONDAY) == cast.tomas
    assert halden.ae_on(MONDAY + DAY) is None
