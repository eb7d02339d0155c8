"""What a row says that was done: over which channel, which way, what came of it, and in which words."""

from __future__ import annotations

from typing import Final

from abm.imports.activity_words import (
    Activity,
    activity,
    channel_in,
    channel_of_subject,
    is_errand,
    is_missed,
    is_undone,
)
from abm.imports.lines import Line
from abm.imports.planned import Planned
from abm.imports.values import CellFault, free_text, says_nothing, without_markup
from abm.kit.text import shortened
from abm.touches.kinds import Channel, Direction

LONGEST_NOTE = 10_000
BY_COLUMN: Final = {  # a cell of these is of one channel only
    "call_outcome": Channel.CALL,
    "call_direction": Channel.CALL,
    "call_status": Channel.CALL,
    "meeting_outcome": Channel.MEETING,
    "email_direction": Channel.EMAIL,
}


def done(line: Line, plan: Planned) -> Activity:
    """What was done. Raises CellFault for what was no contact or has not happened."""
    undone = next((name for name in ("status", "call_status") if is_undone(line.name(name))), "")
    if undone:
        status = shortened(line.name(undone))
        raise CellFault(undone, status, f"“{status}” says that it has not happened: it stays out.")
    channel, result = _channel(line, plan), _result(line)
    way = line.name("direction") or line.name("call_direction") or line.name("email_direction")
    did = activity(channel, result, way)
    if did.turned:
        _turn(did, result, plan)
    if not did.understood:
        least = did.outcome.replace("-", " ")
        plan.remark(f"“{shortened(result)}” is not known here: it counts as {least}, and stands in the note.")
    elif channel is Channel.MEETING and not result:
        plan.remark("Nobody says whether the meeting was held: it counts as booked, which is an answer.")
    return did


def _channel(line: Line, plan: Planned) -> Channel:
    """How: as the type says, else a column that only one channel has, else the first words of the subject."""
    kinds = (line.name("type"), line.name("subtype"))
    named = channel_in(*kinds)
    filled = next((channel for name, channel in BY_COLUMN.items() if line.has(name)), None)
    found = named or filled
    if found is None and (found := channel_of_subject(line.tried("subject"))):
        plan.remark(f"By its subject it counts as {found.label.lower()}.")
    if found is None:
        kind = next(filter(None, kinds), "")
        if is_errand(kind) or not kind:
            columns = {BY_COLUMN[name] for name in BY_COLUMN if name in line.reading.columns}
            if len(columns) == 1 and not kind:  # a file of calls, of which this one says nothing more
                return columns.pop()
            raise CellFault("type", kind, "By its type this is an errand and no contact with anybody: it stays out.")
        raise CellFault("type", kind, f"“{shortened(kind)}” is no channel that is known here: write call, e-mail …")
    return found


def _result(line: Line) -> str:
    """What came of it, in the words of the file; where nothing else says so, the status of a call may."""
    cells = (line.name(name) for name in ("outcome", "call_outcome", "meeting_outcome"))
    status = line.name("call_status")
    return next((cell for cell in cells if not says_nothing(cell)), status if is_missed(status) else "")


def _turn(did: Activity, result: str, plan: Planned) -> None:
    """Say that a reaction is theirs whatever the row says; what they did never becomes something that we did."""
    if did.direction is Direction.OUTBOUND:
        why = "is of what we do, and the row says that they came to us: correct one of the two, or leave it."
        raise CellFault("direction", "", f"“{shortened(result)}” {why}")
    plan.remark(f"“{shortened(result)}” is what they do: it counts as theirs.")


def note_of(line: Line, did: Activity) -> str:
    """Subject, note, and an outcome that we have no word for."""
    result = "" if did.understood else _result(line)
    texts = [line.text("subject"), line.text("note"), f"({result})" if result else ""]
    return "\n".join(free_text(without_markup(text)) for text in texts if not says_nothing(text))[:LONGEST_NOTE]
