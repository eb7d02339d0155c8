"""What a newer version cost: whose approval of an earlier one, and what they have to look at again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from abm.agreement.models import State, Version
from abm.agreement.queries import SignatureLine, VersionLine
from abm.kit.base import session_of
from abm.people.seats import Side
from abm.targets.content import Content, read_content
from abm.targets.diff import Difference, difference
from abm.targets.models import TargetList
from abm.targets.pages import Versions, versions_of
from abm.targets.queries import content_of


@dataclass(frozen=True)
class Lost:
    """An approval of a superseded version, and what changed from that version to this one."""

    side: Side
    signature: SignatureLine
    number: int
    difference: Difference

    @property
    def words(self) -> str:
        """`Renata Voss signed version 6; since then: 1 in, 1 out`."""
        return f"{self.signature.name} signed version {self.number}; since then: {self.difference.summary}"


def lost_signatures(session: Session, versions: Versions, line: VersionLine, content: Content) -> list[Lost]:
    """The approvals that have to be given again on an open version: per side the newest, since both last signed."""
    found: list[Lost] = []
    for side in Side:
        before = _superseded_with(versions.lines, line.number, side.value)
        given = before.given(side.value) if before is not None else None
        if before is not None and given is not None and line.given(side.value) is None:
            found.append(Lost(side, given, before.number, difference(content_of(session, before.id), content)))
    return found


def lost_by(target_list: TargetList, version: Version, at: datetime) -> list[Lost]:
    """The same of a version that was proposed just now."""
    session = session_of(target_list)
    versions = versions_of(session, target_list, at)
    line = versions.numbered(version.number)
    return lost_signatures(session, versions, line, read_content(version.read())) if line is not None else []


def _superseded_with(lines: Iterable[VersionLine], number: int, voice: str) -> VersionLine | None:
    """The newest superseded version before this one that a voice approved; none beyond the last one signed by both."""
    for one in lines:
        if one.number < number and one.state is State.SIGNED:
            return None
        if one.number < number and one.state is State.SUPERSEDED and one.given(voice) is not None:
            return one
    return None
