"""A whole CRM comes in by the upload that every user has: what it asks, what it keeps, and what it leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from abm.accounts.models import Account, Opportunity
from abm.kit.config import Config
from abm.people.models import Role, RoleGrant, Team
from tests.cast import Cast
from tests.imports.files import counted
from tests.maven.world import FILES, Maven, Sheets

ROOT = Path(__file__).resolve().parents[2]
MILLION_DOLLARS = 1_000_000 * 100


def test_only_what_a_stage_means_is_asked_and_its_deals_wait_for_the_answer(maven: Maven) -> None:
    deals = maven.sheets.read("opportunities")
    assert maven.asked["opportunities"] == deals["deal_stage"].value_counts().to_dict()
    assert maven.before == {
        "accounts": {"add": 85, "update": 0, "same": 0, "bad": 0},
        "people": {"add": 35, "update": 0, "same": 0, "bad": 0},
        "opportunities": {"add": 0, "update": 0, "same": 0, "bad": len(deals)},
    }


def test_every_account_comes_in_with_its_revenue_in_whole_dollars_and_its_parent(maven: Maven) -> None:
    file = maven.sheets.read("accounts")
    with maven.session() as session:
        rows = session.scalars(select(Account).options(joinedload(Account.parent))).all()
        kept = {one.name: (one.revenue, one.revenue_currency, one.parent and one.parent.name) for one in rows}
    dollars = (file["revenue"] * MILLION_DOLLARS).round().astype(int)
    above = dict(file.dropna(subset="subsidiary_of")[["account", "subsidiary_of"]].values)
    wanted = {name: (revenue, "USD", above.get(name)) for name, revenue in zip(file["account"], dollars, strict=True)}
    assert kept == wanted
    assert (len(above), len(set(above.values()))) == (15, 7)


def test_every_agent_sells_under_their_manager_in_their_region(maven: Maven) -> None:
    file = maven.sheets.read("people")
    with maven.session() as session:
        teams = session.scalars(select(Team).where(Team.name != "North")).all()
        regions = {team.manager.name: team.region for team in teams if team.manager}
        sellers = select(func.count()).select_from(RoleGrant).where(RoleGrant.role == Role.AE)
        assert session.scalar(sellers) == 35 + 2  # with the two of the cast
    assert regions == dict(zip(file["manager"], file["regional_office"], strict=True))
    page = maven.page("/admin/people?q=Rouche")
    assert "Celia Rouche" in page


def test_a_misspelling_stays_as_the_file_has_it_and_can_be_found(maven: Maven) -> None:
    with maven.session() as session:
        named = dict(session.execute(select(Account.industry, func.count()).group_by(Account.industry)).all())
        products = select(func.count()).where(Opportunity.name.startswith("GTXPro"))
        assert (named["technolgy"], named.get("technology")) == (12, None)
        assert session.scalar(products) == 1_480
        assert session.scalar(select(func.count()).where(Opportunity.name.startswith("GTX Pro"))) == 0
        assert session.scalar(select(Account.name).where(Account.country == "Philipines")) == "Bioholding"
    page = maven.page("/accounts?industry=technolgy")
    assert "Acme Corporation" in page
    assert "Betasoloin" not in page


def test_a_deal_without_an_account_or_a_day_is_unmatched_and_shown(maven: Maven) -> None:
    deals = maven.sheets.read("opportunities")
    unmatched = int((deals["account"].isna() | deals["engage_date"].isna()).sum())
    with maven.session() as session:
        found = [one for one in session.scalars(select(Opportunity)) if one.unmatched]
    assert len(found) == unmatched == 1_588
    assert f"{unmatched:,} deals without an account or a day" in maven.page("/")
    page = maven.page("/opportunities?state=unmatched")
    assert page.count("not matched yet") > 10


@pytest.mark.parametrize(("kind", "name"), [*FILES.items(), ("opportunities", "sales_pipeline_us_dates.csv")], ids=str)
def test_the_same_rows_again_change_nothing(maven: Maven, kind: str, name: str) -> None:
    with maven.session() as session:
        facts = counted(session)
    address = maven.upload(kind, name)
    assert maven.counts(address) == {"add": 0, "update": 0, "same": len(maven.sheets.read(kind)), "bad": 0}
    assert "Every good row is here already: there is nothing to apply." in maven.page(address)
    assert maven.wen.post(f"{address}/applications", data={"revision": 1}).status_code == 409
    with maven.session() as session:
        now = counted(session)
    assert {fact for fact in facts if facts[fact] != now[fact]} == {"Import", "ImportRow"}  # the preview alone


def test_the_command_line_does_the_same_and_asks_the_same(
    cast: Cast, config: Config, sheets: Sheets, tmp_path: Path
) -> None:
    assert cast.wen.email is not None
    done = _abm(config, "import", "accounts", str(sheets.folder / FILES["accounts"]), "--as", cast.wen.email)
    assert "accounts.csv: 85 new, 0 changed, 0 the same, 0 stay out." in done
    assert done.endswith("Applied 85 rows as import 1.\n")
    start = tmp_path / "start.csv"
    start.write_bytes(b"".join(sheets.content(FILES["opportunities"]).splitlines(keepends=True)[:201]))
    stages = sheets.read("opportunities")["deal_stage"][:200].value_counts()
    asked = _abm(
        config, "import", "opportunities", str(start), "--as", cast.wen.email, "--dry-run", "--stage", "Won=won"
    )
    assert f"start.csv: {stages['Won']} new, 0 changed, 0 the same, {200 - stages['Won']} stay out." in asked
    assert f"{stages['Lost']} rows have the stage “Lost”: say what it means, with --stage 'Lost=" in asked
    assert asked.endswith("Nothing is written.\n")


def _abm(config: Config, *arguments: str) -> str:
    """What the command prints, in a process of its own."""
    command = [sys.executable, "-c", "from abm.cli import main; main()", *arguments]
    settings = {"ABM_DATABASE_URL": config.database_url, "ABM_SECRET_KEY": config.secret_key}
    environ = {**os.environ, **settings, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
