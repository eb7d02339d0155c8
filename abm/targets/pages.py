"""What the pages of a list show, gathered once per request: where it stands, who is awaited, how it differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account
from abm.agreement.models import State
from abm.agreement.queries import Phase, VersionLine, history
from abm.kit.clock import Quarter
from abm.people.models import Organisation, User
from abm.people.seats import Seat, Side
from abm.targets.content import Content, Row
from abm.targets.models import Entry, Nomination, TargetList
from abm.targets.queries import content_of, last_content_of_quarter

WHY_AT_MOST = 200  # changes whose reasons are looked up; a longer difference is a new list


@dataclass(frozen=True)
class Awaited:
    """A seat whose signature an open version still lacks."""

    side: Side
    title: str
    holder: str | None  # None: the seat is empty

    @property
    def words(self) -> str:
        return f"{self.holder} ({self.title})" if self.holder else f"{self.title}: the seat is empty"


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


def versions_of(session: Session, target_list: TargetList, at: datetime) -> Versions:
    """All versions, in one query."""
    return Versions(history(session, target_list.document_id), at)


def awaited(line: VersionLine, seats: Mapping[Side, Seat]) -> list[Awaited]:
    """Which seats an open version waits for, and who holds them."""
    return [
        Awaited(side, seat.title, seat.holder.name if seat.holder else None)
        for side, seat in seats.items()
        if line.state is State.OPEN and line.given(side.value) is None
    ]


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


@dataclass(frozen=True)
class Known:
    """What the draft knows of an account that a version names: its address, and why it came or went."""

    slug: str
    why: str
    who: str


def known_accounts(
    session: Session, list_id: int, rows: Iterable[Row], *, at_most: int | None = WHY_AT_MOST
) -> dict[str, Known]:
    """By public id: address and reasons of these accounts. One query."""
    ids = [row.account for row in rows][:at_most]
    if not ids:
        return {}
    changed_by, nominator = aliased(User), aliased(User)
    last = select(func.max(Nomination.id)).where(Nomination.entry_id == Entry.id).correlate(Entry).scalar_subquery()
    found = session.execute(
        select(
            Account.public_id,
            Account.slug,
            Entry.reason,
            changed_by.name.label("changed_by"),
            Nomination.why,
            nominator.name.label("nominated_by"),
        )
        .outerjoin(Entry, (Entry.account_id == Account.id) & (Entry.list_id == list_id))
        .outerjoin(changed_by, changed_by.id == Entry.changed_by_id)
        .outerjoin(Nomination, Nomination.id == last)
        .outerjoin(nominator, nominator.id == Nomination.by_id)
        .where(Account.public_id.in_(ids))
    )
    return {
        row.public_id: Known(row.slug, row.reason, row.changed_by or "")
        if row.reason
        else Known(row.slug, row.why or "", row.nominated_by or row.changed_by or "")
        for row in found
    }
