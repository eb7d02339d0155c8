"""One mechanism for everything that two sides must agree on: documents, immutable versions, signatures (domain §4).

`agreement` only records. The owning domain wraps it and writes its own projection in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.agreement.canonical import digest_of, freeze, thaw
from abm.agreement.closing import what_became_of
from abm.agreement.readings import Reading
from abm.agreement.signatures import Signature, StandingSignature, Verdict, Voice, Withdrawal
from abm.agreement.standing import Standing, State
from abm.audit.models import record
from abm.kit.base import Base, Digest, Instant, Key, PublicId, Word, check, session_of
from abm.kit.rules import Conflict, refuse, require
from abm.people.models import User

__all__ = (
    "Document", "Reading", "Signature", "Span", "StaleDigest", "Standing", "StandingSignature", "State", "Verdict",
    "Version", "Voice", "Withdrawal",
)  # fmt: skip


class StaleDigest(Conflict):
    """A signer's screen showed other bytes than the version has: nothing is signed, the difference is shown."""

    def __init__(self, version: Version) -> None:
        super().__init__(f"Version {version.number} is not what your page showed. Look at the difference, then decide.")
        self.version = version


@dataclass(frozen=True)
class Span:
    """From when, and until when at the latest, a version may be in force. None: from signing, without end."""

    starts: datetime | None = None
    ends: datetime | None = None


class Document(Base):
    """Something under agreement: it has one working draft in its own domain, and numbered versions here."""

    __tablename__ = "document"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    kind: Mapped[Word]
    created_at: Mapped[Instant]

    versions: Mapped[list[Version]] = relationship(back_populates="document", order_by="Version.number")

    def lock(self) -> None:
        """Wait for this document's turn: propose, sign, withdraw and expire go one after the other."""
        session = session_of(self)
        session.flush()
        session.execute(select(Document.id).where(Document.id == self.id).with_for_update())
        session.expire_all()  # what was read before the lock may have changed while we waited

    def propose(
        self,
        content: Mapping[str, object],
        *,
        voices: Sequence[str],
        span: Span,
        by: User,
        at: datetime,
        expires_at: datetime | None = None,
    ) -> Version:
        """Freeze content as the next version, open for signing by each voice until it expires, if it does.

        The open one is superseded, or expired where nobody came round to closing it.
        """
        require(voices, "Nobody is named who has to sign.")
        self.lock()
        self.close_overdue(at=at)
        last = self.versions[-1] if self.versions else None
        number, predecessor = (last.number + 1, last.digest) if last else (1, None)
        if self.open_version is not None:
            self.open_version.close(State.SUPERSEDED, by=by, at=at)
        frozen = freeze(
            kind=self.kind, document=self.public_id, number=number, predecessor=predecessor, content=content
        )
        version = Version(
            document=self,
            number=number,
            predecessor=predecessor,
            content=frozen.content,
            digest=frozen.digest,
            proposed_by=by,
            proposed_at=at,
            starts=span.starts,
            ends=span.ends,
            voices=[Voice(voice=voice) for voice in voices],
        )
        version.standing = Standing(document=self, state=State.OPEN, expires_at=expires_at)
        session_of(self).add(version)
        record(version, "proposed", by=by, at=at, after={"number": number, "digest": version.digest})
        return version

    def close_overdue(self, *, at: datetime) -> Version | None:
        """Close the open version where its time is over, and hand it back. The document is locked by the caller."""
        version = self.open_version
        if version is None or not version.standing.overdue(at):
            return None
        version.close(State.EXPIRED, by=None, at=at)
        return version

    @property
    def open_version(self) -> Version | None:
        return next((version for version in self.versions if version.state is State.OPEN), None)

    def latest_signed(self) -> Version | None:
        """The newest version that all signed, in force, scheduled or past."""
        return next((version for version in reversed(self.versions) if version.state is State.SIGNED), None)


