"""What can come of a touch, per channel: one table, from which minutes, responses and meetings are counted.

Engagement minutes follow practice.md (Engagio): a visit or click 1, a reply 2, a download 10, a webinar or a
meeting 30, a dinner 120, an impression 0. A conversation on the phone counts as a reply (our judgement).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from abm.kit.rules import refuse
from abm.touches.kinds import Channel, Direction, OutcomeClass

OURS: Final = (Direction.OUTBOUND,)
THEIRS: Final = (Direction.INBOUND,)
EITHER: Final = (Direction.OUTBOUND, Direction.INBOUND)
OPTED_OUT: Final = "opted out"
ANSWERED = frozenset({OutcomeClass.RESPONDED, OutcomeClass.MEETING_BOOKED, OutcomeClass.MEETING_HELD})


@dataclass(frozen=True)
class OutcomeRule:
    """What an outcome means. `letter` chooses it in the quick log; the first direction is the usual one."""

    label: str
    letter: str
    minutes: int
    klass: OutcomeClass
    person_to_person: bool
    directions: tuple[Direction, ...]

    @property
    def responded(self) -> bool:
        """Whether somebody at the account answered."""
        return self.klass in ANSWERED


def _silent(label: str, letter: str, directions: tuple[Direction, ...] = OURS) -> OutcomeRule:
    return OutcomeRule(label, letter, 0, OutcomeClass.NO_RESPONSE, person_to_person=False, directions=directions)


def _reaction(label: str, letter: str, minutes: int) -> OutcomeRule:
    return OutcomeRule(label, letter, minutes, OutcomeClass.RESPONDED, person_to_person=False, directions=THEIRS)


def _talk(label: str, letter: str, directions: tuple[Direction, ...], minutes: int = 2) -> OutcomeRule:
    return OutcomeRule(label, letter, minutes, OutcomeClass.RESPONDED, person_to_person=True, directions=directions)


def _booked(directions: tuple[Direction, ...] = EITHER) -> OutcomeRule:
    return OutcomeRule(
        "Meeting booked", "m", 2, OutcomeClass.MEETING_BOOKED, person_to_person=True, directions=directions
    )


def _held(label: str, letter: str, minutes: int) -> OutcomeRule:
    return OutcomeRule(label, letter, minutes, OutcomeClass.MEETING_HELD, person_to_person=True, directions=EITHER)


def _missed(label: str, letter: str) -> OutcomeRule:
    return OutcomeRule(label, letter, 0, OutcomeClass.NO_SHOW, person_to_person=False, directions=EITHER)


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
        "clicked": _reaction("They clicked", "l", 1),
        "bounced": _silent("Bounced", "b"),
        "meeting booked": _booked(),
        "not interested": _talk("Not interested", "x", THEIRS),
        OPTED_OUT: _silent("Opted out", "o", THEIRS),
    },
    Channel.SOCIAL: {
        "sent": _silent("Message sent", "s"),
        "connected": _reaction("Accepted our invitation", "a", 1),
        "replied": _talk("They replied", "r", THEIRS),
        "meeting booked": _booked(),
        "not interested": _talk("Not interested", "x", THEIRS),
        OPTED_OUT: _silent("Opted out", "o", THEIRS),
    },
    Channel.MEETING: {
        "booked": _booked(),
        "held": _held("Held", "h", 30),
        "dinner": _held("Dinner held", "d", 120),
        "no-show": _missed("They did not come", "n"),
        "cancelled": _missed("Cancelled", "c"),
    },
    Channel.EVENT: {
        "invited": _silent("Invited", "i"),
        "registered": _reaction("Registered", "r", 1),
        "attended": OutcomeRule("Attended", "a", 30, OutcomeClass.RESPONDED, person_to_person=True, directions=THEIRS),
        "did not come": _missed("Did not come", "n"),
        "meeting booked": _booked(),
    },
    Channel.WEBINAR: {
        "invited": _silent("Invited", "i"),
        "registered": _reaction("Registered", "r", 1),
        "attended": _reaction("Attended", "a", 30),
        "did not come": _missed("Did not come", "n"),
    },
    Channel.AD: {
        "impression": _silent("Shown", "s"),
        "clicked": _reaction("They clicked", "l", 1),
    },
    Channel.DIRECT_MAIL: {
        "sent": _silent("Sent", "s"),
        "replied": _talk("They replied", "r", THEIRS),
        "returned": _silent("Came back", "b"),
    },
    Channel.WEB: {
        "shown": _silent("Made for them and shown", "s"),
        "visit": _reaction("Visited our site", "v", 1),
        "form": _reaction("Filled in a form", "f", 2),
        "demo request": OutcomeRule(
            "Asked for a demo", "d", 2, OutcomeClass.RESPONDED, person_to_person=True, directions=THEIRS
        ),
    },
    Channel.CONTENT: {
        "sent": _silent("Sent to them", "s"),
        "viewed": _reaction("Viewed", "v", 1),
        "downloaded": _reaction("Downloaded", "d", 10),
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
