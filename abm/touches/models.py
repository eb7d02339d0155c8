"""Every contact between an account and us, of both sides, and the weekly counts of them (domain §7)."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.models import Account, Contact
from abm.kit.base import Base, Day, Facts, Instant, Key, LongText, PublicId, Word, check, choice
from abm.people.models import User


class TouchSide(enum.StrEnum):
    SALES = "sales"
    MARKETING = "marketing"
    PARTNER = "partner"


class Direction(enum.StrEnum):
    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Channel(enum.StrEnum):
    CALL = "call"
    EMAIL = "email"
    SOCIAL = "social"
    MEETING = "meeting"
    EVENT = "event"
    WEBINAR = "webinar"
    AD = "ad"
    DIRECT_MAIL = "direct mail"
    WEB = "web"
    CONTENT = "content"


class OutcomeClass(enum.StrEnum):
    """What all outcomes come down to when they are counted."""

    NO_RESPONSE = "no response"
    RESPONDED = "responded"
    MEETING_BOOKED = "meeting booked"
    MEETING_HELD = "meeting held"
    NO_SHOW = "no show"


class Touch(Base):
    """One contact attempt or reaction. Logged once per (user, client key), corrected or voided, never erased."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("logged_by_id", "client_key"),
        Index("ix_touch_timeline", "account_id", "at"),
        Index("ix_touch_counting", "account_id", "side", "direction", "day"),
        Index("ix_touch_person_day", "logged_by_id", "day"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    side: Mapped[TouchSide] = mapped_column(choice(TouchSide, "touch_side"))
    direction: Mapped[Direction] = mapped_column(choice(Direction, "direction"))
    channel: Mapped[Channel] = mapped_column(choice(Channel, "channel"))
    outcome: Mapped[Word]  # a key of `outcomes.OUTCOMES[channel]`
    at: Mapped[Instant]
    day: Mapped[Day]  # in the organisation's zone
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", use_alter=True), index=True)
    note: Mapped[LongText] = mapped_column(default="")
    logged_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    logged_at: Mapped[Instant]
    client_key: Mapped[Word]
    voided_at: Mapped[Instant | None]
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    void_reason: Mapped[LongText | None]

    account: Mapped[Account] = relationship()
    contact: Mapped[Contact | None] = relationship()
    logged_by: Mapped[User] = relationship(foreign_keys=[logged_by_id])


class TouchRevision(Base):
    """What a touch said before a correction. Only ever added."""

    __tablename__ = "touch_revision"

    id: Mapped[Key]
    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), index=True)
    corrected_at: Mapped[Instant]
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    before: Mapped[Facts]


class Rollup(Base):
    """How many unvoided touches of one kind an account had in a (quarter, week). Written with the touch."""

    __tablename__ = "touch_rollup"
    __table_args__ = (check("touches >= 0", "not_negative"), Index("ix_touch_rollup_week", "quarter", "week"))

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    quarter: Mapped[Word] = mapped_column(primary_key=True)
    week: Mapped[Word] = mapped_column(primary_key=True)
    side: Mapped[TouchSide] = mapped_column(choice(TouchSide, "rollup_side"), primary_key=True)
    direction: Mapped[Direction] = mapped_column(choice(Direction, "rollup_direction"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel, "rollup_channel"), primary_key=True)
    outcome_class: Mapped[OutcomeClass] = mapped_column(choice(OutcomeClass, "outcome_class"), primary_key=True)
    touches: Mapped[int]
    minutes: Mapped[int] = mapped_column(default=0)  # engagement minutes, by `outcomes`
