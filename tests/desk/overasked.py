"""A draft that asks for more than people did."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from abm.accounts.models import Account, create_account
from abm.desk.work import work_of
from abm.kit.clock import Quarter, Week
from abm.people.models import User
from abm.people.seats import Side
from abm.targets.models import Outcome, Waiver, open_list
from abm.targets.weighing import weigh
from abm.targets.work import Work
from abm.targets.workload import Asked
from abm.touches.logging import log_touch
from abm.touches.models import Channel, Direction, Touch, TouchSide
from tests.campaigns.world import NOW
from tests.cast import Cast

REASON = "A launch in February"


class Ground:
    """Next quarter's draft: Tomás planned for six accounts of tier 2, who did two touches in each of eight weeks."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session, self.cast = session, cast
        self.list = open_list(cast.organisation, Quarter(2027, 1), by=cast.ines, at=NOW)
        self.accounts = [self.place(f"Company {number}", cast.tomas) for number in range(6)]
        for back in range(1, 9):
            monday = Week.of(NOW.date()).plus(-back).monday
            for number in range(2):
                self.log(self.accounts[number], cast.tomas, monday + timedelta(days=number))
            self.log(self.accounts[2], cast.priya, monday, TouchSide.MARKETING)
        session.commit()

    def place(self, name: str, ae: User, tier: int = 2) -> Account:
        account = create_account(self.cast.organisation, name=name, by=self.cast.wen, at=NOW)
        entry = self.list.enter(account, by=self.cast.ines, at=NOW)
        entry.place(tier=tier, ae=ae, outcome=Outcome.IN, by=self.cast.ines, at=NOW)
        return account

    def log(self, account: Account, by: User, day: date, side: TouchSide = TouchSide.SALES) -> Touch:
        when = datetime(day.year, day.month, day.day, 9, tzinfo=NOW.tzinfo)
        return log_touch(
            account,
            organisation=self.cast.organisation,
            by=by,
            at=NOW,
            client_key=f"{by.id} {account.id} {day} {side}",
            side=side,
            direction=Direction.OUTBOUND,
            channel=Channel.EMAIL,
            outcome="sent",
            when=when,
        )

    def work(self) -> Work:
        return work_of(self.session, self.list, organisation=self.cast.organisation, at=NOW)

    def asked(self, who: str) -> Asked:
        return next(one for one in weigh(self.list.draft(), self.work()).asked if one.who == who)

    def accept(self, side: Side, what: str = "", *, by: User | None = None, reason: str = REASON) -> Waiver:
        seat = self.list.seats()[side]
        return self.list.waive(
            what or f"asked:sales:{self.cast.tomas.public_id}",
            seat=seat,
            reason=reason,
            by=by or {Side.SALES: self.cast.renata, Side.MARKETING: self.cast.amara}[side],
            at=NOW,
            organisation=self.cast.organisation,
            work=self.work(),
        )

    def propose(self) -> int:
        cast = self.cast
        return self.list.propose(organisation=cast.organisation, by=cast.ines, at=NOW, work=self.work()).number
