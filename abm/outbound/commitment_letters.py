"""Letters about commitments: what somebody waits for, and another way that is proposed, each with its answer.

What a letter says stands in `templates/outbound/letters`. Nobody is written to about their own act.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from abm.kit.base import session_of
from abm.outbound.leading import leading
from abm.outbound.models import Commitment
from abm.outbound.pauses import Pause
from abm.outbound.ways import AnotherWay
from abm.people.letters import page_in_letters, tell
from abm.people.models import User


def tell_waited_on(commitment: Commitment, pause: Pause, *, by: User, at: datetime) -> None:
    """Who has to deliver learns of it, with the day until which the other side waits."""
    _write(commitment, "waited_on", [pause.on] if pause.on is not None else [], by=by, at=at, pause=pause)


def tell_wait_ended(commitment: Commitment, pause: Pause, *, by: User, at: datetime) -> None:
    """Both who waited and who was waited on learn that the clock runs again."""
    people = (pause.asked_by, pause.on, commitment.person)
    _write(commitment, "wait_ended", _distinct(people), by=by, at=at, pause=pause)


def tell_proposed(commitment: Commitment, way: AnotherWay, *, by: User, at: datetime) -> None:
    """Who leads whoever proposes it is asked to confirm."""
    _write(commitment, "proposed", leading(session_of(commitment), commitment), by=by, at=at, way=way)


def tell_answered(commitment: Commitment, way: AnotherWay, *, by: User, at: datetime) -> None:
    """Who proposed it, and who is to do it now, hear what became of it."""
    _write(commitment, "answered", _distinct((way.by, way.person if way.confirmed else None)), by=by, at=at, way=way)


def _distinct(people: Iterable[User | None]) -> list[User]:
    return list({one.id: one for one in people if one is not None}.values())


def _write(
    commitment: Commitment, name: str, people: Iterable[User], *, by: User, at: datetime, **values: object
) -> None:
    link = page_in_letters("outbound.commitment", commitment_id=commitment.public_id)
    known = {"commitment": commitment, "account": commitment.account} | values
    template = f"outbound/letters/{name}.txt"
    tell(session_of(commitment), template, people, link=link, by=by, at=at, **known)
