"""The plays that Sales approved and that are live: what the calendar shows, and what counts as pressure to come."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.campaigns.plan import Plan
from abm.kit.base import Base, Day, Instant, Key, Name, Word, check, choice
from abm.people.models import Organisation
from abm.touches.kinds import Channel

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign


class LivePlay(Base):
    """Projection: a play of the version that a campaign was launched on last. The draft may say otherwise by now."""

    __tablename__ = "live_play"
    __table_args__ = (UniqueConstraint("campaign_id", "play"), check("moves >= 0", "moves"))

    id: Mapped[Key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    play: Mapped[Word] = mapped_column(index=True)  # public id of the draft's play, which may be gone
    channel: Mapped[Channel] = mapped_column(choice(Channel, "live_play_channel"))
    what: Mapped[Name]
    day: Mapped[Day] = mapped_column(index=True)
    until: Mapped[Instant]  # when that day is over: an audience member is worked by it who is one then
    moves: Mapped[int] = mapped_column(default=0)  # how often a later version said otherwise
    changed_at: Mapped[Instant]

    campaign: Mapped[Campaign] = relationship(back_populates="live_plays")


def keep_plays(campaign: Campaign, plan: Plan, *, organisation: Organisation, at: datetime) -> None:
    """Make exactly the plays of this plan the live ones; those that were live already say how often they moved."""
    known = {row.play: row for row in campaign.live_plays}
    rows = {play.play: known.get(play.play) or LivePlay(play=play.play, moves=0) for play in plan.plays}
    campaign.live_plays = list(rows.values())
    for play in plan.plays:
        row, said = rows[play.play], (play.channel, play.what, play.day)
        if play.play in known:
            if (row.channel, row.what, row.day) == said:
                continue
            row.moves += 1
        row.channel, row.what, row.day = said
        row.until, row.changed_at = organisation.end_of(play.day), at
