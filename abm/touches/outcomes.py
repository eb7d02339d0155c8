"""What can come of a touch, per channel: one table, from which minutes, responses and meetings are counted.

How many engagement minutes a response brings is agreed in the definition of stages. A conversation on the phone counts
as a reply (our judgement).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from abm.definitions.stages import DEFAULT_MINUTES, Response
from abm.kit.rules import refuse
from abm.touches.kinds import Channel, Direction, OutcomeClass

OURS: Final = (Direction.OUTBOUND,)
THEIRS: Final = (Direction.INBOUND,)
EITHER: Final = (Direction.OUTBOUND, Direction.INBOUND)
OPTED_OUT: Final = "opted out"
DEMO_REQUEST: Final = "demo request"
ANSWERED = frozenset({OutcomeClass.RESPONDED, OutcomeClass.MEETING_BOOKED, OutcomeClass.MEETING_HELD})


@dataclass(frozen=True)
class OutcomeRule:
    """What an outcome means. `letter` chooses it in the quick log; the first direction is the usual one."""

    label: str
    letter: str
    response: Response | None
    klass: OutcomeClass
    person_to_person: bool
    directions: tuple[Direction, ...]

    @property
    def minutes(self) -> int:
        """Engagement minutes by default, which the rollups keep; stages go by the definition in force."""
        return 0 if self.response is None else DEFAULT_MINUTES[self.response]

    @property
    def responded(self) -> bool:
        """Whether somebody at the account answered."""
        return self.klass in ANSWERED


def _silent(label: str, letter: str, directions: tuple[Direction, ...] = OURS) -> OutcomeRule:
    return OutcomeRule(label, letter, None, OutcomeClass.NO_RESPONSE, person_to_person=False, directions=directions)


def _reaction(label: str, letter: str, response: Response = Response.VISIT) -> OutcomeRule:
    return OutcomeRule(label, letter, response, OutcomeClass.RESPONDED, person_to_person=False, directions=THEIRS)


def _talk(label: str, letter: str, directions: tuple[Direction, ...]) -> OutcomeRule:
    return OutcomeRule(
        label, letter, Response.REPLY, OutcomeClass.RESPONDED, person_to_person=True, directions=directions
    )


def _booked(directions: tuple[Direction, ...] = EITHER) -> OutcomeRule:
    return OutcomeRule(
        "Meeting booked", "m", Response.REPLY, OutcomeClass.MEETING_BOOKED, person_to_person=True, directions=directions
    )


def _held(label: str, letter: str, response: Response) -> OutcomeRule:
    return OutcomeRule(label, letter, response, OutcomeClass.MEETING_HELD, person_to_person=True, directions=EITHER)


def _missed(label: str, letter: str) -> OutcomeRule:
    return OutcomeRule(label, letter, None, OutcomeClass.NO_SHOW, person_to_person=False, directions=EITHER)


OUTCOMES: Final[dict[Channel, dict[str, OutcomeRule]]] = {
    Channel.CALL: {
        "connected": _talk("Connected", "c", EITHER),
        "voicemail": _silent("Voicemail", "v"),
        "no answer": _silent("No answer", "n"),
        "wrong number": _silent("Wrong number", "w"),
        "meeting booked": _booked(),
        "callback": _talk("Asked to call back", "b", OURS),
        "not interested": _talk("Not interested", "x", OURS),
    },
    Channel.EMAIL: {
        "sent": _silent("Sent", "s"),
        "replied": _talk("They replied", "r", THEIRS),
        "clicked": _reaction("They clicked", "l"),
        "bounced": _silent("Bounced", "b"),
        "meeting booked": _booked(),
        "not interested": _talk("Not interested", "x", THEIRS),
        OPTED_OUT: _silent("Opted out", "o", THEIRS),
    },
    Channel.SOCIAL: {
        "sent": _silent("Message sent", "s"),
        "connected": _reaction("Accepted our invitation", "a"),
        "replied": _talk("They replied", "r", THEIRS),
        "meeting booked": _booked(),
        "not interested": _talk("Not interested", "x", THEIRS),
        OPTED_OUT: _silent("Opted out", "o", THEIRS),
    },
    Channel.MEETING: {
        "booked": _booked(),
        "held": _held("Held", "h", Response.MEETING),
        "dinner": _held("Dinner held", "d", Response.DINNER),
        "no-show": _missed("They did not come", "n"),
        "cancelled": _missed("Cancelled", "c"),
    },
    Channel.EVENT: {
        "invited": _silent("Invited", "i"),
        "registered": _reaction("Registered", "r"),
        "attended": OutcomeRule(
            "Attended", "a", Response.EVENT, OutcomeClass.RESPONDED, person_to_person=True, directions=THEIRS
        ),
        "did not come": _missed("Did not come", "n"),
        "meeting booked": _booked(),
    },
    Channel.WEBINAR: {
        "invited": _silent("Invited", "i"),
        "registered": _reaction("Registered", "r"),
        "attended": _reaction("Attended", "a", Response.WEBINAR),
        "did not come": _missed("Did not come", "n"),
    },
    Channel.AD: {
        "impression": _silent("Shown", "s"),
        "clicked": _reaction("They clicked", "l"),
    },
    Channel.DIRECT_MAIL: {
        "sent": _silent("Sent", "s"),
        "replied": _talk("They replied", "r", THEIRS),
        "returned": _silent("Came back", "b"),
    },
    Channel.WEB: {
        "shown": _silent("Made for them and shown", "s"),
        "visit": _reaction("Visited our site", "v"),
        "form": _reaction("Filled in a form", "f", Response.REPLY),
        DEMO_REQUEST: OutcomeRule(
            "Asked for a demo", "d", Response.REPLY, OutcomeClass.RESPONDED, person_to_person=True, directions=THEIRS
        ),
    },
    Channel.CONTENT: {
        "sent": _silent("Sent to them", "s"),
        "viewed": _reaction("Viewed", "v"),
        "downloaded": _reaction("Downloaded", "d", Response.DOWNLOAD),
    },
}


def rule_of(channel: Channel, outcome: str) -> OutcomeRule:
    """What an outcome of a channel means. Raises RuleBroken for one that the channel has not."""
    rule = OUTCOMES[channel].get(outcome)
    if rule is None:
        refuse(f"{channel.label} has no outcome “{outcome[:40]}”.", field="outcome")
    return rule


def all_outcomes() -> Iterator[tuple[Channel, str, OutcomeRule]]:
    """Every line of the table."""
    for channel, outcomes in OUTCOMES.items():
        for outcome, rule in outcomes.items():
            yield channel, outcome, rule
