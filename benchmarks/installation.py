"""An installation with the invented company in it, ready to be asked."""

from __future__ import annotations

import gc
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from abm.app import create_app
from abm.kit import clock
from abm.kit.config import Config
from abm.kit.db import db, writing
from abm.kit.migrate import upgrade
from abm.people.models import User
from benchmarks.agreements import launch_campaign, sign_list, tier_of
from benchmarks.company import Company, found_company
from benchmarks.databases import database, settle
from benchmarks.history import work_accounts
from tests.cast import sign_in

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SECRET = "a secret that only benchmarks use, long enough for it"  # noqa: S105 of a database that is thrown away


@dataclass(frozen=True)
class Browser:
    """What a browser sends with every request, and with every form."""

    cookie: str
    token: str


@dataclass(frozen=True)
class Site:
    """The application on its database; `folder` takes files that are made on the way."""

    url: str
    app: Flask
    engine: Engine
    company: Company
    folder: Path

    def signed_in(self, user: User) -> Browser:
        """The browser of somebody who has signed in and opened a page."""
        client = sign_in(self.app.test_client(), user)
        token = TOKEN.search(client.get("/accounts").text)
        cookie = client.get_cookie("session")
        assert token is not None, "signing in did not work"
        assert cookie is not None, "signing in left no cookie"
        return Browser(f"session={cookie.value}", token[1])


@contextmanager
def site(engine: str, *, accounts: int, touches: int) -> Iterator[Site]:
    """A fresh installation on this engine. It goes away afterwards."""
    with database(engine) as url, tempfile.TemporaryDirectory(prefix="abm-bench-") as folder:
        upgrade(url)
        app = create_app(Config(database_url=url, secret_key=SECRET))
        with app.app_context():
            connections = db.engine
            company = _fill(accounts=accounts, touches=touches)
        settle(url)
        gc.collect()
        gc.freeze()  # as where the product is served
        try:
            yield Site(url, app, connections, company, Path(folder))
        finally:
            gc.unfreeze()
            connections.dispose()


def _fill(*, accounts: int, touches: int) -> Company:
    with writing() as session:
        company = found_company(session(), accounts=accounts, now=clock.now())
        tiers = [tier_of(number, accounts) for number in company.accounts]
        sign_list(session(), company)
        work_accounts(session(), company, touches=touches, tiers=tiers)
        launch_campaign(session(), company)
        for row in (company.cast.organisation, *company.cast.everyone.values()):
            session.refresh(row)  # they are asked for numbers and names when this session is gone
        session.expunge_all()
    return company
