"""What a reviewer of a version sees: the difference first, what is new since they last looked, or all, in pages."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from abm.agreement.queries import VersionLine, looked_at
from abm.people.models import Organisation, User
from abm.targets.content import Content, Row
from abm.targets.diff import Change, Difference, difference
from abm.targets.models import TargetList
from abm.targets.pages import Base, Versions, usual_base
from abm.targets.queries import content_of
from abm.targets.reasons import Reason, reasons, term_reasons

PER_PAGE = 150  # a list of the usual size is one page

T = TypeVar("T")


class Show(enum.StrEnum):
    """The tabs of the review."""

    CHANGED = "changed"
    SINCE = "since"
    ALL = "all"


@dataclass(frozen=True)
class Review:
    """One tab of a version: what it is compared with, and this page of changes or accounts."""

    show: Show
    content: Content
    base: Base | None  # None: everything is shown, or there is nothing earlier that the reader looked at
    difference: Difference | None
    seen: int | None  # the version that the reader looked at before this one
    known: bool  # whether the reader had this one before them already
    page: int
    pages: int
    changes: Sequence[Change] = ()
    rows: Sequence[Row] = ()
    reasons: dict[str, Reason] = field(default_factory=dict)
    terms: dict[tuple[int, str], tuple[str, datetime]] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """The number of the first row of this page, from 1."""
        return (self.page - 1) * PER_PAGE + 1


def review_of(
    session: Session,
    target_list: TargetList,
    versions: Versions,
    line: VersionLine,
    *,
    show: Show,
    page: int,
    reader: User,
    base: Base | None = None,
) -> Review:
    """Gather one tab. `base` is what the address asks to compare with, instead of the usual."""
    content, looked = content_of(session, line.id), looked_at(session, target_list.document_id, reader.id)
    seen = _last_seen(versions, line, looked, reader)
    of_reader: dict[str, Any] = {"seen": seen.number if seen is not None else None, "known": line.number in looked}
    if show is Show.ALL:
        every = sorted(content.rows.values(), key=lambda row: (row.tier, row.name.casefold(), row.account))
        rows, page, pages = _page_of(every, page)
        return Review(show, content, None, None, page=page, pages=pages, rows=rows, **of_reader)
    if show is Show.SINCE:
        base = Base(f"version {seen.number}", content_of(session, seen.id)) if seen is not None else None
    elif base is None:
        organisation = session.get_one(Organisation, 1)
        base = usual_base(session, organisation, target_list, versions.signed_before(line.number))
    changed = difference(base.content, content) if base is not None else None
    changes, page, pages = _page_of(changed.changes if changed is not None else (), page)
    return Review(
        show=show,
        content=content,
        base=base,
        difference=changed,
        page=page,
        pages=pages,
        changes=changes,
        **of_reader,
        reasons=reasons(session, target_list.id, [one.row for one in changes], line.proposed_at),
        terms=term_reasons(session, target_list, changed.policies if changed else (), line.proposed_at),
    )


def _last_seen(versions: Versions, line: VersionLine, looked: set[int], reader: User) -> VersionLine | None:
    """The newest earlier version that this person looked at, signed or declined."""
    return next((one for one in versions.lines if one.number < line.number and _knows(one, looked, reader)), None)


def _knows(line: VersionLine, looked: set[int], reader: User) -> bool:
    return line.number in looked or any(one.person_id == reader.id for one in line.signatures)


def _page_of(rows: Sequence[T], page: int) -> tuple[Sequence[T], int, int]:
    """This page's rows, its number and how many there are; a number beyond the last is the last."""
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(max(1, page), pages)
    return rows[(page - 1) * PER_PAGE : page * PER_PAGE], page, pages
