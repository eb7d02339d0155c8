"""The demonstration as its readers see it: told once per run, copied and served per file of tests, in a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser

from abm.app import create_app
from abm.demo.building import build_demonstration
from abm.demo.keeping import keep_beginning
from abm.kit.config import Config
from abm.kit.db import db
from tests.browsers import chromium, serving
from tests.conftest import SECRET
from tests.engines import EngineKind
from tests.journeys.visitors import Visitors


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's database, built as `abm demo` builds it."""
    path = tmp_path_factory.mktemp("demonstration") / "told.sqlite3"
    config = Config(database_url=f"sqlite:///{path}", secret_key=SECRET, demo=True)
    assert build_demonstration(create_app(config))
    return path


@pytest.fixture(scope="module")
def demonstration(
    told: Path, engines: dict[str, EngineKind], compiled_templates: FileSystemBytecodeCache
) -> Iterator[Flask]:
    """The app on a copy of it, with its tokens, headers and policy as in production."""
    with engines["sqlite"].fresh() as url:
        shutil.copyfile(told, url.removeprefix("sqlite:///"))
        keep_beginning(url)
        app = create_app(Config(database_url=url, secret_key=SECRET, demo=True))
        app.jinja_env.bytecode_cache = compiled_templates
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def site(demonstration: Flask) -> Iterator[str]:
    with serving(demonstration) as address:
        yield address


@pytest.fixture(scope="module")
def visitors(browser: Browser, site: str) -> Iterator[Visitors]:
    """People of the cast, each in a browser of their own."""
    visitors = Visitors(browser, site)
    yield visitors
    visitors.leave()
