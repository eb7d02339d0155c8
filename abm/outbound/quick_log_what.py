"""What happened, as the words of a quick log say it: one outcome, or those between which somebody has to choose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from abm.outbound.quick_log_line import Action, Line
from abm.outbound.quick_log_words import BOOKINGS, CLOSING, FILLERS, UNDONE, Kind, What
from abm.touches.kinds import Channel, Direction
from abm.touches.outcomes import OUTCOMES

PRONOUNS = frozenset({"he", "she", "they"})


@dataclass(frozen=True)
class Happened:
    """What happened where that is sure; otherwise the channel if that is, and what there is to choose from."""

    what: What | None
    channel: Channel | None = None
    choices: tuple[What, ...] = ()

    @property
    def is_booking(self) -> bool:
        """Whether a day beside it may be that of the appointment."""
        return self.what is not None and Kind(self.what.channel, self.what.outcome) in BOOKINGS


def happened(line: Line) -> Happened:
    """Read the head, and the last words of the tail where the head says no more than the channel."""
    actions = line.head_actions
    if not actions or line.unsure:
        return Happened(None)
    for action in actions:
        line.consume(action.first, action.after)
    kinds = frozenset.intersection(*(action.meaning.kinds for action in actions))
    theirs = any(action.meaning.theirs for action in actions)
    if not kinds:
        return Happened(None, None, _choices(frozenset().union(*(one.meaning.kinds for one in actions)), theirs=theirs))
    if _either_side(line, actions):
        return Happened(None, _channel(kinds), _choices(kinds | _answers(kinds), both=True))
    kind = _decided(kinds, actions)
    end = _at_the_end(line)
    if kind is not None and end is not None and kind not in end.meaning.kinds:
        return Happened(None, None, _choices({kind} | end.meaning.kinds, theirs=theirs))
    if kind is None:
        kind = _closing(line, end, kinds)
    if kind is None:
        return Happened(None, _channel(kinds), _choices(kinds, theirs=theirs))
    what = _what(kind, theirs=theirs)
    return Happened(what, what.channel) if what else Happened(None, None, _choices(kinds, theirs=theirs))


def everything() -> tuple[What, ...]:
    """Every outcome with its usual direction, where a line leaves all of them open."""
    return tuple(
        What(channel, outcome, rule.directions[0])
        for channel, outcomes in OUTCOMES.items()
        for outcome, rule in outcomes.items()
    )


def what_of(value: str) -> What | None:
    """What a form says by `call/connected/inbound`; None for what is no line of the table."""
    channel, _, rest = value.partition("/")
    outcome, _, direction = rest.rpartition("/")
    if channel not in set(Channel) or direction not in set(Direction):
        return None
    rule = OUTCOMES[Channel(channel)].get(outcome)
    if rule is None or Direction(direction) not in rule.directions:
        return None
    return What(Channel(channel), outcome, Direction(direction))


def _decided(kinds: Collection[Kind], actions: Sequence[Action]) -> Kind | None:
    if len(kinds) == 1:
        return next(iter(kinds))
    usual = {action.meaning.usual for action in actions if action.meaning.usual in kinds}
    return usual.pop() if len(usual) == 1 else None


def _either_side(line: Line, actions: Sequence[Action]) -> bool:
    """Whether who stands right before the verb may have been the one who did it: “Halden called”."""
    if len(actions) > 1:
        return False
    (action,) = actions
    if action.first == 0:
        return False
    before = action.first - 1
    if line.parted(before):
        return False
    by_contact = any(one.after == action.first for one in line.contacts if one.sure)
    named = by_contact or any(one.after == action.first for one in line.accounts) or line.words[before] in PRONOUNS
    if action.meaning.who:
        return named and not _has_object(line, action.after)
    verb = line.words[action.first]
    return (named and verb == "left") or (by_contact and verb in {"booked", "accepted"})


def _has_object(line: Line, place: int) -> bool:
    """Whether a person follows the verb, who then was the one that we reached."""
    while place < line.head and line.words[place] in FILLERS:
        place += 1
    return any(one.first == place and one.sure for one in line.contacts)


def _at_the_end(line: Line) -> Action | None:
    """An outcome at the very end of the tail that is no plan: `halden call pricing vm`."""
    action = next((one for one in line.actions if one.first >= line.head and one.after == len(line.tokens)), None)
    if action is None or not action.meaning.kinds & CLOSING:
        return None
    return None if (UNDONE | {"leave", "get", "got"}) & set(line.words[line.head : action.first]) else action


def _closing(line: Line, action: Action | None, kinds: Collection[Kind]) -> Kind | None:
    """What the end of the line adds, where it can be nothing else."""
    left = action.meaning.kinds & CLOSING & frozenset(kinds) if action is not None else frozenset()
    if action is None or len(left) != 1:
        return None
    line.consume(action.first, action.after)
    return next(iter(left))


def _what(kind: Kind, *, theirs: bool) -> What | None:
    directions = OUTCOMES[kind.channel][kind.outcome].directions
    if theirs and Direction.INBOUND not in directions:
        return None
    return What(kind.channel, kind.outcome, Direction.INBOUND if theirs else directions[0])


def _answers(kinds: Collection[Kind]) -> frozenset[Kind]:
    """What they may have done where we may have written or called."""
    theirs = {Channel.EMAIL: "replied", Channel.CALL: "connected"}
    channel = _channel(kinds)
    return frozenset({Kind(channel, theirs[channel])}) if channel in theirs else frozenset()


def _channel(kinds: Iterable[Kind]) -> Channel | None:
    channels = {kind.channel for kind in kinds}
    return channels.pop() if len(channels) == 1 else None


def _choices(kinds: Collection[Kind], *, theirs: bool = False, both: bool = False) -> tuple[What, ...]:
    """What there is to choose from, in the order of the table; where either side may have done it, both ways."""
    found: list[What] = []
    for usual in everything():
        if Kind(usual.channel, usual.outcome) not in kinds:
            continue
        directions = usual.rule.directions
        if both:
            found.extend(usual._replace(direction=one) for one in directions)
        elif theirs and Direction.INBOUND in directions:
            found.append(usual._replace(direction=Direction.INBOUND))
        else:
            found.append(usual)
    return tuple(found)
