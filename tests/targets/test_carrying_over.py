"""A quarter that starts unsigned works on with the list before, marked as such, for the agreed weeks and no longer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from abm.agreement.models import Verdict, Version
from abm.kit.clock import Quarter
from abm.people.seats import seats
from abm.targets.content import read_content
from abm.targets.in_force import signed_list_at
from abm.targets.membership import Membership
from abm.targets.models import Outcome, TargetList, open_list
from tests.targets.conftest import NOW, Ground, Web

NEXT = Quarter(2027, 1)
END = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Oslo
WEEKS = timedelta(weeks=4)
DAY = timedelta(days=1)


def next_list(ground: Ground, *, at: datetime, tier: int = 2, accounts: slice = slice(0, 1)) -> TargetList:
    """The draft of the next quarter, with some of the companies."""
    found = open_list(ground.cast.organisation, NEXT, by=ground.cast.ines, at=at)
    for account in ground.accounts[accounts]:
        entry = found.enter(account, by=ground.cast.ines, at=at)
        entry.place(tier=tier, ae=ground.cast.marcus, outcome=Outcome.IN, by=ground.cast.ines, at=at)
    return found


def agree(ground: Ground, target_list: TargetList, *, at: datetime) -> Version:
    cast = ground.cast
    version = target_list.propose(organisation=cast.organisation, by=cast.ines, at=at)
    for seat in seats(ground.session).values():
        said = {"seat": seat, "by": seat.holder, "digest": version.digest, "organisation": cast.organisation}
        target_list.sign(version, at=at, verdict=Verdict.APPROVE, **said)  # type: ignore[arg-type]
    return version


def on(ground: Ground, at: datetime) -> dict[str, tuple[int, bool]]:
    """Who is on a list at an instant: tier, and whether it is carried over. Nobody twice."""
    rows = ground.session.scalars(select(Membership).where(Membership.starts <= at, Membership.ends > at)).all()
    assert len({row.account_id for row in rows}) == len(rows)
    return {row.account.name[-1]: (row.tier, row.carried) for row in rows}


@pytest.fixture
def signed(ground: Ground) -> Version:
    """Company 0 is on the list of 2026-q4."""
    ground.put_in(ground.accounts[0])
    return ground.agree()


def test_the_list_carries_over_for_the_agreed_weeks_and_no_longer(ground: Ground, signed: Version) -> None:
    assert on(ground, END - DAY) == {"0": (1, False)}
    assert on(ground, END) == on(ground, END + WEEKS - DAY) == {"0": (1, True)}
    assert on(ground, END + WEEKS) == {}


def test_it_says_which_list_holds_until_when(ground: Ground, signed: Version) -> None:
    organisation = ground.cast.organisation
    found = signed_list_at(ground.session, organisation, END + DAY)
    assert found is not None
    assert (found.place.words, found.place.carried_until) == ("2026-q4, version 1", END + WEEKS)
    assert found.policies[1]["sales_touches"] == 3
    in_time = signed_list_at(ground.session, organisation, END - DAY)
    assert in_time is not None
    assert in_time.place.carried_until is None
    assert signed_list_at(ground.session, organisation, END + WEEKS) is None


def test_the_next_list_ends_it_when_it_is_signed_late(ground: Ground, signed: Version) -> None:
    late = END + timedelta(days=10)
    agree(ground, next_list(ground, at=END + DAY), at=late)
    assert on(ground, late - DAY) == {"0": (1, True)}
    assert on(ground, late) == {"0": (2, False)}


def test_nothing_carries_over_where_the_next_list_was_signed_in_time(ground: Ground, signed: Version) -> None:
    agree(ground, next_list(ground, at=NOW), at=NOW + DAY)
    assert on(ground, END - DAY) == {"0": (1, False)}
    assert on(ground, END) == {"0": (2, False)}


def test_a_change_after_that_carries_nothing_over_either(ground: Ground, signed: Version) -> None:
    agree(ground, next_list(ground, at=NOW), at=NOW + DAY)
    ground.put_in(ground.accounts[1], at=NOW + DAY)
    ground.agree(at=NOW + 2 * DAY)
    assert on(ground, END - DAY) == {"0": (1, False), "1": (1, False)}
    assert on(ground, END) == {"0": (2, False)}


def test_what_a_change_takes_out_or_moves_carries_over_as_changed(ground: Ground, signed: Version) -> None:
    ground.take_out(ground.target_list.entries[0])
    ground.put_in(ground.accounts[1], tier=3)
    ground.agree(at=NOW + DAY)
    assert on(ground, END + DAY) == {"1": (3, True)}


def test_an_account_that_moves_away_and_back_is_on_the_list_again(ground: Ground, signed: Version) -> None:
    entry = ground.target_list.entries[0]
    for days, tier in ((1, 2), (2, 1)):
        entry.place(tier=tier, ae=entry.ae, outcome=Outcome.IN, by=ground.cast.ines, at=NOW + days * DAY)
        ground.agree(at=NOW + days * DAY)
    assert on(ground, END - DAY) == {"0": (1, False)}
    assert on(ground, END) == {"0": (1, True)}


def test_it_carries_over_one_quarter_and_not_twice(ground: Ground, signed: Version) -> None:
    after_next = datetime(2027, 4, 1, 12, 0, tzinfo=UTC)
    assert on(ground, after_next) == {}
    assert signed_list_at(ground.session, ground.cast.organisation, after_next) is None


@pytest.mark.parametrize(
    ("month", "end", "until"),
    [
        (2, date(2027, 2, 1), date(2027, 3, 1)),
        (3, date(2027, 3, 1), date(2027, 3, 29)),  # the clocks go forward on the 28th: four weeks stay four weeks
    ],
)
def test_whole_weeks_in_the_company_s_zone_whatever_the_fiscal_year(
    ground: Ground, month: int, end: date, until: date
) -> None:
    organisation = ground.cast.organisation
    organisation.fiscal_start_month = month
    quarter = organisation.quarter_of(end - DAY)
    found = open_list(organisation, quarter, by=ground.cast.ines, at=NOW)
    entry = found.enter(ground.accounts[0], by=ground.cast.ines, at=NOW)
    entry.place(tier=1, ae=ground.cast.tomas, outcome=Outcome.IN, by=ground.cast.ines, at=NOW)
    agree(ground, found, at=NOW)
    carried = ground.session.scalars(select(Membership).where(Membership.carried)).one()
    assert (carried.starts, carried.ends) == (organisation.start_of(end), organisation.start_of(until))


def test_the_database_carries_nothing_over_that_was_not_signed(ground: Ground, signed: Version) -> None:
    row = ground.session.scalars(select(Membership).where(Membership.carried)).one()
    facts = {name: getattr(row, name) for name in ("list_id", "with_children", "tier", "motion", "ae_id", "version_id")}
    other = ground.accounts[1].id
    ground.session.commit()
    for starts, ends in ((END - DAY, END + DAY), (END + DAY, END + 2 * DAY)):
        ground.session.add(Membership(account_id=other, carried=True, starts=starts, ends=ends, **facts))
        with pytest.raises(DBAPIError, match="carries over where that one ends"):
            ground.session.flush()
        ground.session.rollback()
    with pytest.raises(DBAPIError, match="never change"):
        ground.session.execute(update(Membership).values(carried=False))


def test_an_account_stands_on_one_list_of_a_programme_at_a_time_by_sql_too(ground: Ground, signed: Version) -> None:
    """The next list begins over a carried row that nobody has ended."""
    row = ground.session.scalars(select(Membership).where(Membership.carried)).one()
    agree(ground, next_list(ground, at=NOW), at=NOW + DAY)
    theirs = ground.session.scalars(select(Membership).where(Membership.list_id != row.list_id, ~Membership.carried))
    version = theirs.one().version_id
    facts = {name: getattr(row, name) for name in ("account_id", "with_children", "tier", "motion", "ae_id")}
    again = Membership(list_id=row.list_id, version_id=row.version_id, carried=True, **facts)
    again.starts, again.ends = END, END + DAY
    assert version != row.version_id
    ground.session.flush()
    ground.session.add(again)
    with pytest.raises(DBAPIError, match=r"one list of a programme at a time|UNIQUE|unique"):
        ground.session.flush()


@given(order=st.lists(st.sampled_from(["this", "next"]), min_size=1, max_size=5), days=st.integers(1, 30))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_of_signing_nobody_stands_twice_and_the_next_list_wins(
    ground: Ground, order: list[str], days: int
) -> None:
    savepoint = ground.session.begin_nested()
    at, tiers = NOW, iter([1, 2, 3] * 2)
    following = next_list(ground, at=at)
    for turn in order:
        at += timedelta(days=days) if turn == "next" else DAY
        target_list = following if turn == "next" else ground.target_list
        if turn == "this" and at >= END - DAY:
            continue  # its quarter is over
        entry = target_list.enter(ground.accounts[0], by=ground.cast.ines, at=at)
        entry.place(tier=next(tiers), ae=ground.cast.tomas, outcome=Outcome.IN, by=ground.cast.ines, at=at)
        if not target_list.document.latest_signed() or target_list.draft().rows != _signed_rows(target_list):
            agree(ground, target_list, at=at)
    starts = [v.standing.starts for v in following.document.versions if v.standing.starts]
    for instant in (NOW + DAY, END - DAY, END, END + DAY, END + WEEKS - DAY, END + WEEKS):
        rows = on(ground, instant)
        if starts and instant >= min(starts):
            assert not any(carried for _, carried in rows.values())
    savepoint.rollback()
    ground.session.expire_all()


def _signed_rows(target_list: TargetList) -> object:
    latest = target_list.document.latest_signed()
    return latest and read_content(latest.read()).rows


def test_pages_of_the_unsigned_quarter_say_what_holds_and_until_when(web: Web, ground: Ground, signed: Version) -> None:
    ground.session.commit()
    with time_machine.travel(END + DAY, tick=False):
        web.sign_in(ground.cast.amara)
        for address in ("/", "/quarters/2027-q1/list", "/progress/2026-w53?quarter=2027-q1"):
            page = web.get(address).text
            assert "2026-q4&#39;s list carries over" in page, address
            assert "/quarters/2026-q4/list/versions/1" in page
    with time_machine.travel(END + WEEKS + DAY, tick=False):
        web.sign_in(ground.cast.amara)
        assert "carries over" not in web.get("/quarters/2027-q1/list").text
        assert "No list was in force in this week" in web.get("/progress/2027-w05").text
