"""What the pages of a list show, gathered once per request: where it stands, who is awaited, how it differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from abm.agreement.models import State
from abm.agreement.queries import Phase, VersionLine, history
from abm.kit.clock import Quarter
from abm.people.models import Organisation, User
from abm.targets.content import Content
from abm.targets.models import TargetList
from abm.targets.queries import content_of, last_content_of_quarter


@dataclass(frozen=True)
class Versions:
    """Every version of a list, newest first, and those that matter now."""

    lines: Sequence[VersionLine]
    at: datetime

    @property
    def open(self) -> VersionLine | None:
        return self._first(Phase.WAITING)

    @property
    def in_force(self) -> VersionLine | None:
        return self._first(Phase.IN_FORCE)

    @property
    def scheduled(self) -> VersionLine | None:
        return self._first(Phase.SCHEDULED)

    def numbered(self, number: int) -> VersionLine | None:
        return next((line for line in self.lines if line.number == number), None)

    def of_digest(self, digest: str) -> VersionLine | None:
        return next((line for line in self.lines if line.digest == digest), None)

    def signed_before(self, number: int) -> VersionLine | None:
        """The newest version before this one that both seats signed."""
        return next((line for line in self.lines if line.number < number and line.state is State.SIGNED), None)

    def _first(self, phase: Phase) -> VersionLine | None:
        return next((line for line in self.lines if line.phase(self.at) is phase), None)


def versions_of(session: Session, target_list: TargetList, at: datetime, reader: User | None = None) -> Versions:
    """All versions, and which of them a reader looked at, in one query."""
    return Versions(history(session, target_list.document_id, reader.id if reader is not None else None), at)


@dataclass(frozen=True)
class Base:
    """What a content is compared with: its name on the page, and what it says."""

    words: str
    content: Content | None


def usual_base(
    session: Session, organisation: Organisation, target_list: TargetList, before: VersionLine | None
) -> Base:
    """What a version is compared with unless asked otherwise: the one signed before it, else last quarter's list."""
    if before is not None:
        return Base(f"version {before.number}", content_of(session, before.id))
    return quarter_base(session, organisation.quarter(target_list.quarter).plus(-1))


def quarter_base(session: Session, quarter: Quarter) -> Base:
    """The list that held last in a quarter."""
    found = last_content_of_quarter(session, str(quarter))
    if found is None:
        return Base("an empty list", None)
    number, content = found
    return Base(f"{quarter}, version {number}", content)
