"""A fit definition and the list rules, and the short ways in which tests write, propose and sign them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from abm.agreement.models import Verdict, Version
from abm.definitions.catalogue import KINDS
from abm.definitions.models import Definition, begin_definition
from abm.definitions.stages import DEFAULT_STAGES, STAGES
from abm.people.models import User
from abm.people.seats import Side, seats
from tests.cast import Cast, sign_in

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
PHARMA = {"field": "industry", "operator": "is one of", "values": ["Pharma", "Food"], "weight": 40}
LARGE = {"field": "employees", "operator": "is between", "least": 200, "most": 5000, "weight": 20}
CRITERIA: dict[str, Any] = {"criteria": [PHARMA, LARGE]}
RULES = {"remind_after_days": 3, "also_with_after_days": 6, "expires_after_days": 21, "carry_over_weeks": 2}
STRICT = {**STAGES.written(DEFAULT_STAGES), "window_days": 30, "engaged_minutes": 20, "coverage_percent_1": 60}
DRAFTS: dict[str, Mapping[str, Any]] = {"fit": CRITERIA, "list-rules": RULES, "stages": STRICT}


@dataclass
class Desk:
    """Where definitions are written and signed."""

    session: Session
    cast: Cast

    def begin(self, slug: str = "list-rules", *, at: datetime = NOW) -> Definition:
        return begin_definition(self.session, KINDS[slug], DRAFTS[slug], by=self.cast.wen, at=at)

    def change(self, definition: Definition, facts: Mapping[str, Any], **more: Any) -> None:
        definition.change(KINDS[definition.slug], facts, by=self.cast.wen, at=NOW, **more)

    def propose(self, definition: Definition, starts_on: date = TODAY, *, at: datetime = NOW) -> Version:
        return definition.propose(KINDS[definition.slug], starts_on=starts_on, by=self.cast.wen, at=at)

    def sign(
        self,
        definition: Definition,
        version: Version,
        side: Side,
        *,
        by: User | None = None,
        at: datetime = NOW,
        verdict: Verdict = Verdict.APPROVE,
        **said: str,
    ) -> bool:
        """Sign as the seat's holder, unless told otherwise."""
        by = by or {Side.MARKETING: self.cast.amara, Side.SALES: self.cast.renata}[side]
        digest = said.pop("digest", version.digest)
        seat = seats(self.session)[side]
        return definition.sign(version, seat=seat, by=by, at=at, verdict=verdict, digest=digest, **said)

    def agree(self, definition: Definition, starts_on: date = TODAY, *, at: datetime = NOW) -> Version:
        """Propose the draft and have both seats sign it."""
        version = self.propose(definition, starts_on, at=at)
        self.sign(definition, version, Side.SALES, at=at)
        self.sign(definition, version, Side.MARKETING, at=at + timedelta(minutes=5))
        return version


@dataclass
class Web:
    """A browser beside the test's own session, which lets go of the database before each request."""

    client: FlaskClient
    session: Session

    def sign_in(self, user: User) -> None:
        sign_in(self.client, user)

    def get(self, address: str) -> TestResponse:
        self.session.rollback()
        return self.client.get(address)

    def post(self, address: str, data: Mapping[str, Any] | None = None) -> TestResponse:
        self.session.rollback()
        return self.client.post(address, data=data)


@pytest.fixture
def desk(session: scoped_session[Session], cast: Cast) -> Desk:
    return Desk(session(), cast)


@pytest.fixture
def web(client: FlaskClient, desk: Desk) -> Iterator[Web]:
    """A browser, by the clock too."""
    with time_machine.travel(NOW, tick=False):
        yield Web(client, desk.session)
