"""The worker minds proposals that wait: once, however many look, and beside people who sign."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import create_account
from abm.agreement.models import State, Verdict, Version
from abm.audit.models import Event
from abm.jobs import worker
from abm.kit.clock import Quarter
from abm.kit.db import writing
from abm.kit.rules import RuleBroken
from abm.people.mail import Letter
from abm.people.models import Organisation, User
from abm.people.seats import Side, seats
from abm.targets.models import Outcome, Reminder, TargetList, open_list
from abm.targets.reminding import let_time_pass, lists_with_something_due
from tests.cast import Cast
from tests.jobs.conftest import Mailbox

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LAST = datetime(2026, 12, 8, 23, 0, tzinfo=UTC)


@pytest.fixture
def proposed(session: scoped_session[Session], cast: Cast) -> int:
    """A list whose first version waits; its id."""
    account = create_account(cast.organisation, name="Halden Freight", by=cast.wen, at=NOW)
    target_list = open_list(cast.organisation, Quarter(2026, 4), by=cast.ines, at=NOW)
    entry = target_list.enter(account, by=cast.ines, at=NOW)
    entry.place(tier=1, ae=cast.tomas, outcome=Outcome.IN, by=cast.ines, at=NOW)
    target_list.propose(organisation=cast.organisation, by=cast.ines, at=NOW)
    session.commit()
    return target_list.id


def counted(app: Flask) -> tuple[int, int, int]:
    """Reminders, letters and events of expiry."""
    with app.app_context(), writing(False) as session:
        expired = select(func.count()).select_from(Event).where(Event.verb == "expired")
        rows = [select(func.count()).select_from(table) for table in (Reminder, Letter)]
        reminders, letters, ends = (session.scalar(one) or 0 for one in (*rows, expired))
        return reminders, letters, ends


def at_once(*actions: Callable[[], None]) -> list[BaseException]:
    """Run these at the same instant, each in a thread; what went wrong but for refusals in a sentence."""
    barrier, faults = threading.Barrier(len(actions)), list[BaseException]()

    def run(action: Callable[[], None]) -> None:
        barrier.wait()
        try:
            action()
        except RuleBroken:
            pass
        except BaseException as fault:  # noqa: BLE001 a thread hands every fault to the test
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def minding(app: Flask, at: datetime) -> Callable[[], None]:
    def mind() -> None:
        with app.app_context(), writing() as session:
            for target_list in lists_with_something_due(session(), at):
                let_time_pass(target_list, at)
                session.commit()

    return mind


def test_the_loop_writes_reminders_sends_them_and_closes_what_waited_too_long(
    app: Flask, session: scoped_session[Session], proposed: int, mailbox: Mailbox, work: Callable[[], None]
) -> None:
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        for _ in range(2):
            work()
    assert {letter["To"] for letter in mailbox.letters} == {"amara@fathom.example", "renata@fathom.example"}
    html = mailbox.letters[0].get_body(preferencelist=("html",))
    assert html is not None
    assert "/quarters/2026-q4/list/versions/1" in html.get_content()
    with time_machine.travel(LAST, tick=False):
        for _ in range(2):
            work()
    assert counted(app) == (2, 5, 1)


def test_the_loop_looks_whether_a_proposal_waits_without_writing(
    app: Flask, proposed: int, work: Callable[[], None]
) -> None:
    with time_machine.travel(NOW, tick=False):
        work()
    with app.app_context():
        for late, due in ((timedelta(days=1), False), (timedelta(days=2), True), (LAST - NOW, True)):
            with time_machine.travel(NOW + late, tick=False), writing(False) as session:
                assert worker._something_due(session(), whole=False) is due


def test_two_workers_that_look_at_once_write_each_letter_once(
    app: Flask, session: scoped_session[Session], proposed: int
) -> None:
    session.rollback()
    assert at_once(*[minding(app, NOW + timedelta(days=5))] * 3) == []
    assert counted(app) == (3, 3, 0)
    assert at_once(*[minding(app, LAST)] * 3) == []
    assert counted(app) == (3, 6, 1)


def test_a_last_signature_and_the_end_of_its_time_never_both_count(
    app: Flask, session: scoped_session[Session], proposed: int
) -> None:
    session.rollback()

    def sign(side: Side, name: str) -> None:
        with app.app_context(), writing() as own:
            target_list = own.get_one(TargetList, proposed)
            version = target_list.document.versions[-1]
            target_list.sign(
                version,
                seat=seats(own())[side],
                by=own.scalars(select(User).where(User.name.startswith(name))).one(),
                at=LAST - timedelta(seconds=1),
                digest=version.digest,
                verdict=Verdict.APPROVE,
                organisation=own.get_one(Organisation, 1),
            )
            own.commit()

    sign(Side.SALES, "Renata")
    assert at_once(lambda: sign(Side.MARKETING, "Amara"), minding(app, LAST)) == []
    with app.app_context(), writing(False) as own:
        version = own.scalars(select(Version)).one()
        voices = {one.voice for one in version.valid_signatures()}
        assert (version.state, len(voices)) in {(State.SIGNED, 2), (State.EXPIRED, 1)}
