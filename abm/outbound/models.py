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
    closed_on: Mapped[Day | None]  # the last day that counted, when it ended early
    closed_why: Mapped[LongText | None]

    account: Mapped[Account] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
    person: Mapped[User | None] = relationship(foreign_keys=[person_id])

    @property
    def end(self) -> date:
        """The last day that counts: that of the window, or the day on which it was closed early."""
        return self.last_day if self.closed_on is None else min(self.last_day, self.closed_on)

    def planned_by(self, day: date) -> int:
        """How much was planned to be done at the end of a day, evenly over the window; after its end, all of it.

        A window that was closed early owes its share up to that day.
        """
        return planned(self.wanted, self.first_day, self.last_day, min(day, self.end))

    def answered_by(self, user: User) -> bool:
        """Whether this person answers for it: whoever it is assigned to, and the manager of their team."""
        if self.person is None:
            return False
        team = self.person.team
        return user.id == self.person_id or (team is not None and team.manager_id == user.id)

    def accept(self, *, by: User, at: datetime) -> None:
        """Say yes to it. Until then it reads "assigned"."""
        require(self.accepted_at is None, f"What is due on {self.account.name} is accepted already.")
        require(self.closed_on is None, f"What was due on {self.account.name} is closed: {self.closed_why}.")
        self.accepted_at, self.accepted_by_id = at, by.id
        record(self, "accepted", by=by, at=at, after={"account": self.account_id, "person": self.person_id})


class Credit(Base):
    """Projection: the one commitment that a touch counts towards. Recomputed with every change on the account."""

    __tablename__ = "credit"

    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)


def planned(wanted: int, first: date, last: date, day: date) -> int:
    """An even share of `wanted` over the days from first to last, as it stands at the end of a day, rounded."""
    days, passed = (last - first).days + 1, (min(day, last) - first).days + 1
    return round(wanted * max(0, passed) / days)
