"""Any two ends of a difference, read: what they say, and which list knows why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.agreement.canonical import thaw
from abm.agreement.models import Standing, Version
from abm.targets.content import Content, read_content
from abm.targets.diff import Difference, difference
from abm.targets.ends import Choosable, End
from abm.targets.models import TargetList
from abm.targets.queries import list_of
from abm.targets.reasons import Reason, reasons


class NotThere(LookupError):
    """An end that reads well and names nothing that there is; its sentence says so."""

    def __init__(self, end: End, message: str) -> None:
        super().__init__(message)
        self.end = end


@dataclass(frozen=True)
class Said:
    """One end as it was found: its words, its content and its list."""

    end: End
    words: str
    content: Content
    target_list: TargetList
    proposed_at: datetime | None = None  # of a version


@dataclass(frozen=True)
class Compared:
    """The difference between two ends, with what is known of the accounts in it."""

    before: Said
    after: Said
    difference: Difference
    known: dict[str, Reason]


def choosable(session: Session, here: TargetList) -> tuple[list[Choosable], list[str]]:
    """Every version of every quarter of this programme, and the quarters that have a draft. One query."""
    rows = session.execute(
        select(TargetList.quarter, Version.number, Standing.state)
        .outerjoin(Version, Version.document_id == TargetList.document_id)
        .outerjoin(Standing, Standing.version_id == Version.id)
        .where(TargetList.programme_id == here.programme_id)
    ).all()
    versions = [Choosable(*row) for row in rows if row.number is not None]
    return versions, sorted({row.quarter for row in rows})


def compare(
    session: Session, here: TargetList, before: End, after: End, *, at: datetime, at_most: int | None
) -> Compared:
    """Read both ends and their difference, with the reasons of so many accounts. Raises NotThere.

    Five queries at most, two fewer where both ends are of this list.
    """
    old, new = said_by(session, here, before), said_by(session, here, after)
    changed = difference(old.content, new.content)
    rows = [change.row for change in changed.changes][:at_most]
    return Compared(old, new, changed, reasons(session, new.target_list.id, rows, new.proposed_at or at))


def said_by(session: Session, here: TargetList, end: End) -> Said:
    """What an end says. Raises NotThere with a sentence."""
    target_list = here if end.quarter == here.quarter else list_of(session, end.quarter, here.programme_id)
    if target_list is None:
        raise NotThere(end, f"There is no list of {end.quarter}. Choose a quarter that has one.")
    if end.draft:
        return Said(end, end.words, target_list.draft(), target_list)
    found = _version(session, target_list, end.number)
    if found is None:
        missing = f"version {end.number}" if end.number else "version that both seats signed"
        raise NotThere(end, f"The list of {end.quarter} has no {missing}. Choose another.")
    number, proposed_at, content = found
    return Said(end, f"{end.quarter}, version {number}", content, target_list, proposed_at)


def _version(session: Session, target_list: TargetList, number: int | None) -> tuple[int, datetime, Content] | None:
    """A version by number, or the last that both seats signed."""
    wanted = Standing.starts.is_not(None) if number is None else Version.number == number
    row = session.execute(
        select(Version.number, Version.proposed_at, Version.content)
        .join(Standing, Standing.version_id == Version.id)
        .where(Version.document_id == target_list.document_id, wanted)
        .order_by(Version.number.desc())
        .limit(1)
    ).first()
    return (row.number, row.proposed_at, read_content(thaw(row.content))) if row else None
