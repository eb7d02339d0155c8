"""From an empty database to the weekly view, through the screens alone: with JavaScript, and as plain forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser
from sqlalchemy import update

from abm.app import create_app
from abm.kit import clock
from abm.kit.config import Config
from abm.kit.db import db, writing
from abm.people.sessions import SignIn
from tests.browsers import serving
from tests.conftest import SECRET
from tests.journeys.steps import accounts, agreement, campaigns, outbound
from tests.journeys.steps.people import PASSWORD, ZONE, Company
from tests.journeys.visitors import Visitors

# What a browser shows is the same on either engine; the rules behind it are tested on both.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)]

HALDEN, KESTREL, ORBIS, TARN = "Halden Freight", "Kestrel Foods", "Orbis Pharma", "Tarn Dairies"
TOMAS, MARCUS = "Tomás Ferreira", "Marcus Bell"


@pytest.fixture
def empty(database_url: str, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """An installation that nobody has set up yet, with its tokens and its policy."""
    app = create_app(Config(database_url=database_url, secret_key=SECRET))
    app.jinja_env.bytecode_cache = compiled_templates
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_company_walks_from_its_founding_to_its_first_week(empty: Flask, browser: Browser, script: bool) -> None:
    with serving(empty) as address:
        visitors = Visitors(browser, address)
        company = Company(visitors, script=script)
        bring_accounts(company)
        agree_on_the_list(company)
        let_an_hour_pass(empty)
        change_the_list(company)
        plan_and_launch(company)
        work_it(company)
        agreement.roll_over(company.ines, 4)
        complaints = [one for one in visitors.complaints if not refusal(one)]
        visitors.leave()
    assert complaints == []


def refusal(complaint: str) -> bool:
    """A browser complains of every 422, and of a search that a newer one overtook: the steps ask for both."""
    return "status of 422" in complaint or "htmx:sendAbort" in complaint or "htmx:afterRequest" in complaint


def bring_accounts(company: Company) -> None:
    accounts.import_accounts(company.wen)
    accounts.add_by_hand(company.wen)
    accounts.assign(company.ines, ORBIS, MARCUS)
    accounts.find_again(company.priya)
    accounts.know_somebody(company.tomas, KESTREL, "Nia Park")
    accounts.open_a_deal(company.tomas, KESTREL)


def agree_on_the_list(company: Company) -> None:
    """Drafted by both sides; declined with a reason, mended, and signed by both."""
    agreement.start_list(company.priya)
    agreement.place(company.ines, HALDEN, 1, TOMAS)
    agreement.place(company.ines, KESTREL, 1, TOMAS)
    agreement.nominate(company.tomas, HALDEN, "They ship vaccines from March.")
    agreement.assess(company.priya, KESTREL)
    agreement.place_together(company.ines, ORBIS, TARN)
    agreement.propose(company.ines, 1)
    agreement.decline(company.renata, 1, "Tarn buys nothing before summer.")
    agreement.place(company.ines, TARN, 2, MARCUS, outcome="Out", why="Buys nothing before summer")
    agreement.propose(company.ines, 2)
    agreement.sign(company.renata, 2, "Signed. The other seat is told.")
    agreement.sign(company.amara, 2, "Version 2 is signed by both.")


def let_an_hour_pass(empty: Flask) -> None:
    """Nobody has given a password lately: the next signature asks for it."""
    with empty.app_context(), writing() as session:
        session.execute(update(SignIn).values(confirmed_at=clock.now() - timedelta(hours=1)))
        session.commit()


def change_the_list(company: Company) -> None:
    """The next version shows only what it changes; the one before holds until both have signed."""
    agreement.place(company.ines, ORBIS, 1, MARCUS)
    agreement.too_much(company.ines, "Tier 1 has 3 accounts where 2 fit")
    agreement.accept_more(company.renata, "CRO", "Orbis buys this quarter")
    agreement.place(company.ines, ORBIS, 2, MARCUS)
    agreement.place(company.priya, TARN, 3, MARCUS)
    agreement.propose(company.priya, 3)
    agreement.difference(company.priya, "1 in", "3 kept", TARN)
    agreement.sign(company.amara, 3, "Signed. The other seat is told.", password=PASSWORD)
    agreement.sign(company.renata, 3, "Version 3 is signed by both.", password=PASSWORD)


def plan_and_launch(company: Company) -> None:
    today = clock.day_of(clock.now(), ZONE)
    campaigns.begin_plan(company.priya, today)
    campaigns.fill_sections(company.priya, today)
    campaigns.submit(company.priya, 1)
    campaigns.ask_for_a_change(company.ines)
    campaigns.meet_the_change(company.priya)
    campaigns.approve(company.ines, PASSWORD)
    campaigns.launch(company.priya, 2, 2)


def work_it(company: Company) -> None:
    outbound.accept(company.tomas)
    outbound.log_on_account(company.tomas, HALDEN, script=company.script)
    outbound.log_in_today(company.tomas, KESTREL)
    outbound.read_the_week(company.renata)
