"""That a play happened: on which day, for which accounts, who of them responded, and who says so (domain §7)."""

from __future__ import annotations

import enum
import hashlib
from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.campaigns.models import Campaign
from abm.kit.base import Base, Day, Digest, Instant, Key, LongText, Name, PublicId, Word, check, choice
from abm.people.models import User
from abm.people.tokens import ApiToken
from abm.touches.kinds import Channel
from abm.touches.models import Touch


class RecordSource(enum.StrEnum):
    """Where the record of a play comes from."""

    FORM = "form"
    CSV = "csv"
    API = "api"

    @property
    def label(self) -> str:
        return {"form": "by form", "csv": "from a file", "api": "over the API"}[self.value]


class PlayRecord(Base):
    """That a play happened on a day. Voided, or replaced by a record that says what was really so; never erased."""

    __tablename__ = "play_record"
    __table_args__ = (
        check("accounts >= 0 AND responses >= 0 AND accounts + responses > 0", "says_something"),
        check("(voided_at IS NULL) = (voided_by_id IS NULL)", "voided_by"),
        check("voided_at IS NULL OR void_reason <> ''", "void_reason"),
        Index("ix_play_record_campaign", "campaign_id", "play", "day"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    play: Mapped[Word]  # public id of the play, as `live_play` has it
    channel: Mapped[Channel] = mapped_column(choice(Channel, "play_record_channel"))
    what: Mapped[Name]
    outcome: Mapped[Word]  # what our side did, a key of `outcomes.OUTCOMES[channel]`
    day: Mapped[Day]
    note: Mapped[LongText] = mapped_column(default="")
    source: Mapped[RecordSource] = mapped_column(choice(RecordSource, "record_source"))
    token_id: Mapped[int | None] = mapped_column(ForeignKey("api_token.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("play_record.id"), unique=True)
    accounts: Mapped[int]  # how many it wrote a touch for
    responses: Mapped[int]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[Instant]
    voided_at: Mapped[Instant | None]
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    void_reason: Mapped[LongText | None]

    campaign: Mapped[Campaign] = relationship()
    recorded_by: Mapped[User] = relationship(foreign_keys=[recorded_by_id])
    voided_by: Mapped[User | None] = relationship(foreign_keys=[voided_by_id])
    token: Mapped[ApiToken | None] = relationship()
    corrects: Mapped[PlayRecord | None] = relationship(remote_side="PlayRecord.id")


class PlayTouch(Base):
    """A touch that the record of a play wrote. Its key says which play, account and day: it is written once."""

    __tablename__ = "play_touch"

    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(ForeignKey("play_record.id"), index=True)
    key: Mapped[Digest]
    reaction: Mapped[bool]
    voided_at: Mapped[Instant | None]

    touch: Mapped[Touch] = relationship()


# The same play on the same account and day is one touch, whoever records it and however often; one that was voided
# makes room for what was really so.
_STANDING = PlayTouch.__table__.c.voided_at.is_(None)
Index("ix_play_touch_once", PlayTouch.key, unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING)


def touch_key(campaign_id: int, play: str, account_id: int, day: date) -> str:
    """The permanent key of a play on an account and a day."""
    return _digest("play", campaign_id, play, account_id, day.isoformat())


def reaction_key(campaign_id: int, play: str, account_id: int, day: date, *, kind: str, contact_id: int | None) -> str:
    """The permanent key of one kind of response to a play, by one person or by somebody at the account, on a day."""
    return _digest("reaction", campaign_id, play, account_id, day.isoformat(), kind, contact_id or 0)


def _digest(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
