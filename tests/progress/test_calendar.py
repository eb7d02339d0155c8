"""Which week a touch belongs to: around midnight in any zone, as the clocks change, and where a quarter ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask

from abm.kit.clock import Quarter, Week
from abm.kit.db import writing
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.people.seats import Side
from abm.progress.moments import Moment, moment_of
from abm.progress.reading import read_snapshot, standing_week
from abm.progress.snapshots import FreezeCause, take_snapshot
from abm.progress.weekly import AccountWeek, Joint
from abm.touches.kinds import Channel, TouchSide
from tests.cast import assemble
from tests.progress.ground import Ground

ZONES = ("Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago")
MINUTE = timedelta(minutes=1)
LATER = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)  # every week that is looked at is over
HELD = (Channel.MEETING, "held")
# A week, with the quarters that have days of it.
WEEKS = {
    "clocks forward": (Week(2026, 13), (Quarter(2026, 1),)),
    "clocks back": (Week(2026, 43), (Quarter(2026, 4),)),
    "quarter ends": (Week(2026, 40), (Quarter(2026, 3), Quarter(2026, 4))),
    "week 53": (Week(2026, 53), (Quarter(2026, 4), Quarter(2027, 1))),
}


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=WEEKS)
def week(request: pytest.FixtureRequest) -> Week:
    return WEEKS[request.param][0]


@pytest.fixture
def quarters(request: pytest.FixtureRequest) -> tuple[Quarter, ...]:
    return WEEKS[request.node.callspec.params["week"]][1]


@pytest.fixture
def ground(app: Flask, zone: str, quarters: tuple[Quarter, ...]) -> Iterator[Ground]:
    """A company in that zone, whose lists of those quarters were signed long before they began."""
    with app.app_context(), writing() as session, time_machine.travel(LATER, tick=False):
        first, *more = quarters
        signed = midnight(first.first, zone) - timedelta(days=9)
        ground = Ground(session(), assemble(session(), zone=zone), first, signed)
        for quarter in more:
            ground.go_on(quarter, signed)
        yield ground


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def both_ways(ground: Ground, week: Week, quarter: Quarter) -> Iterator[AccountWeek]:
    """The account of tier 1 in a quarter's share of a week: as it stands, and as it is frozen."""
    moment = moment_of(ground.cast.organisation, week, quarter)
    assert moment is not None
    standing = standing_week(ground.session, ground.cast.organisation, moment, DEFAULT_PROGRAMME)
    assert standing is not None
    yield standing.rows[0]
    yield frozen(ground, moment)


def frozen(ground: Ground, moment: Moment) -> AccountWeek:
    session, organisation = ground.session, ground.cast.organisation
    programme = session.get_one(Programme, DEFAULT_PROGRAMME)
    taken = take_snapshot(session, organisation, programme, moment, cause=FreezeCause.TIME, by=None, at=LATER)
    assert taken is not None
    session.commit()
    return read_snapshot(session, taken).rows[0]


def test_a_minute_before_midnight_is_the_week_before_and_a_minute_after_is_this_week(
    ground: Ground, zone: str, week: Week, quarters: tuple[Quarter, ...]
) -> None:
    begins, ends = midnight(week.monday, zone), midnight(week.plus(1).monday, zone)
    for when in (begins - MINUTE, begins + MINUTE, ends - MINUTE, ends + MINUTE):
        ground.log(1, TouchSide.SALES, when, HELD)
    shares = [list(both_ways(ground, week, quarter)) for quarter in quarters]
    per_share = [1, 1] if len(quarters) == 2 else [2]
    for way in (0, 1):
        rows = [share[way] for share in shares]
        assert [row.side(Side.SALES).this_week for row in rows] == per_share
        assert [row.meetings_held for row in rows] == per_share
    for row in both_ways(ground, week.plus(1), quarters[-1]):
        assert row.side(Side.SALES).this_week == 1
    if quarters[0].has(week.plus(-1).monday):
        for row in both_ways(ground, week.plus(-1), quarters[0]):
            assert row.side(Side.SALES).this_week == 1


@pytest.mark.parametrize("week", ["quarter ends", "week 53"], indirect=True)
def test_the_shares_of_a_week_that_a_quarters_end_cuts_add_up_to_the_week(
    ground: Ground, zone: str, week: Week, quarters: tuple[Quarter, ...]
) -> None:
    turns = midnight(quarters[1].first, zone)
    for when in (turns - timedelta(days=1), turns - MINUTE, turns + MINUTE, turns + timedelta(days=2), turns):
        ground.log(1, TouchSide.MARKETING, when)
    before, after = (list(both_ways(ground, week, quarter)) for quarter in quarters)
    for one, other in zip(before, after, strict=True):
        assert (one.side(Side.MARKETING).this_week, other.side(Side.MARKETING).this_week) == (2, 3)


@pytest.mark.parametrize("week", ["quarter ends", "week 53"], indirect=True)
def test_a_quarters_share_knows_nothing_of_the_days_after_it(
    ground: Ground, zone: str, week: Week, quarters: tuple[Quarter, ...]
) -> None:
    ground.log(1, TouchSide.SALES, midnight(quarters[1].first, zone) + MINUTE, HELD)
    for row in both_ways(ground, week, quarters[0]):
        sales = row.side(Side.SALES)
        assert (sales.this_week, sales.in_rhythm, sales.in_window, row.meetings_held) == (0, 0, 0, 0)
        assert row.untouched
    for row in both_ways(ground, week, quarters[1]):
        assert (row.side(Side.SALES).in_rhythm, row.side(Side.SALES).in_window) == (1, 1)


@pytest.mark.parametrize("week", ["quarter ends"], indirect=True)
def test_nobody_is_late_where_a_quarter_ends_within_the_week(ground: Ground, zone: str, week: Week) -> None:
    for side in (TouchSide.SALES, TouchSide.MARKETING):
        ground.log(1, side, midnight(week.monday, zone) - MINUTE)
    assert [row.joint for row in both_ways(ground, week, Quarter(2026, 3))] == [Joint.RESTING, Joint.RESTING]
    assert [row.joint for row in both_ways(ground, week.plus(1), Quarter(2026, 4))] == [Joint.PAST, Joint.PAST]