class Version(Base):
    """A numbered, immutable writing of a document. The stored bytes are the truth."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("document_id", "number"), check("number > 0", "number"))

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int]
    predecessor: Mapped[Digest | None]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[Digest] = mapped_column(unique=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[Instant]
    starts: Mapped[Instant | None]
    ends: Mapped[Instant | None]

    document: Mapped[Document] = relationship(back_populates="versions")
    proposed_by: Mapped[User] = relationship()
    voices: Mapped[list[Voice]] = relationship(order_by="Voice.id", lazy="selectin")
    signatures: Mapped[list[Signature]] = relationship(
        back_populates="version", order_by="Signature.id", lazy="selectin"
    )
    standing: Mapped[Standing] = relationship(back_populates="version", lazy="joined", innerjoin=True)

    @property
    def state(self) -> State:
        return self.standing.state

    def read(self) -> dict[str, object]:
        """The content as it was proposed."""
        return thaw(self.content)

    def intact(self) -> bool:
        """Whether the stored bytes still have the digest that was signed."""
        return digest_of(self.content) == self.digest

    def valid_signatures(self) -> list[Signature]:
        """Signatures that were not withdrawn, oldest first."""
        return [signature for signature in self.signatures if signature.withdrawal is None]

    def signature_of(self, voice: str) -> Signature | None:
        return next((s for s in self.valid_signatures() if s.voice == voice), None)

    def awaited(self) -> list[str]:
        """The voices that have not approved yet. A voice for all (see `Voice`) stands for the narrower ones."""
        approving = {s.voice for s in self.valid_signatures() if s.verdict is Verdict.APPROVE}
        return [v.voice for v in self.voices if v.voice not in approving and v.general not in approving]

    def sign(
        self,
        *,
        voice: str,
        verdict: Verdict,
        digest: str,
        by: User,
        at: datetime,
        deputy_for: User | None = None,
        comment: str = "",
    ) -> bool:
        """Give one voice's signature to exactly these bytes; hand back whether the version is now signed by all.

        Raises StaleDigest for another digest and for a version that a newer one replaced; RuleBroken where the
        voice is not asked, the version is closed, the voice or the person has signed already, or a decline lacks
        its reason.
        """
        self.document.lock()
        if digest != self.digest or self.state is State.SUPERSEDED:
            raise StaleDigest(self)
        self._guard_signature(voice, verdict, by=by, at=at, comment=comment)
        self._add(
            Signature(
                version=self,
                voice=voice,
                person=by,
                deputy_for=deputy_for,
                verdict=verdict,
                comment=comment.strip(),
                at=at,
                digest=digest,
            )
        )
        if verdict is Verdict.DECLINE:
            self.close(State.DECLINED, by=by, at=at)
        elif not self.awaited():
            self._come_into_force(at)
            return True
        return False

    def _guard_signature(self, voice: str, verdict: Verdict, *, by: User, at: datetime, comment: str) -> None:
        """The rules of signing, each with its sentence."""
        asked = {v.voice for v in self.voices} | {v.general for v in self.voices}
        require(voice in asked, "Your signature is not asked for on this version.")
        require(self.state is State.OPEN, what_became_of(self))
        if self.standing.overdue(at):
            refuse(self._over(at))
        given = self.signature_of(voice)
        if given is not None:
            refuse(f"{voice.capitalize()} has already signed version {self.number}: {given.person.name} did.")
        require(
            all(s.person_id != by.id for s in self.valid_signatures()),
            "You have already signed this version: one person gives one signature.",
        )
        require(verdict is Verdict.APPROVE or comment.strip(), "Say why you decline.", field="comment")
        require(
            self.intact(),
            f"What is stored of version {self.number} is not what was proposed: nobody signs it. Tell RevOps.",
        )

    def _over(self, at: datetime) -> str:
        if self.ends is not None and at >= self.ends:
            return f"The time of version {self.number} is over: it can no longer come into force."
        return f"Version {self.number} waited longer for its signatures than agreed: propose the draft anew."

    def _add(self, signature: Signature) -> None:
        """Keep a signature, and that it stands."""
        session = session_of(self)
        session.add(signature)
        session.flush()
        standing = StandingSignature(version_id=self.id, voice=signature.voice, person_id=signature.person.id)
        standing.signature = signature
        session.add(standing)
        verb = "signed" if signature.verdict is Verdict.APPROVE else "declined"
        after = {"voice": signature.voice, "digest": signature.digest}
        record(self, verb, by=signature.person, at=signature.at, after=after)

    def withdraw_signature(self, *, voice: str, by: User, at: datetime, reason: str = "") -> None:
        """Take one's own signature back, while the version is still open."""
        self.document.lock()
        signature = self.signature_of(voice)
        if signature is None:
            refuse("There is no signature of yours to withdraw.")
        require(signature.person_id == by.id, "Only who signed withdraws the signature.")
        require(self.state is State.OPEN, f"Version {self.number} is {self.state}: signatures stay now.")
        session = session_of(self)
        signature.withdrawal = Withdrawal(by_id=by.id, at=at, reason=reason)
        for row in session.scalars(select(StandingSignature).where(StandingSignature.signature_id == signature.id)):
            session.delete(row)
        record(self, "signature withdrawn", by=by, at=at, after={"voice": voice})

    def withdraw(self, *, by: User, at: datetime) -> None:
        """Take the whole proposal back. Who proposed it does."""
        self.document.lock()
        require(self.proposed_by_id == by.id, "Only who proposed this version withdraws it.")
        self.close(State.WITHDRAWN, by=by, at=at)

    def close(self, state: State, *, by: User | None, at: datetime) -> None:
        """End an open version without coming into force. The document is locked by the caller."""
        require(self.state is State.OPEN, what_became_of(self))
        self.standing.state = state
        self.standing.closed_at = at
        given = [signature.id for signature in self.valid_signatures()]  # whom it cost: they are asked to look again
        record(self, state.value, by=by, at=at, after={"number": self.number, "signatures": given})

    def _come_into_force(self, at: datetime) -> None:
        """In force from the later of the last signature and the start; the one before ends at that instant."""
        starts = max(at, self.starts) if self.starts else at
        for other in self.document.versions:
            other.standing.end_by(starts)
        session_of(self).flush()
        self.standing.state = State.SIGNED
        self.standing.starts, self.standing.ends = starts, self.ends
        record(self, "came into force", by=None, at=at, after={"number": self.number, "from": starts})
