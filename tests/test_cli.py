"""The `abm` command: each does its work, and says in a sentence what it will not do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import Account, create_account
from abm.app import create_app
from abm.audit.models import Event
from abm.cli import main
from abm.kit import clock
from abm.kit.config import Config
from abm.kit.db import db
from abm.stages.models import StageChange
from abm.touches.models import Rollup
from tests.audit.intruding import behind_the_back
from tests.cast import Cast
from tests.conftest import SECRET
from tests.engines import EngineKind

Abm = Callable[..., Result]
Scoped = scoped_session[Session]
ACCOUNTS = "name,website\nHalden Freight,halden.example\nOrbis Pharma,no domain at all\n"


@pytest.fixture
def abm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> Iterator[Abm]:
    """The command on this test's database, or on the one of `url`. A process would close what it opened by ending."""
    made: list[Flask] = []

    def keep(config: Config) -> Flask:
        made.append(create_app(config))
        return made[-1]

    def run(*words: str, url: str = database_url) -> Result:
        settings = {"ABM_DATABASE_URL": url, "ABM_SECRET_KEY": SECRET, "ABM_DATA_DIR": str(tmp_path)}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(main, words)

    monkeypatch.setattr("abm.app.create_app", keep)
    yield run
    for app in made:
        with app.app_context():
            db.engine.dispose()


def test_init_makes_the_database_once(abm: Abm, engine_kind: EngineKind) -> None:
    with engine_kind.empty() as url:
        early = abm("user", "add", "Wen", "wen@fathom.example", "--role", "revops", url=url)
        assert early.exit_code == 1
        assert "Run `abm init` first" in early.stderr
        first, second = abm("init", url=url), abm("init", url=url)
    assert "migrations applied" in first.output
    assert second.exit_code == 0
    assert "The database is up to date." in second.output


def test_a_person_is_added_with_a_link_and_an_unknown_role_is_refused(abm: Abm, cast: Cast, session: Scoped) -> None:
    assert cast.wen.active
    session.rollback()
    added = abm("user", "add", "Noor Haddad", "noor@fathom.example", "--role", "ae")
    assert added.exit_code == 0
    assert "/links/" in added.output
    refused = abm("user", "add", "Noor Haddad", "noor2@fathom.example", "--role", "emperor")
    assert refused.exit_code == 1
    assert "emperor" in refused.output


def test_an_import_tells_its_bad_rows_and_applies_the_good_ones(
    abm: Abm, cast: Cast, session: Scoped, tmp_path: Path
) -> None:
    file = tmp_path / "crm.csv"
    file.write_text(ACCOUNTS)
    words = ("import", "accounts", str(file), "--as", cast.wen.email or "")
    session.rollback()
    dry = abm(*words, "--dry-run")
    assert "1 new, 0 changed, 0 the same, 1 stay out" in dry.output
    assert "Row 3: " in dry.output
    assert "Nothing is written." in dry.output
    assert "Applied 1 rows" in abm(*words).output
    again = abm(*words)
    assert "there is nothing to apply" in again.output.lower()
    assert session.scalar(select(func.count()).select_from(Account)) == 1


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (("marcus", ACCOUNTS), "Marcus Bell may not import files"),
        (("nobody", ACCOUNTS), "Nobody who is active here has the e-mail address"),
        (("wen", ""), "The file is empty"),
        (("wen", "city\nOslo\n"), "name"),
    ],
)
def test_an_import_that_cannot_be_is_a_sentence_and_writes_nothing(
    abm: Abm, session: Scoped, tmp_path: Path, case: tuple[str, str], sentence: str
) -> None:
    who, content = case
    file = tmp_path / "crm.csv"
    file.write_text(content)
    session.rollback()
    refused = abm("import", "accounts", str(file), "--as", f"{who}@fathom.example")
    assert refused.exit_code == 1
    assert sentence in refused.output
    assert session.scalar(select(func.count()).select_from(Account)) == 0


def test_the_audit_trail_is_whole_until_somebody_changes_a_row(
    abm: Abm, database_url: str, cast: Cast, session: Scoped
) -> None:
    event = session.scalars(select(Event.id).where(Event.subject_id == cast.tomas.id).limit(1)).one()
    session.rollback()
    noted = abm("audit", "head").output.strip()
    assert "The audit trail is whole." in abm("audit", "verify", "--head", noted).output
    behind_the_back(database_url, f"UPDATE event SET verb = 'approved' WHERE id = {event}")
    found = abm("audit", "verify")
    assert found.exit_code == 1
    assert f"event {event} (link " in found.output
    assert "--head is what" in abm("audit", "verify", "--head", "rubbish").output


def test_the_key_of_records_is_printed_the_same_every_time(abm: Abm) -> None:
    printed = abm("record-key").output.strip()
    assert re.fullmatch(r"(?:[0-9a-f]{4} ){7}[0-9a-f]{4}", printed)
    assert abm("record-key").output.strip() == printed


def test_kept_counts_are_checked_and_set_right(abm: Abm, session: Scoped, cast: Cast) -> None:
    halden = create_account(cast.organisation, name="Halden Freight", by=cast.wen, at=clock.now())
    kind = {"side": "sales", "direction": "outbound", "channel": "call", "outcome_class": "responded"}
    session.add(Rollup(account_id=halden.id, quarter="2026-q4", week="2026-w48", touches=3, minutes=6, **kind))
    moved = {"stage_before": "target", "stage": "aware", "why": "facts", "cause": "none", "facts": {}}
    session.add(StageChange(account_id=halden.id, day=date(2026, 11, 20), **moved))
    session.commit()

    checked = abm("rollups", "rebuild", "--check")
    assert checked.exit_code == 1
    assert "says 3 touches and 6 minutes, the facts 0 and 0" in checked.output
    assert "1 differences set right." in abm("rollups", "rebuild").output
    assert "Nothing differs: the rollups equal the facts." in abm("rollups", "rebuild", "--check").output
    checked = abm("stages", "rebuild", "--check")
    assert checked.exit_code == 1
    assert f"account {halden.id}, 2026-11-20: says aware, the facts no change" in checked.output
    assert "1 differences set right." in abm("stages", "rebuild").output
    assert "the changes of stages equal the facts." in abm("stages", "rebuild", "--check").output
    assert "the counts of commitments equal the facts." in abm("commitments", "recompute", "--check").output
