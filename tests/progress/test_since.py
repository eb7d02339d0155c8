"""Since when an account is on the list: changes of AE, tier and quarter, and carrying over, begin nothing anew.

One that is disqualified is waited for no longer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask

from abm.kit.clock import Week
from abm.progress.weekly import AccountWeek, Joint
from abm.rhythm.facts import agenda_facts
from abm.stages.exits import ExitReason, leave
from abm.stages.models import ExitKind
from abm.targets.kinds import Outcome
from abm.touches.kinds import TouchSide
from tests.cast import sign_in
from tests.progress.ground import MONDAY, NOW, WEEK, Ground


def row_at(ground: Ground, at: datetime) -> AccountWeek:
    with time_machine.travel(at, tick=False):
        return ground.row(1, Week.of(at.date()))


def place(ground: Ground, at: datetime, *, outcome: Outcome = Outcome.IN, marcus: bool = False) -> None:
    entry = next(one for one in ground.list.entries if one.account is ground.accounts[0])
    ae = ground.cast.marcus if marcus else ground.cast.tomas
    reason = "Bought" if outcome is Outcome.OUT else ""
    entry.place(tier=1, ae=ae, outcome=outcome, reason=reason, by=ground.cast.ines, at=at)
    ground.sign(at + timedelta(minutes=1))


def test_another_ae_ends_neither_standstill_nor_lateness(app: Flask, ground: Ground) -> None:
    assert (ground.row(1).stalled, ground.row(1).joint) == (True, Joint.PAST)
    place(ground, NOW - timedelta(hours=2), marcus=True)
    assert (ground.row(1).stalled, ground.row(1).joint) == (True, Joint.PAST)
    page = sign_in(app.test_client(), ground.cast.vera).get("/accounts/company-1").text
    assert "Stalled" in page


def test_a_list_that_is_carried_over_into_the_next_quarter_goes_on(ground: Ground) -> None:
    row = row_at(ground, datetime(2027, 1, 7, 12, tzinfo=UTC))
    assert (row.stalled, row.joint) == (True, Joint.PAST)


def test_an_account_that_left_the_list_and_came_back_begins_anew(ground: Ground) -> None:
    place(ground, NOW - timedelta(days=3), outcome=Outcome.OUT)
    place(ground, NOW - timedelta(days=1))
    assert (ground.row(1).stalled, ground.row(1).joint) == (False, Joint.RESTING)
    assert ground.row(1, WEEK.plus(-1)).stalled  # before it left


def test_a_disqualified_account_is_neither_stalled_nor_untouched_nor_past_its_rhythm(ground: Ground) -> None:
    before = ground.row(1)
    assert (before.stalled, before.untouched, before.joint) == (True, True, Joint.PAST)
    account, then = ground.accounts[0], NOW - timedelta(days=50)
    leave(account, ExitKind.DISQUALIFIED, ExitReason.NO_NEED, "", by=ground.cast.renata, at=then)
    ground.session.commit()
    row = ground.row(1)
    assert (row.stalled, row.untouched, row.joint) == (False, False, Joint.RESTING)
    facts = agenda_facts(ground.week().rows)
    assert row.name not in {one.name for one in (*facts.stalled, *facts.untouched, *facts.past)}
    ground.log(1, TouchSide.SALES, MONDAY)
    assert ground.row(1).joint is Joint.SALES
