"""What other systems call an activity and what came of it: in data only, and how a row is read by it.

The least that can be said is taken: a call of which nobody says what came of it is no answer, a meeting without an
outcome was booked and not held. Nothing that would count as a response is made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from abm.imports.words import folded, meant
from abm.touches.kinds import Channel, Direction
from abm.touches.outcomes import OPTED_OUT, OUTCOMES

CHANNELS: Final[dict[str, Channel]] = (
    {channel.value: channel for channel in Channel}
    | dict.fromkeys(("phone", "phone call", "cold call", "logged call", "cadence call"), Channel.CALL)
    | dict.fromkeys(("e mail", "list email", "sent email", "incoming email", "forwarded email", "mail"), Channel.EMAIL)
    | dict.fromkeys(("linkedin", "linkedin message", "linkedin connect", "sales navigator", "inmail"), Channel.SOCIAL)
    | dict.fromkeys(("whatsapp", "whats app", "social media", "twitter", "xing"), Channel.SOCIAL)
    | dict.fromkeys(("face to face", "demo", "site visit", "visit on site", "lunch", "video call"), Channel.MEETING)
    | dict.fromkeys(("conference", "trade show", "roadshow"), Channel.EVENT)
    | dict.fromkeys(("web seminar", "online seminar"), Channel.WEBINAR)
    | dict.fromkeys(("letter", "postal mail", "gift", "parcel", "postcard"), Channel.DIRECT_MAIL)
)
# An errand of our own is no contact with anybody.
ERRANDS: Final = frozenset({"to do", "todo", "note", "task", "other", "reminder", "follow up", "research", "admin"})

RESULTS: Final[dict[Channel, dict[str, str]]] = {
    Channel.CALL: dict.fromkeys(("left live message", "answered", "spoke", "reached", "conversation"), "connected")
    | dict.fromkeys(("left voicemail", "left message", "left vm", "vm", "voice mail"), "voicemail")
    | dict.fromkeys(("busy", "missed", "not reached", "failed"), "no answer")
    | dict.fromkeys(("bad number", "disconnected", "invalid number"), "wrong number")
    | dict.fromkeys(("meeting scheduled", "meeting set", "demo booked", "scheduled"), "meeting booked")
    | dict.fromkeys(("call back", "call back later", "asked to call back", "callback requested"), "callback"),
    Channel.EMAIL: dict.fromkeys(("delivered", "opened"), "sent")
    | dict.fromkeys(("reply", "they replied", "answered"), "replied")
    | dict.fromkeys(("failed", "hard bounce", "soft bounce", "bounce"), "bounced")
    | dict.fromkeys(("unsubscribed", "opt out"), OPTED_OUT),
    Channel.SOCIAL: dict.fromkeys(("accepted", "invitation accepted"), "connected")
    | dict.fromkeys(("reply", "they replied", "answered"), "replied")
    | dict.fromkeys(("message sent", "invited"), "sent"),
    Channel.MEETING: dict.fromkeys(("completed", "attended", "done", "took place"), "held")
    | dict.fromkeys(("scheduled", "rescheduled", "planned", "accepted"), "booked")
    | dict.fromkeys(("no show", "noshow", "did not come"), "no-show")
    | dict.fromkeys(("canceled",), "cancelled"),
    Channel.EVENT: dict.fromkeys(("no show", "noshow"), "did not come"),
    Channel.WEBINAR: dict.fromkeys(("no show", "noshow"), "did not come"),
    Channel.DIRECT_MAIL: dict.fromkeys(("came back", "undeliverable"), "returned"),
}
LEAST: Final[dict[Channel, dict[Direction, str]]] = {
    Channel.CALL: {Direction.OUTBOUND: "no answer", Direction.INBOUND: "connected"},
    Channel.EMAIL: {Direction.OUTBOUND: "sent", Direction.INBOUND: "replied"},
    Channel.SOCIAL: {Direction.OUTBOUND: "sent", Direction.INBOUND: "replied"},
    Channel.MEETING: {Direction.OUTBOUND: "booked", Direction.INBOUND: "booked"},
    Channel.EVENT: {Direction.OUTBOUND: "invited", Direction.INBOUND: "registered"},
    Channel.WEBINAR: {Direction.OUTBOUND: "invited", Direction.INBOUND: "registered"},
    Channel.AD: {Direction.OUTBOUND: "impression", Direction.INBOUND: "clicked"},
    Channel.DIRECT_MAIL: {Direction.OUTBOUND: "sent", Direction.INBOUND: "replied"},
    Channel.WEB: {Direction.OUTBOUND: "shown", Direction.INBOUND: "visit"},
    Channel.CONTENT: {Direction.OUTBOUND: "sent", Direction.INBOUND: "viewed"},
}
DIRECTIONS: Final[dict[str, Direction]] = dict.fromkeys(
    ("inbound", "incoming", "incoming email", "received", "they came to us"), Direction.INBOUND
) | dict.fromkeys(
    ("outbound", "outgoing", "email", "forwarded email", "sent", "internal", "we reached out"), Direction.OUTBOUND
)
# Of such a status nothing has happened yet, or never will.
UNDONE: Final = frozenset(
    {"not started", "in progress", "waiting on someone else", "waiting", "deferred", "open", "scheduled", "draft"}
    | {"canceled", "cancelled", "queued", "ringing", "calling crm user"}
)


@dataclass(frozen=True)
class Activity:
    """What a row says that was done. `understood` is whether it named an outcome that we know."""

    channel: Channel
    direction: Direction
    outcome: str
    understood: bool


def channel_in(*texts: str) -> Channel | None:
    """The channel that the first telling cell names."""
    return next((found for text in texts if (found := meant(CHANNELS, text)) is not None), None)


def channel_of_subject(subject: str) -> Channel | None:
    """`Email: Re: our offer`, `Call with Ana`: what systems and people write first."""
    words = folded(subject).split()
    tries = (" ".join(words[:count]) for count in (3, 2, 1))
    return next((CHANNELS[one] for one in tries if one in CHANNELS), None)


def is_errand(*texts: str) -> bool:
    """Whether a row speaks of something that one of us had to do, and of no contact."""
    return any(folded(text) in ERRANDS for text in texts)


def is_undone(status: str) -> bool:
    """Whether a status says that it has not happened."""
    return folded(status) in UNDONE


def activity(channel: Channel, result: str, direction: str) -> Activity:
    """What came of it. A blank result is the least that can be; one that nobody knows as well, and not understood."""
    known = _results(channel).get(folded(result))
    way = DIRECTIONS.get(folded(direction))
    if known is None:
        way = way or Direction.OUTBOUND
        return Activity(channel, way, LEAST[channel][way], understood=not result)
    possible = OUTCOMES[channel][known].directions
    return Activity(channel, way if way in possible else possible[0], known, understood=True)


def _results(channel: Channel) -> Mapping[str, str]:
    """Our own words for what came of it, and theirs."""
    keys = {folded(key): key for key in OUTCOMES[channel]}
    labels = {folded(rule.label): key for key, rule in OUTCOMES[channel].items()}
    return labels | keys | RESULTS.get(channel, {})
