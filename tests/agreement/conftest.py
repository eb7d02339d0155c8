"""A list that both seats have signed, and the next version that they have not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, scoped_session

from abm.accounts.models import Account, create_account
from abm.agreement.models import Verdict, Version
from abm.kit.clock import Quarter
from abm.people.seats import Side, seats
from abm.targets.models import Membership, Outcome, TargetList, open_list
from tests.cast import Cast

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Agreed:
    """The list of 2026-q4: version 1 in force with two accounts, a third that is a candidate."""

    session: Session
    cast: Cast
    target_list: TargetList
    accounts: list[Account]
    version: Version

    def sign(self, version: Version, side: Side) -> bool:
        return self.target_list.sign(
            version,
            seat=seats(self.session)[side],
            by={Side.MARKETING: self.cast.amara, Side.SALES: self.cast.renata}[side],
            at=NOW,
            digest=version.digest,
            verdict=Verdict.APPROVE,
            organisation=self.cast.organisation,
        )

    def change_and_propose(self) -> Version:
        """Put the third account in, as version 2, and save it."""
        entry = self.target_list.enter(self.accounts[2], by=self.cast.ines, at=NOW)
        entry.place(tier=3, ae=self.cast.tomas, outcome=Outcome.IN, by=self.cast.ines, at=NOW)
        version = self.target_list.propose(organisation=self.cast.organisation, by=self.cast.ines, at=NOW)
        self.session.commit()
        return version

    def give_standing_signature(self, version: Version, side: Side) -> None:
        """Write a whole, right signature by SQL, so that only the last rule stands in the way."""
        values = {"version": version.id, "voice": side.value, "person": self.cast.amara.id, "digest": version.digest}
        self.session.execute(
            text(
                "INSERT INTO signature (version_id, voice, person_id, verdict, comment, at, digest) "
                "SELECT :version, :voice, :person, 'approve', '', proposed_at, :digest FROM version WHERE id = :version"
            ),
            values,
        )
        self.session.execute(
            text(
                "INSERT INTO standing_signature (version_id, voice, person_id, signature_id) "
                "SELECT version_id, voice, person_id, id FROM signature "
                "WHERE version_id = :version AND voice = :voice"
            ),
            {"version": version.id, "voice": side.value},
        )
        self.session.commit()

    def first_member(self) -> Membership:
        found = select(Membership).where(Membership.account_id == self.accounts[0].id, ~Membership.carried)
        return self.session.scalars(found).one()

    def other_account(self) -> Account:
        return self.accounts[2]


@pytest.fixture
def agreed(session: scoped_session[Session], cast: Cast) -> Agreed:
    """Version 1 is signed by both and in force."""
    names = ("Halden Freight", "Kestrel Foods", "Orbis Pharma")
    accounts = [create_account(cast.organisation, name=name, by=cast.wen, at=NOW) for name in names]
    target_list = open_list(cast.organisation, Quarter(2026, 4), by=cast.ines, at=NOW)
    for account in accounts[:2]:
        entry = target_list.enter(account, by=cast.ines, at=NOW)
        entry.place(tier=1, ae=cast.tomas, outcome=Outcome.IN, by=cast.ines, at=NOW)
    version = target_list.propose(organisation=cast.organisation, by=cast.ines, at=NOW)
    found = Agreed(session(), cast, target_list, accounts, version)
    for side in Side:
        found.sign(version, side)
    session.commit()
    return found
