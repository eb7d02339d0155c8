"""A signed list of three accounts, and short ways to let things happen on it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from abm.accounts.models import Account, create_account
from abm.agreement.models import Verdict
from abm.kit.clock import Quarter, Week
from abm.people.models import User
from abm.people.seats import Side, seats
from abm.progress.moments import moment_of
from abm.progress.queries import WeekOfList, week_of_list
from abm.progress.weekly import AccountWeek
from abm.targets.kinds import Outcome
from abm.targets.models import open_list
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from abm.touches.models import Touch
from tests.cast import Cast

NOW = datetime(2026, 11, 26, 11, 0, tzinfo=UTC)  # Thursday of 2026-w48
WEEK = Week(2026, 48)
QUARTER = Quarter(2026, 4)
SIGNED = datetime(2026, 9, 25, 9, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Ground:
    """A signed list of a quarter (2026-q4) with one account per tier, and a short way to log."""

    def __init__(self, session: Session, cast: Cast, quarter: Quarter = QUARTER, signed: datetime = SIGNED) -> None:
        self.session, self.cast, self.keys = session, cast, 0
        self.list = open_list(cast.organisation, quarter, by=cast.ines, at=signed)
        self.accounts = [self._account(f"Company {tier}", tier, signed) for tier in (1, 2, 3)]
        self.sign(signed)

    def _account(self, name: str, tier: int, at: datetime = SIGNED) -> Account:
        account = create_account(self.cast.organisation, name=name, by=self.cast.wen, at=at)
        account.assign(self.cast.tomas, first_day=date(2026, 9, 1), by=self.cast.ines, at=at)
        self._enter(account, tier, at)
        return account

    def _enter(self, account: Account, tier: int, at: datetime) -> None:
        entry = self.list.enter(account, by=self.cast.ines, at=at)
        entry.place(tier=tier, ae=self.cast.tomas, outcome=Outcome.IN, by=self.cast.ines, at=at)

    def go_on(self, quarter: Quarter, signed: datetime) -> None:
        """The same accounts on the list of another quarter."""
        self.list = open_list(self.cast.organisation, quarter, by=self.cast.ines, at=signed)
        for tier, account in enumerate(self.accounts, 1):
            self._enter(account, tier, signed)
        self.sign(signed)

    def sign(self, at: datetime = SIGNED) -> None:
        organisation = self.cast.organisation
        version = self.list.propose(organisation=organisation, by=self.cast.ines, at=at)
        for side, person in ((Side.SALES, self.cast.renata), (Side.MARKETING, self.cast.amara)):
            self.list.sign(
                version,
                seat=seats(self.session)[side],
                by=person,
                at=at,
                digest=version.digest,
                verdict=Verdict.APPROVE,
                comment="",
                organisation=organisation,
            )
        self.session.commit()

    def log(
        self,
        tier: int,
        side: TouchSide,
        when: datetime,
        kind: tuple[Channel, str] = (Channel.EMAIL, "sent"),
        direction: Direction = Direction.OUTBOUND,
    ) -> Touch:
        self.keys += 1
        by: User = self.cast.tomas if side is TouchSide.SALES else self.cast.priya
        touch = log_touch(
            self.accounts[tier - 1],
            organisation=self.cast.organisation,
            by=by,
            at=max(NOW, when),
            client_key=f"key-{self.keys}",
            imported=True,
            side=side,
            direction=direction,
            channel=kind[0],
            outcome=kind[1],
            when=when,
        )
        self.session.commit()
        return touch

    def week(self, week: Week = WEEK, quarter: Quarter | None = None) -> WeekOfList:
        moment = moment_of(self.cast.organisation, week, quarter)
        assert moment is not None
        found = week_of_list(self.session, self.cast.organisation, moment)
        assert found is not None
        return found

    def row(self, tier: int, week: Week = WEEK) -> AccountWeek:
        return next(row for row in self.week(week).rows if row.tier == tier)
