"""A small week of work: companies, the AE who answers for them, and what was promised on them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account, Contact, add_contact, create_account
from abm.agreement.signatures import Verdict
from abm.kit.clock import Quarter
from abm.outbound.models import Commitment, CommitmentSource, Credit
from abm.outbound.recounting import count_latest
from abm.people.models import User
from abm.people.seats import Side, seats
from abm.targets.models import Outcome, TargetList, open_list
from abm.touches.logging import log_touch
from abm.touches.models import Channel, Direction, Touch, TouchSide
from tests.cast import Cast, sign_in

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday
MONDAY = date(2026, 11, 23)
VOICEMAIL: dict[str, Any] = {
    "side": TouchSide.SALES,
    "direction": Direction.OUTBOUND,
    "channel": Channel.CALL,
    "outcome": "voicemail",
}


@dataclass
class World:
    """The company at work. Everything that it makes is flushed; tests commit before they send a request."""

    session: Session
    cast: Cast

    def __post_init__(self) -> None:
        self.numbers = count(1)

    def enter(self, client: FlaskClient, user: User) -> FlaskClient:
        """Sign somebody in; what the test has made so far is saved first."""
        self.session.refresh(user)
        self.session.commit()
        return sign_in(client, user)

    def account(self, name: str = "Halden Freight", ae: User | None = None) -> Account:
        """A company that Tomás answers for."""
        account = create_account(self.cast.organisation, name=name, by=self.cast.wen, at=NOW)
        account.assign(ae or self.cast.tomas, first_day=date(2026, 10, 1), by=self.cast.wen, at=NOW)
        return account

    def contact(self, account: Account, name: str = "Ana Reyes") -> Contact:
        return add_contact(account, name=name, by=self.cast.wen, at=NOW)

    def promise(self, account: Account, **facts: Any) -> Commitment:
        """Three touches by Tomás in this week and the next, unless said otherwise."""
        said = {
            "source": CommitmentSource.SALES_ASK,
            "source_id": f"ask-{next(self.numbers)}",
            "side": Side.SALES,
            "person": self.cast.tomas,
            "wanted": 3,
            "first_day": MONDAY,
            "last_day": MONDAY + timedelta(days=13),
            "why": "Three calls after the mailing",
            "made_at": NOW,
        }
        commitment = Commitment(account=account, **{**said, **facts})
        self.session.add(commitment)
        self.session.flush()
        return commitment

    def log(self, account: Account, *, by: User | None = None, when: datetime = NOW, **facts: Any) -> Touch:
        """A voicemail, unless said otherwise, counted as a route counts it."""
        touch = log_touch(
            account,
            organisation=self.cast.organisation,
            by=by or self.cast.tomas,
            at=max(NOW, when),
            client_key=f"key-{next(self.numbers)}",
            when=when,
            **{**VOICEMAIL, **facts},
        )
        count_latest(self.session, touch)
        return touch

    def agree_on(self, tiers: dict[Account, int]) -> None:
        """Put these accounts on this quarter's list and have both seats sign it, a month ago."""
        at = NOW - timedelta(days=30)
        target_list = open_list(self.cast.organisation, Quarter(2026, 4), by=self.cast.ines, at=at)
        for account, tier in tiers.items():
            entry = target_list.enter(account, by=self.cast.ines, at=at)
            entry.place(tier=tier, ae=self.cast.tomas, outcome=Outcome.IN, by=self.cast.ines, at=at)
        self.sign(target_list, at=at)

    def sign(self, target_list: TargetList, *, at: datetime) -> None:
        """Propose the draft and have both seats sign it: in force from then on."""
        version = target_list.propose(organisation=self.cast.organisation, by=self.cast.ines, at=at)
        for side, holder in ((Side.SALES, self.cast.renata), (Side.MARKETING, self.cast.amara)):
            target_list.sign(
                version,
                seat=seats(self.session)[side],
                by=holder,
                at=at,
                digest=version.digest,
                verdict=Verdict.APPROVE,
                comment="",
                organisation=self.cast.organisation,
            )

    def counts(self) -> dict[int, int]:
        """How many touches count towards each commitment. Leaves no transaction open for the next request."""
        found = Counter(self.session.scalars(select(Credit.commitment_id)))
        self.session.commit()
        return dict(found)
