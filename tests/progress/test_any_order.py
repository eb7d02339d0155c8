"""Whatever happens in whatever order: a week is what a plain recount says, and once frozen it stays what it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.crm_stages import StageCategory, add_stage
from abm.agreement.canonical import digest_of
from abm.kit import clock
from abm.kit.clock import Week
from abm.kit.rules import RuleBroken
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.people.seats import Side
from abm.progress.lately import Looking, Weeks
from abm.progress.moments import Moment, moment_of
from abm.progress.reading import ShownWeek, read_snapshot, standing_week
from abm.progress.snapshots import FreezeCause, Snapshot, take_snapshot
from abm.progress.weekly import AccountWeek, Promise, Promises
from tests.cast import Cast
from tests.machines import BATCH, LONG
from tests.outbound.world import NOW, World
from tests.progress.happening import Company, steps
from tests.progress.naive import Naive, Seen, Share


@dataclass
class Kept:
    """A snapshot as it was right after it was taken."""

    moment: Moment
    number: int
    content: bytes
    page: tuple[Any, ...]


@dataclass
class Story(Company):
    """What happens, and the weeks that were frozen meanwhile."""

    kept: list[Kept] = field(default_factory=list)
    weeks: Weeks = field(default_factory=dict)  # as a process keeps them that was looked at after every step

    def freeze(self, back: int) -> None:
        moment = self.moment(this_week(back))
        programme = self.session.get_one(Programme, DEFAULT_PROGRAMME)
        organisation, at = self.cast.organisation, clock.now()
        taken = take_snapshot(self.session, organisation, programme, moment, cause=FreezeCause.TIME, by=None, at=at)
        assert taken is not None
        self.session.flush()
        if taken.id in {one.number for one in self.kept}:
            return
        shown = read_snapshot(self.session, taken)
        assert seen(shown.rows) == Naive(self.session.connection()).week(Share(moment.week, at))
        self.kept.append(Kept(moment, taken.id, bytes(taken.content), on_page(self.session, shown)))

    def moment(self, week: Week) -> Moment:
        moment = moment_of(self.cast.organisation, week)
        assert moment is not None
        return moment

    def check(self, number: int) -> None:
        """What stands is what the tables say, and what is frozen is what it was."""
        naive, organisation = Naive(self.session.connection()), self.cast.organisation
        for back in (0, number % 4 + 1):
            moment = self.moment(this_week(back))
            shown = standing_week(self.session, organisation, moment, DEFAULT_PROGRAMME)
            assert shown is not None
            lately = Looking(self.session, organisation, moment, DEFAULT_PROGRAMME).up_to_date(self.weeks)
            assert lately is not None
            assert (lately.rows, lately.list) == (shown.rows, shown.list)
            counted = naive.week(Share(moment.week, clock.now()))
            assert seen(shown.rows) == counted
            assert promised(shown.figures(shown.rows).promises) == added_up(counted)
        for one in self.kept:
            snapshot = self.session.get_one(Snapshot, one.number, populate_existing=True)
            self.session.refresh(snapshot, ["content"])
            assert (bytes(snapshot.content), snapshot.digest) == (one.content, digest_of(one.content))
            shown = read_snapshot(self.session, snapshot)
            assert on_page(self.session, shown) == one.page


def this_week(back: int = 0) -> Week:
    return Week.of(clock.now().date()).plus(-back)


def on_page(session: Session, shown: ShownWeek) -> tuple[Any, ...]:
    """Everything that a page shows of a snapshot but the names of people."""
    rows = [replace(row, ae="") for row in shown.rows]
    return rows, shown.list, shown.currency, shown.frozen, shown.figures(shown.rows)


def seen(rows: Sequence[AccountWeek]) -> dict[str, Seen]:
    """By public id, what is to be seen of each account."""
    return {row.public_id: of_row(row) for row in rows}


def of_row(row: AccountWeek) -> Seen:
    weeks = {side.value: row.side(side) for side in Side}
    return {
        "tier": row.tier,
        "ae": row.ae_id,
        "sides": {s: (w.this_week, w.in_rhythm, w.in_window, w.wanted, w.begun) for s, w in weeks.items()},
        "held": row.meetings_held,
        "booked": row.meetings_booked,
        "content": row.content,
        "joint": row.joint,
        "stage": row.stage,
        "stage before": row.stage_before,
        "deals": sorted((one.public_id, one.source, one.state, one.worth, one.new) for one in row.deals),
        "verdicts": row.verdicts,
        "promises": promised(row.promises),
    }


def promised(promises: Promises) -> dict[str, tuple[int, int, Fraction]]:
    found = {side: promises.get(side, Promise()) for side in Side}
    return {side.value: (one.wanted, one.done, one.due) for side, one in found.items()}


def added_up(counted: dict[str, Seen]) -> dict[str, tuple[Any, ...]]:
    """The promises of all accounts together."""
    all_of = {side.value: [one["promises"][side.value] for one in counted.values()] for side in Side}
    return {side: tuple(map(sum, zip(*ones, strict=True))) or (0, 0, Fraction(0)) for side, ones in all_of.items()}


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


@pytest.fixture
def world(session: scoped_session[Session], cast: Cast, travel: time_machine.Traveller) -> World:
    return World(session(), cast)


def test_any_order_gives_weeks_that_a_plain_recount_gives_and_that_stay(
    world: World, travel: time_machine.Traveller
) -> None:
    tally, organisation = Counter[str](), world.cast.organisation
    names = (
        *(("Talks", StageCategory.OPEN), ("Contract", StageCategory.OPEN)),
        *(("Lost", StageCategory.LOST), ("Won", StageCategory.WON)),
    )
    stages = [add_stage(organisation, name=n, category=c, qualified=True, by=None, at=NOW) for n, c in names]
    world.session.commit()

    @settings(BATCH, max_examples=300 if LONG else 8)
    @given(happens=st.lists(steps, min_size=10, max_size=20))
    def whatever(happens: list[tuple[Any, ...]]) -> None:
        travel.move_to(NOW, tick=False)
        with world.session.begin_nested() as everything:
            happen(Story(world, travel, (*stages,)), happens, tally)  # type: ignore[arg-type]
            everything.rollback()
        world.session.expire_all()

    whatever()
    assert {"log", "void", "sell", "promise", "archive", "rename_ae", "freeze"} <= set(tally), tally


def happen(story: Story, happens: list[tuple[Any, ...]], tally: Counter[str]) -> None:
    for number, (name, *arguments) in enumerate(happens):
        with suppress(RuleBroken, IndexError), story.session.begin_nested():  # what is refused has not happened
            getattr(story, name)(*arguments)
            tally[name] += 1
        story.check(number)
