"""A quarter, companies to put on its list, and the short ways in which tests sign."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from abm.accounts.models import Account, create_accounts
from abm.agreement.models import Verdict, Version
from abm.kit.clock import Quarter
from abm.people.models import User
from abm.people.seats import Seat, Side, seats
from abm.targets.models import Entry, Outcome, TargetList, open_list
from tests.cast import Cast, sign_in

BEFORE = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)  # the quarter has not begun
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # in its middle
QUARTER = Quarter(2026, 4)


@dataclass
class Ground:
    """The list of 2026-q4 and what it is made of."""

    session: Session
    cast: Cast
    target_list: TargetList
    accounts: list[Account]

    def seat(self, side: Side) -> Seat:
        return seats(self.session)[side]

    def put_in(
        self, account: Account, tier: int = 1, ae: User | None = None, *, by: User | None = None, at: datetime = NOW
    ) -> Entry:
        """Enter an account and decide that it is in."""
        by = by or self.cast.ines
        entry = self.target_list.enter(account, by=by, at=at)
        entry.place(tier=tier, ae=ae or self.cast.tomas, outcome=Outcome.IN, by=by, at=at)
        return entry

    def take_out(self, entry: Entry, *, at: datetime = NOW) -> None:
        by = self.cast.ines
        entry.place(tier=entry.tier, ae=entry.ae, outcome=Outcome.OUT, reason="Bought by a rival", by=by, at=at)

    def propose(self, *, by: User | None = None, at: datetime = NOW) -> Version:
        return self.target_list.propose(organisation=self.cast.organisation, by=by or self.cast.ines, at=at)

    def sign(
        self,
        version: Version,
        side: Side,
        *,
        by: User | None = None,
        at: datetime = NOW,
        digest: str | None = None,
        verdict: Verdict = Verdict.APPROVE,
        comment: str = "",
    ) -> bool:
        """Sign as the seat's holder, unless told otherwise."""
        holder = {Side.MARKETING: self.cast.amara, Side.SALES: self.cast.renata}[side]
        return self.target_list.sign(
            version,
            seat=self.seat(side),
            by=by or holder,
            at=at,
            digest=digest or version.digest,
            verdict=verdict,
            comment=comment,
            organisation=self.cast.organisation,
        )

    def agree(self, *, at: datetime = NOW) -> Version:
        """Propose the draft and have both seats sign it."""
        return self.sign_by_both(self.propose(at=at), at=at)

    def sign_by_both(self, version: Version, *, at: datetime = NOW) -> Version:
        self.sign(version, Side.SALES, at=at)
        self.sign(version, Side.MARKETING, at=at + timedelta(minutes=5))
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

    def post(self, address: str, data: dict[str, Any] | None = None) -> TestResponse:
        self.session.rollback()
        return self.client.post(address, data=data)


MakeAccounts = Callable[[int], list[Account]]


@pytest.fixture
def companies(session: scoped_session[Session], cast: Cast) -> MakeAccounts:
    """Make so many companies."""

    made = itertools.count()

    def make(count: int) -> list[Account]:
        names = [f"Company {next(made):04d}" for _ in range(count)]
        return create_accounts(cast.organisation, [{"name": name} for name in names], by=cast.wen, at=BEFORE)

    return make


@pytest.fixture
def ground(session: scoped_session[Session], cast: Cast, companies: MakeAccounts) -> Ground:
    """An empty draft and six companies, already saved."""
    found = Ground(session(), cast, open_list(cast.organisation, QUARTER, by=cast.ines, at=BEFORE), companies(6))
    session.commit()
    return found


@pytest.fixture
def web(client: FlaskClient, ground: Ground) -> Iterator[Web]:
    """A browser in the middle of the quarter, by the clock too."""
    with time_machine.travel(NOW, tick=False):
        yield Web(client, ground.session)
