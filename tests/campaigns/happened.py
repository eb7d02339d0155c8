"""The stage of plays that happened: a live campaign on three accounts, four days after its first play."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select

from abm.accounts.models import Account
from abm.campaigns.models import Campaign
from abm.campaigns.recording import Recorded, Telling
from abm.outbound.models import Commitment, Credit
from abm.outbound.queries import promised
from abm.outbound.recording import record_and_count
from abm.outbound.recounting import recount
from abm.people.models import User
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from abm.touches.models import Touch
from abm.touches.rebuilding import differences
from tests.campaigns.world import World

INVITED = date(2026, 11, 27)  # the day of the first play, an e-mail
LATER = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday: the invitation is four days old


@dataclass
class Stage:
    """A live campaign on the three accounts of tier 1, on 1 December."""

    world: World
    campaign: Campaign

    @property
    def invitation(self) -> str:
        return self.campaign.live_plays[0].play

    def ids(self, *names: str) -> list[int]:
        return [self.world.accounts[name].id for name in names]

    def record(self, *names: str, by: User | None = None, at: datetime = LATER, **told: object) -> Recorded:
        facts = {"play": self.invitation, "day": INVITED, "accounts": self.ids(*names), **told}
        return record_and_count(
            self.campaign,
            Telling(**facts),
            organisation=self.world.cast.organisation,
            by=by or self.world.cast.priya,
            at=at,
        )

    def touches(self, direction: Direction = Direction.OUTBOUND) -> list[Touch]:
        asked = select(Touch).where(Touch.direction == direction, Touch.voided_at.is_(None)).order_by(Touch.id)
        return list(self.world.session.scalars(asked))

    def kept(self) -> list[int]:
        """How much of each commitment of the invitation is done, by account."""
        own = Commitment.source_id == self.invitation
        rows = promised(self.world.session, LATER.date(), own)
        return [one.done for one in sorted(rows, key=lambda one: one.commitment.account_id)]

    def credits(self) -> set[tuple[int, int]]:
        rows = self.world.session.execute(select(Credit.touch_id, Credit.commitment_id))
        return {(row.touch_id, row.commitment_id) for row in rows}

    def in_step(self) -> bool:
        """Whether rollups and credits say what plain recomputation says."""
        session = self.world.session
        before = self.credits()
        recount(session, list(session.scalars(select(Account.id))))
        return before == self.credits() and not list(differences(session))


def logged(stage: Stage, name: str) -> Touch:
    """A call that Tomás logged by himself."""
    cast = stage.world.cast
    return log_touch(
        stage.world.accounts[name],
        organisation=cast.organisation,
        by=cast.tomas,
        at=LATER,
        client_key="a call",
        side=TouchSide.SALES,
        direction=Direction.OUTBOUND,
        channel=Channel.CALL,
        outcome="voicemail",
        when=LATER,
    )
