"""A page that is only read does not wait for who is writing, whatever is noted beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from abm.agreement.models import Reading
from abm.kit import db as kit
from abm.kit.db import db
from tests.targets.browsing import LIST, proposed
from tests.targets.conftest import NOW, Ground, Web

PATIENCE = 600  # seconds for which a writer waits in these tests
ENOUGH = 20  # seconds for an answer


@pytest.fixture
def app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app, whose writers would wait for each other far longer than any test lasts."""
    longer = [one for one in kit.SQLITE_PRAGMAS if "busy_timeout" not in one]
    monkeypatch.setattr(kit, "SQLITE_PRAGMAS", (*longer, f"PRAGMA busy_timeout = {PATIENCE * 1000}"))
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("Only SQLite has one pen.")
    return app


@contextmanager
def somebody_writes() -> Iterator[None]:
    with kit.writing() as session:
        session.execute(text("SELECT 1"))  # a writer takes the pen as it begins
        yield


def test_a_version_is_shown_while_somebody_writes_and_the_look_is_noted_next_time(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    web.sign_in(ground.cast.vera)
    address, answers = f"{LIST}/versions/{version.number}", []
    ground.session.rollback()
    looks = select(Reading.user_id).where(Reading.version_id == version.id)
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):  # "last seen" is to be noted as well
        looking = threading.Thread(target=lambda: answers.append(web.client.get(address)))
        with somebody_writes():
            looking.start()
            looking.join(ENOUGH)
        assert [one.status_code for one in answers] == [200]
        assert ground.session.scalars(looks).all() == []
        assert web.get(address).status_code == 200
        assert ground.session.scalars(looks).all() == [ground.cast.vera.id]


def test_who_writes_after_such_a_page_waits_as_long_as_ever(web: Web, ground: Ground) -> None:
    version = proposed(ground)
    web.sign_in(ground.cast.vera)
    assert web.get(f"{LIST}/versions/{version.number}").status_code == 200
    with db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == PATIENCE * 1000
