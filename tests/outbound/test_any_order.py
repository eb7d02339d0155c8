"""Whatever happens in whatever order, what is kept is what a plain recomputation from the facts gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from abm.accounts.models import Account
from abm.kit.rules import RuleBroken
from abm.outbound.drift import drifts
from abm.outbound.following import follow
from abm.outbound.recounting import recount
from abm.people.seats import note_absence
from abm.targets.models import Outcome, TargetList
from abm.touches.models import Channel, Touch, TouchSide
from abm.touches.rebuilding import differences
from tests.machines import BATCH, LONG
from tests.outbound.test_recounting import recomputed, stored
from tests.outbound.world import NOW, World

ACCOUNTS = ("Halden Freight", "Kestrel Foods")
SIDES = (TouchSide.SALES, TouchSide.MARKETING)
which = st.integers(0, len(ACCOUNTS) - 1)
steps = st.one_of(
    st.tuples(st.just("log"), which, st.integers(0, 30), st.sampled_from(SIDES)),
    st.tuples(st.just("log"), which, st.integers(0, 30), st.sampled_from(SIDES)),
    st.tuples(st.just("void"), st.integers(0, 9)),
    st.tuples(st.just("correct"), st.integers(0, 9), st.integers(0, 30), st.sampled_from(SIDES)),
    st.tuples(st.just("tier"), which, st.integers(1, 3)),
    st.tuples(st.just("leave"), which),
    st.tuples(st.just("ae"), which),
    st.tuples(st.just("away"), st.integers(0, 5)),
    st.tuples(st.just("leave_alone"), which),
    st.tuples(st.just("days"), st.integers(1, 20)),
)
NAMES = {"log", "void", "correct", "tier", "leave", "ae", "away", "leave_alone", "days"}


@dataclass
class Story:
    """Two accounts on the list, promises on them, and what happens."""

    world: World
    now: datetime = NOW
    accounts: list[Account] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)

    def begin(self) -> None:
        self.accounts = [self.world.account(name) for name in ACCOUNTS]
        self.world.agree_on(dict.fromkeys(self.accounts, 1))
        for account in self.accounts:
            self.world.promise(account, wanted=2)
        self.follow()

    def follow(self) -> None:
        follow(self.world.session, organisation=self.world.cast.organisation, at=self.now)

    def log(self, number: int, days: int, side: TouchSide) -> None:
        when = self.now - timedelta(days=days, hours=number)
        channel = Channel.CALL if days % 2 else Channel.EMAIL
        outcome = "voicemail" if channel is Channel.CALL else "sent"
        facts: dict[str, Any] = {"side": side, "channel": channel, "outcome": outcome}
        self.touches.append(self.world.log(self.accounts[number], when=when, **facts))

    def void(self, number: int) -> None:
        self._change(number, lambda touch: touch.void(by=self.world.cast.tomas, at=self.now, reason="by mistake"))

    def correct(self, number: int, days: int, side: TouchSide) -> None:
        facts: dict[str, Any] = {"when": self.now - timedelta(days=days), "side": side}
        self._change(number, lambda touch: touch.correct(by=self.world.cast.tomas, at=self.now, **facts))

    def _change(self, number: int, change: Callable[[Touch], object]) -> None:
        if number < len(self.touches) and self.touches[number].voided_at is None:
            change(self.touches[number])
            recount(self.world.session, [self.touches[number].account_id])

    def tier(self, number: int, tier: int) -> None:
        self._sign(number, tier=tier, outcome=Outcome.IN)

    def leave(self, number: int) -> None:
        self._sign(number, tier=1, outcome=Outcome.OUT)

    def _sign(self, number: int, *, tier: int, outcome: Outcome) -> None:
        target_list = self.world.session.scalars(select(TargetList)).unique().one()
        entry = next(one for one in target_list.entries if one.account_id == self.accounts[number].id)
        cast = self.world.cast
        entry.place(tier=tier, ae=cast.tomas, outcome=outcome, reason="As agreed", by=cast.ines, at=self.now)
        self.world.sign(target_list, at=self.now)

    def ae(self, number: int) -> None:
        account, cast = self.accounts[number], self.world.cast
        today = cast.organisation.today(self.now)
        other = cast.marcus if account.ae_on(today) is cast.tomas else cast.tomas
        account.assign(other, first_day=today, by=cast.wen, at=self.now)

    def away(self, days: int) -> None:
        cast = self.world.cast
        first = cast.organisation.today(self.now)
        note_absence(cast.tomas, first_day=first, last_day=first + timedelta(days=days), by=cast.ines, at=self.now)

    def leave_alone(self, number: int) -> None:
        account = self.accounts[number]
        account.leave_alone("In talks", until=None, by=self.world.cast.ines, at=self.now)

    def days(self, number: int) -> None:
        self.now += timedelta(days=number)


def test_any_order_gives_what_a_plain_recomputation_gives(world: World) -> None:
    tally = Counter[str]()

    @settings(BATCH, max_examples=300 if LONG else 10)
    @given(happens=st.lists(steps, min_size=4, max_size=14))
    def whatever(happens: list[tuple[Any, ...]]) -> None:
        happen(world, happens, tally)

    whatever()
    assert set(tally) == NAMES, tally  # each of them did happen


def happen(world: World, happens: list[tuple[Any, ...]], tally: Counter[str]) -> None:
    with world.session.begin_nested() as everything:
        story = Story(world)
        story.begin()
        for name, *arguments in happens:
            with suppress(RuleBroken):  # a refusal is no fault: nothing has happened then
                getattr(story, name)(*arguments)
                tally[name] += 1
            story.follow()
            assert stored(world) == recomputed(world)
            assert list(drifts(world.session)) == []
            assert list(differences(world.session)) == []
        everything.rollback()
    world.session.expire_all()
