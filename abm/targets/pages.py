"""What the pages of a list show, gathered once per request: where it stands, who is awaited, how it differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from abm.agreement.queries import VersionLine, Versions, history
from abm.kit.clock import Quarter
from abm.people.models import Organisation, User
from abm.targets.content import Content
from abm.targets.models import TargetList
from abm.targets.queries import content_of, last_content_of_quarter


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
    before_it = organisation.quarter(target_list.quarter).plus(-1)
    return quarter_base(session, before_it, target_list.programme_id)


def quarter_base(session: Session, quarter: Quarter, programme_id: int) -> Base:
    """The list that held last in a programme's quarter."""
    found = last_content_of_quarter(session, str(quarter), programme_id)
    if found is None:
        return Base("an empty list", None)
    number, content = found
    return Base(f"{quarter}, version {number}", content)
