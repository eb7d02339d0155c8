"""What a newer version cost: whose approval of an earlier one, and what they have to look at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from abm.agreement.models import State, Version
from abm.agreement.queries import SignatureLine, VersionLine, Versions
from abm.kit.base import session_of
from abm.people.seats import Side
from abm.targets.content import Content
from abm.targets.diff import Difference, difference
from abm.targets.models import TargetList
from abm.targets.pages import versions_of
from abm.targets.queries import contents_of


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


def superseded_by(versions: Versions, line: VersionLine) -> dict[Side, VersionLine]:
    """Per side that a version still waits for: the newest superseded one that it had signed, since both last did."""
    found = {side: _superseded_with(versions.lines, line.number, side.value) for side in Side}
    return {side: one for side, one in found.items() if one is not None and line.given(side.value) is None}


def lost_signatures(versions: Versions, line: VersionLine, contents: Mapping[int, Content]) -> list[Lost]:
    """The approvals that have to be given again on an open version. `contents` has what all of these versions say."""
    return [
        Lost(side, given, before.number, difference(contents[before.id], contents[line.id]))
        for side, before in superseded_by(versions, line).items()
        if (given := before.given(side.value)) is not None
    ]


def lost_by(target_list: TargetList, version: Version, at: datetime) -> list[Lost]:
    """The same of a version that was proposed just now."""
    session = session_of(target_list)
    versions = versions_of(session, target_list, at)
    line = versions.numbered(version.number)
    if line is None:
        return []
    before = [one.id for one in superseded_by(versions, line).values()]
    return lost_signatures(versions, line, contents_of(session, [line.id, *before])) if before else []


def _superseded_with(lines: Iterable[VersionLine], number: int, voice: str) -> VersionLine | None:
    """The newest superseded version before this one that a voice approved; none beyond the last one signed by both."""
    for one in lines:
        if one.number < number and one.state is State.SIGNED:
            return None
        if one.number < number and one.state is State.SUPERSEDED and one.given(voice) is not None:
            return one
    return None
