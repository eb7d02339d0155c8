"""What each side promised to do on an account, and what counts towards it (domain §7)."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.models import Account
from abm.audit.models import record
from abm.campaigns.models import Campaign
from abm.kit.base import Base, Day, Instant, Key, LongText, Name, PublicId, Word, check, choice
from abm.kit.rules import require
from abm.outbound.clocks import Clock
from abm.outbound.pauses import Pause, clock_of
from abm.outbound.ways import AnotherWay
from abm.people.models import User
from abm.people.seats import Side
from abm.touches.models import Channel


class CommitmentSource(enum.StrEnum):
    """What a commitment follows from."""

    SALES_ASK = "sales ask"
    PLAY = "play"
    POLICY = "policy"


class Commitment(Base):
    """So many touches (or one play) on an account in a window: derived from a signed version, never typed in.

    The natural key makes deriving it twice harmless. Until its person accepted it, it reads "assigned".
    """

    __tablename__ = "commitment"
    __table_args__ = (
        UniqueConstraint("source", "source_id", "account_id", "first_day"),
        check("wanted > 0", "wanted"),
        check("first_day <= last_day", "days_in_order"),
        Index("ix_commitment_person_window", "person_id", "last_day"),
        Index("ix_commitment_account_window", "account_id", "side", "last_day"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    source: Mapped[CommitmentSource] = mapped_column(choice(CommitmentSource, "commitment_source"))
    source_id: Mapped[Word]  # public id of the campaign, the play or the list
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    channel: Mapped[Channel | None] = mapped_column(choice(Channel, "commitment_channel"))  # of a play; None: any
    side: Mapped[Side] = mapped_column(choice(Side, "commitment_side"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # None: needs an owner
    wanted: Mapped[int]
    first_day: Mapped[Day]
    last_day: Mapped[Day]
    why: Mapped[Name]
    made_at: Mapped[Instant]
    accepted_at: Mapped[Instant | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    handed_over_at: Mapped[Instant | None]  # by hand: from then on it stays there, whoever answers for the account
    closed_on: Mapped[Day | None]  # the last day that counted, when it ended early
    closed_why: Mapped[LongText | None]

    account: Mapped[Account] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
    person: Mapped[User | None] = relationship(foreign_keys=[person_id])
    pauses: Mapped[list[Pause]] = relationship(order_by="Pause.first_day, Pause.id")
    ways: Mapped[list[AnotherWay]] = relationship(back_populates="commitment", order_by="AnotherWay.id")

    @property
    def end(self) -> date:
        """The last day that counts: that of the window, or the day on which it was closed early."""
        return self.last_day if self.closed_on is None else min(self.last_day, self.closed_on)

    def clock_on(self, day: date) -> Clock:
        """How much is due by when, as known on a day: a wait that goes on lasts at least until it was promised."""
        return clock_of(self.pauses, day, self.wanted, self.first_day, self.last_day, self.end)

    def wait_on(self, day: date) -> Pause | None:
        """What of the other side it waits for on a day, if anything."""
        return next((one for one in self.pauses if one.is_wait and one.ended_at is None and one.holds_on(day)), None)

    def rest_on(self, day: date) -> Pause | None:
        """Why nothing is due on a day, if so."""
        return next((one for one in self.pauses if not one.is_wait and one.holds_on(day)), None)

    @property
    def open_way(self) -> AnotherWay | None:
        """The other way that was proposed and that nobody has answered yet."""
        return next((way for way in self.ways if way.answered_at is None), None)

    def answered_by(self, user: User) -> bool:
        """Whether this person answers for it: whoever it is assigned to, and the manager of their team."""
        if self.person is None:
            return False
        team = self.person.team
        return user.id == self.person_id or (team is not None and team.manager_id == user.id)

    def accept(self, *, by: User, at: datetime) -> None:
        """Say yes to it. Until then it reads "assigned"."""
        require(self.accepted_at is None, f"What is due on {self.account.name} is accepted already.")
        self.require_open()
        require(self.open_way is None, "Another way is proposed. It is answered first, or taken back.")
        self.accepted_at, self.accepted_by_id = at, by.id
        record(self, "accepted", by=by, at=at, after={"account": self.account_id, "person": self.person_id})

    def require_open(self) -> None:
        require(self.closed_on is None, f"What was due on {self.account.name} is closed: {self.closed_why}.")


class Credit(Base):
    """Projection: the one commitment that a touch counts towards. Recomputed with every change on the account."""

    __tablename__ = "credit"

    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
