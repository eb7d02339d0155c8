"""What became of a version that is no longer open, in sentences: a signer who comes too late reads who was quicker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.agreement.signatures import Verdict
from abm.agreement.standing import State

if TYPE_CHECKING:
    from abm.agreement.models import Version


def what_became_of(version: Version) -> str:
    """Why a version takes no signature any more: what happened, by whom and why, and the way on."""
    closed = f"Version {version.number} is {version.state}: it is no longer open for signing."
    return f"{closed} {_how(version)}".rstrip()


def _how(version: Version) -> str:
    match version.state:
        case State.DECLINED:
            said = next(one for one in version.valid_signatures() if one.verdict is Verdict.DECLINE)
            return f"{said.person.name} declined it: “{said.comment}” The draft stays open for the next version."
        case State.WITHDRAWN:
            return f"{version.proposed_by.name} withdrew it. The draft stays open for the next version."
        case State.EXPIRED:
            return "Not everyone signed within the agreed days, so it closed itself. Propose the draft anew."
        case State.SIGNED:
            names = [one.person.name for one in version.valid_signatures()]
            return f"{' and '.join(names)} signed it. A change is the next version."
        case _:
            return ""
