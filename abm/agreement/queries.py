"""The versions of a document and what was said to them, as pages show them: one query, whatever the number."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from abm.agreement.models import Reading, Signature, Standing, State, Verdict, Version, Withdrawal
from abm.people.models import User
from abm.people.seats import Seat, Side


class Phase(enum.StrEnum):
    """Where a version stands at an instant, in the words of pages."""

    WAITING = "waiting for signatures"
    SCHEDULED = "scheduled"
    IN_FORCE = "in force"
    PAST = "was in force"
    REPLACED = "replaced before it began"
    SUPERSEDED = "superseded"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


CLOSED = {
    State.SUPERSEDED: Phase.SUPERSEDED,
    State.DECLINED: Phase.DECLINED,
    State.WITHDRAWN: Phase.WITHDRAWN,
    State.EXPIRED: Phase.EXPIRED,
}


@dataclass(frozen=True)
class SignatureLine:
    """What somebody said to a version; `withdrawn_at` where it was taken back."""

    voice: str
    person_id: int
    name: str
    deputy_for: str | None
    verdict: Verdict
    comment: str
    at: datetime
    withdrawn_at: datetime | None
    withdrawn_why: str | None


@dataclass(frozen=True)
class VersionLine:
    """A version without its bytes: who proposed it, where it stands, what was said."""

    id: int
    number: int
    digest: str
    state: State
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    starts: datetime | None
    ends: datetime | None
    closed_at: datetime | None
    expires_at: datetime | None
    looked_at: bool  # whether the reader that was asked for had it before them
    signatures: list[SignatureLine] = field(default_factory=list)

    def phase(self, at: datetime) -> Phase:
        if self.state is State.OPEN:
            late = self.expires_at is not None and at >= self.expires_at
            return Phase.EXPIRED if late else Phase.WAITING
        if self.starts is None:
            return CLOSED[self.state]
        if self.ends is not None and self.ends <= self.starts:
            return Phase.REPLACED
        if at < self.starts:
            return Phase.SCHEDULED
        return Phase.IN_FORCE if self.ends is None or at < self.ends else Phase.PAST

    def given(self, voice: str) -> SignatureLine | None:
        """The signature of a voice that stands."""
        return next((one for one in self.signatures if one.voice == voice and one.withdrawn_at is None), None)

    def waiting_since(self, voice: str) -> datetime:
        """From when on a voice is waited for: the proposal, or the day on which it took its signature back."""
        back = (one.withdrawn_at for one in self.signatures if one.voice == voice and one.withdrawn_at is not None)
        return max(back, default=self.proposed_at)

    def has_word_of(self, person_id: int) -> bool:
        """Whether this person signed or declined it, and be it that they took it back."""
        return any(one.person_id == person_id for one in self.signatures)

    @property
    def approvals(self) -> list[SignatureLine]:
        """The approvals that stand, or that stood when the version was closed."""
        return [one for one in self.signatures if one.withdrawn_at is None and one.verdict is Verdict.APPROVE]

    @property
    def decline(self) -> SignatureLine | None:
        """What closed a declined version."""
        return next((one for one in self.signatures if one.verdict is Verdict.DECLINE), None)


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
    """Every version of a document, newest first, and those that matter now."""

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


def history(session: Session, document_id: int, reader_id: int | None = None) -> Sequence[VersionLine]:
    """Every version of a document, newest first, and which of them a reader looked at."""
    lines: dict[int, VersionLine] = {}
    for row in session.execute(_said_of(document_id, reader_id)):
        line = lines.setdefault(row.id, VersionLine(*row[:12]))
        if row.voice is not None:
            line.signatures.append(SignatureLine(*row[12:]))
    return list(lines.values())


def _said_of(document_id: int, reader_id: int | None) -> Select[*tuple[Any, ...]]:
    """A row per signature: first what `VersionLine` holds, then what `SignatureLine` does."""
    signer, holder, proposer = aliased(User), aliased(User), aliased(User)
    return (
        select(
            Version.id,
            Version.number,
            Version.digest,
            Standing.state,
            Version.proposed_by_id,
            proposer.name.label("proposed_by"),
            Version.proposed_at,
            Standing.starts,
            Standing.ends,
            Standing.closed_at,
            Standing.expires_at,
            Reading.first_at.is_not(None),
            Signature.voice,
            Signature.person_id,
            signer.name,
            holder.name.label("deputy_for"),
            Signature.verdict,
            Signature.comment,
            Signature.at,
            Withdrawal.at.label("withdrawn_at"),
            Withdrawal.reason.label("withdrawn_why"),
        )
        .join(Standing, Standing.version_id == Version.id)
        .join(proposer, proposer.id == Version.proposed_by_id)
        .outerjoin(Reading, (Reading.version_id == Version.id) & (Reading.user_id == reader_id))
        .outerjoin(Signature, Signature.version_id == Version.id)
        .outerjoin(signer, signer.id == Signature.person_id)
        .outerjoin(holder, holder.id == Signature.deputy_for_id)
        .outerjoin(Withdrawal, Withdrawal.signature_id == Signature.id)
        .where(Version.document_id == document_id)
        .order_by(Version.number.desc(), Signature.id)
    )


def awaited(line: VersionLine, seats: Mapping[Side, Seat]) -> list[Awaited]:
    """Which seats an open version waits for, and who holds them."""
    return [
        Awaited(side, seat.title, seat.holder.name if seat.holder else None)
        for side, seat in seats.items()
        if line.state is State.OPEN and line.given(side.value) is None
    ]
