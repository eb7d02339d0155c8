"""A list whose quarter is over is history: closed once by the worker, refused by the database, shown to be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from abm.agreement.models import State
from abm.audit.models import Event
from abm.jobs import worker
from abm.kit import guards
from abm.kit.clock import Quarter
from abm.kit.closed_lists import closed_list_rules
from abm.kit.db import writing
from abm.kit.rules import RuleBroken
from abm.people.seats import Side
from abm.targets.closing import close_for_good, lists_to_close
from abm.targets.models import Entry, Priority, Readiness, TargetList, open_list
from tests.cast import Cast, assemble
from tests.targets.browsing import LIST
from tests.targets.browsing import text as words_of
from tests.targets.conftest import NOW, Ground, Web
from tests.targets.post import open_post, taken

OVER = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Berlin
TICK = timedelta(microseconds=1)


@pytest.fixture
def closed(ground: Ground) -> Ground:
    """A signed list with both voices and a waiver, closed; and the open draft of the next quarter."""
    entry = ground.put_in(ground.accounts[0])
    entry.nominate(Priority.HIGH, "Tender", by=ground.cast.tomas, at=NOW)
    entry.assess(Readiness.READY, "", by=ground.cast.priya, at=NOW)
    for account in ground.accounts[1:6]:
        ground.put_in(account)
    ground.target_list.waive(
        f"ae:{ground.cast.tomas.public_id}:1",
        seat=ground.seat(Side.SALES),
        reason="One quarter only",
        by=ground.cast.renata,
        at=NOW,
        organisation=ground.cast.organisation,
    )
    ground.agree()
    following = open_list(ground.cast.organisation, Quarter(2027, 1), by=ground.cast.ines, at=NOW)
    following.enter(ground.accounts[0], by=ground.cast.ines, at=NOW)
    ground.target_list.close(at=OVER)
    ground.session.commit()
    return ground


def test_a_list_is_closed_when_its_quarter_is_over_and_not_before(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    assert lists_to_close(ground.session, OVER - TICK) == []
    with pytest.raises(RuleBroken, match="2026-q4 is not over"):
        ground.target_list.close(at=OVER - TICK)
    assert lists_to_close(ground.session, OVER) == [ground.target_list]
    ground.target_list.close(at=OVER)
    assert ground.target_list.closed_at == OVER
    assert lists_to_close(ground.session, OVER) == []
    event = ground.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.subject, event.verb, event.actor_id) == ("target_list", "closed", None)


def test_closing_twice_is_once(ground: Ground) -> None:
    for later in range(3):
        ground.target_list.close(at=OVER + timedelta(days=later))
    assert ground.target_list.closed_at == OVER
    assert ground.session.scalar(select(func.count()).select_from(Event).where(Event.verb == "closed")) == 1


def test_what_still_waits_ends_first_and_those_concerned_hear_of_it(ground: Ground) -> None:
    open_post(ground)
    ground.put_in(ground.accounts[0])
    version = ground.propose(at=OVER - timedelta(days=1))
    close_for_good(ground.target_list, OVER)
    assert (version.state, ground.target_list.closed_at) == (State.EXPIRED, OVER)
    assert {"Ines", "Amara", "Renata"} <= taken(ground).keys()


def test_the_worker_closes_every_list_that_is_due(app: Flask, session: scoped_session[Session], ground: Ground) -> None:
    open_list(ground.cast.organisation, Quarter(2027, 1), by=ground.cast.ines, at=NOW)
    session.commit()
    session.remove()
    for day in (-1, 0, 1):
        with app.app_context(), time_machine.travel(OVER + timedelta(days=day), tick=False):
            worker._look(whole=False)
            assert not lists_to_close(session(), OVER + timedelta(days=day))
            session.remove()
    with app.app_context(), writing(False) as reading:
        stood = {one.quarter: one.closed_at for one in reading.scalars(select(TargetList))}
        assert stood == {"2026-q4": OVER, "2027-q1": None}


@pytest.mark.parametrize(
    ("zone", "start_month", "quarter", "over"),
    [
        ("Europe/Berlin", 1, Quarter(2026, 1), datetime(2026, 3, 31, 22, 0, tzinfo=UTC)),  # summer time has begun
        ("America/New_York", 2, Quarter(2026, 3, 2), datetime(2025, 11, 1, 4, 0, tzinfo=UTC)),  # it ends a day later
        ("Pacific/Auckland", 7, Quarter(2027, 1, 7), datetime(2026, 9, 30, 11, 0, tzinfo=UTC)),
    ],
)
def test_a_quarter_is_over_by_the_organisations_clock(
    app: Flask, zone: str, start_month: int, quarter: Quarter, over: datetime
) -> None:
    with app.app_context(), writing() as session:
        cast: Cast = assemble(session(), zone=zone, fiscal_start_month=start_month)
        target_list = open_list(cast.organisation, quarter, by=cast.ines, at=over - timedelta(days=80))
        assert not target_list.over(over - TICK)
        assert target_list.over(over)
        assert lists_to_close(session(), over - TICK) == []
        assert lists_to_close(session(), over) == [target_list]


THIS = "(SELECT id FROM target_list WHERE quarter = '2026-q4')"
NEXT = "(SELECT id FROM target_list WHERE quarter = '2027-q1')"
ENTRY = f"(SELECT min(id) FROM entry WHERE list_id = {THIS})"


@pytest.mark.parametrize(
    "attack",
    [
        f"UPDATE entry SET tier = 3 WHERE list_id = {THIS}",
        f"UPDATE entry SET list_id = {NEXT} WHERE list_id = {THIS}",
        f"UPDATE entry SET list_id = {THIS} WHERE list_id = {NEXT}",
        f"DELETE FROM entry WHERE list_id = {THIS}",
        f"""INSERT INTO entry (public_id, list_id, account_id, with_children, motion, outcome, reason, changed_by_id,
            changed_at, revision) SELECT 'abcdefgh23456789', list_id, 99, with_children, motion, outcome, reason,
            changed_by_id, changed_at, 1 FROM entry WHERE id = {ENTRY}""",
        "UPDATE nomination SET why = 'Another'",
        "DELETE FROM nomination",
        f"""INSERT INTO nomination (entry_id, by_id, priority, why, at)
            SELECT {ENTRY}, by_id, priority, why, at FROM nomination""",
        "UPDATE assessment SET readiness = 'ready', why = 'Another'",
        "DELETE FROM assessment",
        f"""INSERT INTO assessment (entry_id, by_id, readiness, why, at)
            SELECT {ENTRY}, by_id, readiness, why, at FROM assessment""",
        f"UPDATE tier_policy SET max_accounts = 99 WHERE list_id = {THIS}",
        f"DELETE FROM tier_policy WHERE list_id = {THIS}",
        f"""INSERT INTO waiver (list_id, what, figure, side, by_id, at, reason)
            SELECT {THIS}, 'tier:1', 99, side, by_id, at, reason FROM waiver""",
        f"UPDATE target_list SET closed_at = NULL WHERE id = {THIS}",
        f"UPDATE target_list SET closed_at = created_at WHERE id = {THIS}",
        """INSERT INTO version (public_id, document_id, number, content, digest, proposed_by_id, proposed_at)
            SELECT 'abcdefgh23456789', document_id, 2, content, 'x', proposed_by_id, proposed_at FROM version""",
    ],
)  # fmt: skip
def test_the_database_itself_keeps_a_closed_list(closed: Ground, attack: str) -> None:
    with pytest.raises(DBAPIError, match=r"is over never changes|stays closed"):
        closed.session.execute(text(attack))


def test_a_closed_entry_cannot_be_replaced_either(closed: Ground) -> None:
    if closed.session.get_bind().dialect.name != "sqlite":
        pytest.skip("Only SQLite replaces rows.")
    columns = "public_id, account_id, with_children, motion, outcome, reason, changed_by_id, changed_at, revision"
    closed.session.commit()
    closed.session.execute(text("PRAGMA recursive_triggers = OFF"))
    for named in (f"id, {columns}", columns):
        replace = (
            f"INSERT OR REPLACE INTO entry (list_id, {named}) SELECT {NEXT}, {named} FROM entry WHERE id = {ENTRY}"
        )
        with pytest.raises(DBAPIError, match="is over never changes"):
            closed.session.execute(text(replace))


def test_what_is_open_goes_on_beside_it(closed: Ground) -> None:
    changed = closed.session.execute(text(f"UPDATE entry SET tier = 3 WHERE list_id = {NEXT}"))
    assert changed.rowcount == 1  # type: ignore[attr-defined]
    closed.session.execute(text(f"DELETE FROM entry WHERE list_id = {NEXT}"))
    assert closed.session.scalar(text(f"SELECT count(*) FROM entry WHERE list_id = {NEXT}")) == 0


def test_a_list_is_not_closed_beside_an_open_version(ground: Ground) -> None:
    ground.put_in(ground.accounts[0])
    ground.propose()
    with pytest.raises(DBAPIError, match="once no version of it waits"):
        ground.session.execute(text("UPDATE target_list SET closed_at = created_at"))


def test_every_table_of_a_list_has_its_three_rules() -> None:
    names = closed_list_rules().keys() & guards.RULES.keys()
    for table in ("entry", "tier_policy", "waiver", "nomination", "assessment"):
        assert {f"{table}__closed_{event}" for event in ("insert", "update", "delete")} <= names
        assert guards._table_of(f"{table}__closed_insert") == table


def test_a_closed_list_is_shown_to_be_read_with_the_way_on(web: Web, closed: Ground) -> None:
    entry = closed.session.scalars(select(Entry).where(Entry.list_id == closed.target_list.id).limit(1)).one()
    address = f"{LIST}/entries/{entry.public_id}"
    with time_machine.travel(OVER + timedelta(days=20), tick=False):
        web.sign_in(closed.cast.ines)
        for page in (LIST, f"{LIST}/policy", address, f"{LIST}/roll-over"):
            shown = web.get(page).get_data(as_text=True)
            assert 'method="post" action="/quarters' not in shown, page
            assert "2027-q1" in shown, page
        for page in (f"{LIST}/policy", address):
            assert "2026-q4 is over: its list is only read" in words_of(web.get(page))
            assert "How the quarter went" in words_of(web.get(page))
        refused = web.post(f"{address}/nominations", {"priority": "high", "why": "Late"})
        assert "2026-q4 is over: its list is history now." in words_of(refused)
        assert "This quarter had no list" in words_of(web.get("/quarters/2026-q2/list"))
