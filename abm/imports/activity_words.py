"""What other systems call an activity and what came of it: in data only, and how a row is read by it.

The least that can be said is taken: a call of ours of which nobody says what came of it is no answer, what came from
them without a word more is their answer. Nothing that would count as a response is made up.

A meeting without an outcome was booked and not held: the events of Salesforce say no more than that. A booking is an
answer (2 minutes, like a reply), since an appointment takes both sides, but no stage takes it for a held meeting.
"""

from __future__ import annotations

import re
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
# The results of a call that every HubSpot has, as its API and copies in a warehouse name them.
DISPOSITIONS: Final = {
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "connected",  # left live message
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "voicemail",
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "no answer",  # busy
    "73a0d17f-1163-4015-bdd5-ec830791da20": "no answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "wrong number",
}
# Only these are told from a subject: nobody writes them first of anything but a contact.
PERSONAL: Final = frozenset({Channel.CALL, Channel.EMAIL, Channel.SOCIAL, Channel.MEETING})
_HEAD_ENDS: Final = re.compile(r":|$|\b(?:with|to)\b", re.IGNORECASE)

RESULTS: Final[dict[Channel, dict[str, str]]] = {
    Channel.CALL: dict.fromkeys(("left live message", "answered", "spoke", "reached", "conversation"), "connected")
    | dict.fromkeys(("left voicemail", "left message", "left vm", "vm", "voice mail"), "voicemail")
    | dict.fromkeys(("busy", "missed", "not reached", "failed"), "no answer")
    | dict.fromkeys(("bad number", "disconnected", "invalid number"), "wrong number")
    | dict.fromkeys(("meeting scheduled", "meeting set", "demo booked", "scheduled"), "meeting booked")
    | dict.fromkeys(("call back", "call back later", "asked to call back", "callback requested"), "callback")
    | {folded(number): outcome for number, outcome in DISPOSITIONS.items()},
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
    | {"canceled", "cancelled", "queued", "ringing", "connecting", "hold", "calling crm user"}
)
# Of the statuses of a call these say what came of it as well; “completed” says only that it took place.
MISSED: Final = frozenset({"missed", "no answer", "busy", "failed"})


@dataclass(frozen=True)
class Activity:
    """What a row says that was done.

    `understood` is whether it named an outcome that we know, `turned` whether it named the other direction than that
    outcome can have: a reply to what we sent is theirs.
    """

    channel: Channel
    direction: Direction
    outcome: str
    understood: bool
    turned: bool = False


def channel_in(*texts: str) -> Channel | None:
    """The channel that the first telling cell names."""
    return next((found for text in texts if (found := meant(CHANNELS, text)) is not None), None)


def channel_of_subject(subject: str) -> Channel | None:
    """`Email: Re: our offer`, `Call with Ana`: a way to reach somebody stands first, and then what it is about.

    `Content review` and `Event planning` are errands, whatever channel they begin with.
    """
    heads = (subject[: end.start()] for end in _HEAD_ENDS.finditer(subject))
    found = next((channel for head in heads if (channel := meant(CHANNELS, head)) is not None), None)
    return found if found in PERSONAL else None


def is_errand(*texts: str) -> bool:
    """Whether a row speaks of something that one of us had to do, and of no contact."""
    return any(folded(text) in ERRANDS for text in texts)


def is_undone(status: str) -> bool:
    """Whether a status says that it has not happened."""
    return folded(status) in UNDONE


def is_missed(status: str) -> bool:
    """Whether the status of a call says that nobody spoke to anybody."""
    return folded(status) in MISSED


def activity(channel: Channel, result: str, direction: str) -> Activity:
    """What came of it. A blank result is the least that can be; one that nobody knows as well, and not understood."""
    known = _results(channel).get(folded(result))
    way = DIRECTIONS.get(folded(direction))
    if known is None:
        way = way or Direction.OUTBOUND
        return Activity(channel, way, LEAST[channel][way], understood=not result)
    possible = OUTCOMES[channel][known].directions
    turned = way is not None and way not in possible
    return Activity(channel, possible[0] if way is None or turned else way, known, understood=True, turned=turned)


def _results(channel: Channel) -> Mapping[str, str]:
    """Our own words for what came of it, and theirs."""
    keys = {folded(key): key for key in OUTCOMES[channel]}
    labels = {folded(rule.label): key for key, rule in OUTCOMES[channel].items()}
    return labels | keys | RESULTS.get(channel, {})
