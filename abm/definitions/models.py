"""What a figure means, agreed by both sides: a working draft here, versions under agreement (domain §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.orm.exc import StaleDataError

from abm.agreement.canonical import thaw
from abm.agreement.models import Document, Span, Verdict, Version
from abm.audit.models import record
from abm.definitions.kinds import Kind
from abm.kit.base import Base, Facts, Instant, Key, Slug, Word, session_of
from abm.kit.rules import Conflict, refuse, require
from abm.kit.text import paragraphs
from abm.people.models import Organisation, User
from abm.people.seats import Seat, Side, seats

DAYS_AHEAD = 366  # a year: whatever begins later is written later


class Definition(Base):
    """One definition: the draft that people change, and the document whose versions both seats sign."""

    __tablename__ = "definition"

    id: Mapped[Key]
    slug: Mapped[Slug]
    kind: Mapped[Word]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    draft: Mapped[Facts]
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[Instant]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    revision: Mapped[int] = mapped_column(default=1)

    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)
    changed_by: Mapped[User] = relationship(foreign_keys=[changed_by_id])

    __mapper_args__ = {"version_id_col": revision}

    def change(
        self, kind: Kind[Any], facts: Mapping[str, object], *, by: User, at: datetime, revision: int | None = None
    ) -> None:
        """Write another draft. What is in force, and what is open for signing, stays as it is.

        Raises RuleBroken for what its kind cannot read, Conflict where `revision` is no longer the latest.
        """
        written = kind.written(kind.read(facts))
        before = self.draft
        if revision is not None and revision != self.revision:
            raise _conflict(before, written)
        if written == before:
            return
        self.draft, self.changed_by_id, self.changed_at = written, by.id, at
        try:
            session_of(self).flush()
        except StaleDataError as error:  # somebody was quicker between our reading and our writing
            raise _conflict(before, written) from error
        record(self, "changed", by=by, at=at, before=before, after=written)

    def propose(
        self, kind: Kind[Any], *, starts_on: date, by: User, at: datetime, revision: int | None = None
    ) -> Version:
        """Freeze the draft as the next version, for both seats to sign; it holds from `starts_on` at the earliest."""
        self.document.lock()
        organisation = session_of(self).get_one(Organisation, 1)
        seen = revision is None or revision == self.revision
        require(seen, "Somebody changed the draft since you opened this page. Look at it again, then propose.")
        today = organisation.today(at)
        require(starts_on >= today, "It can hold from today on at the earliest.", field="starts_on")
        near = (starts_on - today).days <= DAYS_AHEAD
        require(near, "That is more than a year away: propose it later.", field="starts_on")
        content = {"definition": self.slug, "from": starts_on.isoformat(), "says": kind.written(kind.read(self.draft))}
        self._check_new(content)
        voices = [side.value for side in Side]
        return self.document.propose(content, voices=voices, span=Span(organisation.start_of(starts_on)), by=by, at=at)

    def sign(
        self,
        version: Version,
        *,
        seat: Seat,
        by: User,
        at: datetime,
        digest: str,
        verdict: Verdict,
        comment: str = "",
    ) -> bool:
        """Give a seat's word on a version; hand back whether both have now signed it.

        Raises StaleDigest where the signer saw other bytes.
        """
        self.document.lock()
        self._require_own(version)
        companys = seats(session_of(self))[seat.side]
        require(seat.id == companys.id, f"Definitions hold for the whole company: {companys.title} signs them.")
        seat.require_signer(by, session_of(self).get_one(Organisation, 1).today(at))
        return version.sign(
            voice=seat.side.value,
            verdict=verdict,
            digest=digest,
            by=by,
            at=at,
            deputy_for=None if seat.holder_id == by.id else seat.holder,
            comment=paragraphs(comment),
        )

    def withdraw_signature(self, version: Version, *, by: User, at: datetime, reason: str = "") -> None:
        """Take one's own signature back, until the version is in force or scheduled."""
        self.document.lock()
        self._require_own(version)
        own = next((one for one in version.valid_signatures() if one.person_id == by.id), None)
        if own is None:
            refuse("There is no signature of yours to withdraw.")
        version.withdraw_signature(voice=own.voice, by=by, at=at, reason=paragraphs(reason))

    def withdraw(self, version: Version, *, by: User, at: datetime) -> None:
        """Take a proposal back. Who proposed it does; anybody else proposes another."""
        self._require_own(version)
        version.withdraw(by=by, at=at)

    def _require_own(self, version: Version) -> None:
        require(version.document_id == self.document_id, "This version is of another definition.")

    def _check_new(self, content: Mapping[str, object]) -> None:
        """Refuse a proposal that would cost signatures and change nothing."""
        opened, signed = self.document.open_version, self.document.latest_signed()
        if opened is not None:
            same = thaw(opened.content) == content
            require(not same, f"Version {opened.number} says this already, from the same day on.")
        elif signed is not None:
            same = thaw(signed.content)["says"] == content["says"]
            require(not same, f"The draft is what version {signed.number} says already. Change something first.")


def definition_of(session: Session, slug: str) -> Definition | None:
    """The definition at an address; None while nobody has touched its default."""
    return session.scalar(select(Definition).where(Definition.slug == slug))


def begin_definition(
    session: Session, kind: Kind[Any], draft: Mapping[str, object], *, by: User, at: datetime
) -> Definition:
    """The definition, with this first draft if nobody has begun it yet. Raises RuleBroken for what cannot be read."""
    found = definition_of(session, kind.slug)
    if found is not None:
        return found
    written = kind.written(kind.read(draft))
    definition = Definition(
        slug=kind.slug,
        kind=kind.kind,
        document=Document(kind=kind.kind, created_at=at),
        draft=written,
        created_at=at,
        created_by_id=by.id,
        changed_at=at,
        changed_by_id=by.id,
    )
    try:
        with session.begin_nested():
            session.add(definition)
    except IntegrityError:  # somebody began it in between
        return session.scalars(select(Definition).where(Definition.slug == kind.slug)).one()
    record(definition, "begun", by=by, at=at, after=written)
    return definition


def _conflict(theirs: Mapping[str, object], yours: Mapping[str, object]) -> Conflict:
    message = "Someone else changed this definition while you were editing. Nothing of yours is saved yet."
    return Conflict(message, theirs=theirs, yours=yours)
