"""Who was on the list on a day: days are the organisation's, at midnight and on the days when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from abm.kit.clock import Quarter
from abm.kit.db import db
from abm.people.models import Organisation
from abm.targets.as_of import AsOf, instant_of, list_as_of, usual_day
from abm.targets.models import Outcome
from tests.counting import statements
from tests.targets.browsing import LIST, text
from tests.targets.conftest import BEFORE, NOW, Ground, MakeAccounts, Web
from tests.targets.test_routes import filled

FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)


def organisation(zone: str) -> Organisation:
    return Organisation(name="Fathom", time_zone=zone, fiscal_start_month=1, currency="EUR", created_at=BEFORE)


@pytest.mark.parametrize(
    ("zone", "day", "last_second"),
    [
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),  # 25 hours long
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),  # 23 hours long
        ("America/Los_Angeles", date(2026, 12, 31), datetime(2027, 1, 1, 7, 59, 59, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 12, 31), datetime(2026, 12, 31, 9, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_last_instant_of_the_organisations_day_stands_for_it(zone: str, day: date, last_second: datetime) -> None:
    at = instant_of(day, organisation(zone), NOW)
    assert at == last_second + timedelta(microseconds=999_999)


def test_today_is_now() -> None:
    assert instant_of(date(2026, 11, 24), organisation("Europe/Berlin"), NOW) == NOW
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # in Berlin the 25th has begun
    assert instant_of(date(2026, 11, 25), organisation("Europe/Berlin"), late) == late


def test_the_usual_day_is_today_or_the_nearest_of_the_quarter() -> None:
    quarter = Quarter(2026, 4)
    days = [date(2026, 9, 1), date(2026, 11, 24), date(2027, 3, 1)]
    assert [usual_day(quarter, day) for day in days] == [FIRST, date(2026, 11, 24), LAST]


def as_of(ground: Ground, day: date, *, sort: str = "tier") -> AsOf:
    own = ground.cast.organisation
    return list_as_of(ground.session, ground.target_list, day, organisation=own, now=NOW, sort=sort)


def held(ground: Ground, day: date) -> dict[str, int]:
    return {row.name: row.tier for row in as_of(ground, day).rows}


def test_a_list_holds_from_its_quarters_first_midnight_to_its_last(ground: Ground) -> None:
    ground.put_in(ground.accounts[0], 1, at=BEFORE)
    ground.put_in(ground.accounts[1], 3, ground.cast.marcus, at=BEFORE)
    version = ground.agree(at=BEFORE)
    both = {"Company 0000": 1, "Company 0001": 3}
    assert held(ground, FIRST - timedelta(days=1)) == {}
    assert as_of(ground, FIRST - timedelta(days=1)).why_nothing.startswith(
        "The first version that both seats signed begins later"
    )
    assert held(ground, FIRST) == held(ground, LAST) == held(ground, date(2026, 10, 25)) == both
    assert held(ground, LAST + timedelta(weeks=4)) == both, "carried over into the unsigned quarter"
    assert held(ground, LAST + timedelta(weeks=4, days=1)) == {}
    assert as_of(ground, LAST + timedelta(weeks=4, days=1)).why_nothing.startswith("The last version")
    found = as_of(ground, FIRST)
    assert [(one.tier, one.accounts, one.aes) for one in found.figures] == [(1, 1, 1), (3, 1, 1)]
    assert found.in_force is not None
    assert (found.in_force.number, [line.number for line in found.began]) == (1, [1])
    assert {row.version_id for row in found.rows} == {version.id} == set(found.origins)


def test_a_change_counts_on_its_day_and_the_day_before_is_as_it_was(ground: Ground) -> None:
    moves, leaves = (ground.put_in(account, 2, at=BEFORE) for account in ground.accounts[:2])
    ground.agree(at=BEFORE)
    changed = datetime(2026, 10, 14, 21, 50, tzinfo=UTC)  # 23:50 in Berlin; signed five minutes later
    moves.place(tier=1, ae=ground.cast.marcus, outcome=Outcome.IN, by=ground.cast.ines, at=changed)
    ground.take_out(leaves, at=changed)
    ground.agree(at=changed)
    assert held(ground, date(2026, 10, 13)) == {"Company 0000": 2, "Company 0001": 2}
    assert held(ground, date(2026, 10, 14)) == {"Company 0000": 1}
    found = as_of(ground, date(2026, 10, 14))
    assert [line.number for line in found.began] == [2]
    assert [(row.ae_name, found.origins[row.version_id].number) for row in found.rows] == [("Marcus Bell", 2)]
    assert as_of(ground, date(2026, 10, 15)).began == []


def test_a_version_that_was_replaced_before_it_began_held_on_no_day(ground: Ground) -> None:
    first = ground.put_in(ground.accounts[0], at=BEFORE)
    ground.put_in(ground.accounts[1], at=BEFORE)
    ground.agree(at=BEFORE)
    ground.take_out(first, at=BEFORE)
    ground.agree(at=BEFORE + timedelta(days=1))
    found = as_of(ground, FIRST)
    assert [row.name for row in found.rows] == ["Company 0001"]
    assert [line.number for line in found.began] == [2]
    assert held(ground, FIRST - timedelta(days=1)) == {}


def test_it_is_sorted_by_tier_or_name_either_way(ground: Ground) -> None:
    for account, tier in zip(ground.accounts, (3, 1, 2), strict=False):
        ground.put_in(account, tier)
    ground.agree()
    order = {sort: [row.name[-1] for row in as_of(ground, LAST, sort=sort).rows] for sort in ("tier", "-tier", "-name")}
    assert order == {"tier": ["1", "2", "0"], "-tier": ["0", "2", "1"], "-name": ["2", "1", "0"]}


def test_nothing_held_where_nothing_was_signed(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    ground.propose()
    found = as_of(ground, LAST)
    assert (found.accounts, found.in_force) == (0, None)
    assert found.why_nothing == "No version of this list is signed by both seats."


def test_the_page_says_who_was_on_it_and_refuses_what_is_no_day(web: Web, ground: Ground) -> None:
    ground.put_in(ground.accounts[0], 1, at=BEFORE)
    ground.agree(at=BEFORE)
    ground.session.commit()
    web.sign_in(ground.cast.vera)
    shown = text(web.get(f"{LIST}/as-of?day=2026-10-14"))
    assert "as of 14 Oct 2026" in shown
    assert "Company 0000" in shown
    assert "version 1 in force" in shown
    nothing = text(web.get(f"{LIST}/as-of?day=2026-09-30"))
    assert "No account was on this list on 30 Sept 2026" in nothing
    assert "is a day of 2026-q3, not of 2026-q4" in nothing
    assert "As signed so far" in text(web.get(f"{LIST}/as-of?day=2026-12-24"))
    assert "carried over into 2027-q1" in text(web.get(f"{LIST}/as-of?day=2027-01-01"))
    assert "Nothing is signed for 1 Feb 2027" in text(web.get(f"{LIST}/as-of?day=2027-02-01"))
    for wrong in ("14.10.2026", "2026-02-30", "0001-01-01", "9999-12-31"):
        answer = web.get(f"{LIST}/as-of?day={wrong}")
        assert answer.status_code == 422
        assert "This is no day to look at" in text(answer)
    for nonsense in ("sort=x", "page=99", "page=-1", "page=%F0%9D%9F%99", "day="):
        assert web.get(f"{LIST}/as-of?{nonsense}").status_code == 200
    assert web.get("/quarters/2027-q3/list/as-of").status_code == 404


def test_a_long_list_comes_in_pages_for_the_same_few_questions(
    app: Flask, web: Web, ground: Ground, companies: MakeAccounts
) -> None:
    filled(ground, companies, 320)
    ground.sign_by_both(ground.target_list.document.versions[-1], at=NOW - timedelta(hours=1))
    ground.session.commit()
    web.sign_in(ground.cast.vera)
    address = f"{LIST}/as-of?sort=name&page="
    web.get(f"{address}1")
    with app.app_context():
        engine = db.engine
    with statements(engine) as sent:
        first = text(web.get(f"{address}1"))
    assert len(sent) <= 9, sent  # four of them to know who asks, and in which programme
    assert "1 to 150 of 320" in first
    assert "301 to 320 of 320" in text(web.get(f"{address}3"))
    assert "301 to 320 of 320" in text(web.get(f"{address}77"))
