"""What a reviewer of a version sees: the difference first, what is new since they last looked, or all, in pages."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from abm.agreement.queries import VersionLine, Versions
from abm.people.models import Organisation, User
from abm.targets.content import Content, Row
from abm.targets.diff import Change, Difference, difference
from abm.targets.models import TargetList
from abm.targets.pages import Base, quarter_base
from abm.targets.queries import contents_of
from abm.targets.reasons import Reason, reasons, term_reasons
from abm.targets.superseded import Lost, lost_signatures, superseded_by

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
    lost: Sequence[Lost]  # signatures that were given to earlier ones and are asked for again
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
    signed, seen = versions.signed_before(line.number), last_seen(versions, line, reader)
    against = {Show.CHANGED: signed if base is None else None, Show.SINCE: seen}.get(show)
    others = [*superseded_by(versions, line).values(), *([against] if against is not None else [])]
    contents = contents_of(session, [line.id, *(one.id for one in others)])
    content, lost = contents[line.id], lost_signatures(versions, line, contents)
    if show is Show.ALL:
        every = sorted(content.rows.values(), key=lambda row: (row.tier, row.name.casefold(), row.account))
        rows, page, pages = _page_of(every, page)
        return Review(show, content, None, None, lost, page, pages, rows=rows)
    if against is not None:
        base = Base(f"version {against.number}", contents[against.id])
    elif show is Show.CHANGED and base is None:
        before = session.get_one(Organisation, 1).quarter(target_list.quarter).plus(-1)
        base = quarter_base(session, before, target_list.programme_id)
    changed = difference(base.content, content) if base is not None else None
    changes, page, pages = _page_of(changed.changes if changed is not None else (), page)
    at = line.proposed_at
    why = reasons(session, target_list.id, [one.row for one in changes], at)
    terms = term_reasons(session, target_list, changed.policies if changed else (), at)
    return Review(show, content, base, changed, lost, page, pages, changes=changes, reasons=why, terms=terms)


def last_seen(versions: Versions, line: VersionLine, reader: User) -> VersionLine | None:
    """The newest earlier version that this person looked at, signed or declined."""
    earlier = (one for one in versions.lines if one.number < line.number)
    return next((one for one in earlier if one.looked_at or one.has_word_of(reader.id)), None)


def _page_of(rows: Sequence[T], page: int) -> tuple[Sequence[T], int, int]:
    """This page's rows, its number and how many there are; a number beyond the last is the last."""
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(max(1, page), pages)
    return rows[(page - 1) * PER_PAGE : page * PER_PAGE], page, pages
