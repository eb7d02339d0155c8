"""The words of a touch: who reached out to whom, over which channel, and what came of it."""

from __future__ import annotations

import enum


class TouchSide(enum.StrEnum):
    """Who of us the touch belongs to."""

    SALES = "sales"
    MARKETING = "marketing"
    PARTNER = "partner"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Direction(enum.StrEnum):
    """Whether we reached out, or they came to us."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"

    @property
    def label(self) -> str:
        return "We reached out" if self is Direction.OUTBOUND else "They came to us"


class Channel(enum.StrEnum):
    """How."""

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

    @property
    def label(self) -> str:
        return "E-mail" if self is Channel.EMAIL else self.value.capitalize()


class OutcomeClass(enum.StrEnum):
    """What all outcomes come down to when they are counted."""

    NO_RESPONSE = "no response"
    RESPONDED = "responded"
    MEETING_BOOKED = "meeting booked"
    MEETING_HELD = "meeting held"
    NO_SHOW = "no show"
