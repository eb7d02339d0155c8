"""An account in the draft of a list: where it is placed, and what each side says of it (domain §5)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.exc import StaleDataError

from abm.accounts.models import Account
from abm.audit.models import record
from abm.kit.base import Base, Instant, Key, LongText, PublicId, check, choice, session_of
from abm.kit.rules import Conflict, require
from abm.kit.text import paragraphs
from abm.people.models import Role, User
from abm.targets.kinds import TIERS, Motion, Outcome, Priority, Readiness

if TYPE_CHECKING:
    from abm.targets.models import TargetList

ANSWERS_FOR_ACCOUNTS = (Role.AE, Role.SALES_MANAGER, Role.CRO)
LONGEST_REASON = 2000


class Entry(Base):
    """An account in the draft of a list: tier, planned AE, motion, both voices and the outcome."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("list_id", "account_id"),
        check("tier IS NULL OR tier BETWEEN 1 AND 3", "tier"),
        check("outcome <> 'in' OR (tier IS NOT NULL AND ae_id IS NOT NULL)", "placed_when_in"),
        check("outcome <> 'out' OR reason <> ''", "reason_when_out"),
        Index("ix_entry_listing", "list_id", "outcome", "tier"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    list_id: Mapped[int] = mapped_column(ForeignKey("target_list.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    with_children: Mapped[bool] = mapped_column(default=False)
    tier: Mapped[int | None]
    ae_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    motion: Mapped[Motion] = mapped_column(choice(Motion, "motion"), default=Motion.NEW)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"), default=Outcome.CANDIDATE)
    reason: Mapped[LongText] = mapped_column(default="")
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[Instant]
    revision: Mapped[int] = mapped_column(default=1)

    target_list: Mapped[TargetList] = relationship(back_populates="entries")
    account: Mapped[Account] = relationship()
    ae: Mapped[User | None] = relationship(foreign_keys=[ae_id])
    changed_by: Mapped[User] = relationship(foreign_keys=[changed_by_id])
    nominations: Mapped[list[Nomination]] = relationship(back_populates="entry", order_by="Nomination.id")
    assessments: Mapped[list[Assessment]] = relationship(back_populates="entry", order_by="Assessment.id")

    __mapper_args__ = {"version_id_col": revision}

    def nominate(self, priority: Priority, why: str, *, by: User, at: datetime) -> Nomination:
        """Say for Sales how much this account is wanted, and why. Each person's latest word counts."""
        self.target_list.require_running(at)
        why = why_wanted(why)
        nomination = Nomination(entry=self, by=by, priority=priority, why=why, at=at)
        session_of(self).add(nomination)
        record(self, "nominated", by=by, at=at, after={"priority": priority}, personal={"why": why})
        return nomination

    def assess(self, readiness: Readiness, why: str, *, by: User, at: datetime) -> Assessment:
        """Say for Marketing whether this account can be reached. The latest word counts."""
        self.target_list.require_running(at)
        why = why_so(readiness, why)
        assessment = Assessment(entry=self, by=by, readiness=readiness, why=why, at=at)
        session_of(self).add(assessment)
        record(self, "assessed", by=by, at=at, after={"readiness": readiness}, personal={"why": why})
        return assessment

    def place(
        self,
        *,
        tier: int | None,
        ae: User | None,
        outcome: Outcome,
        reason: str = "",
        by: User,
        at: datetime,
        revision: int | None = None,
    ) -> None:
        """Decide tier, planned AE and outcome. What is out says why; what is in has a tier and an AE.

        Raises Conflict, with both values of what differs, where `revision` is no longer the latest.
        """
        differing = self.placing(tier=tier, ae=ae, outcome=outcome, reason=reason, revision=revision)
        if differing:
            self._set(differing, "placed", by=by, at=at)

    def placing(
        self, *, tier: int | None, ae: User | None, outcome: Outcome, reason: str = "", revision: int | None = None
    ) -> dict[str, object]:
        """What such a decision would change, once it has passed the rules; nothing is changed yet."""
        missing = "Say why it is out." if outcome is Outcome.OUT else ""
        reason = _reason(reason, missing, field="reason")
        wanted: dict[str, object] = {"tier": tier, "ae_id": ae.id if ae else None, "outcome": outcome, "reason": reason}
        differing = self._differing(wanted, revision)
        if differing:
            self._check(tier, ae, outcome)
        return differing

    def aim(self, *, motion: Motion, with_children: bool, by: User, at: datetime, revision: int | None = None) -> None:
        """Decide what is wanted of the account, and whether the companies below it are worked with it."""
        differing = self._differing({"motion": motion, "with_children": with_children}, revision)
        if differing:
            self._set(differing, "aimed", by=by, at=at)

    def _differing(self, wanted: dict[str, object], revision: int | None) -> dict[str, object]:
        """What would change. Refuses a decision that was made from an older state, unless that says the same by now."""
        differing = {name: value for name, value in wanted.items() if getattr(self, name) != value}
        if differing and revision is not None and revision != self.revision:
            raise _conflict({name: getattr(self, name) for name in differing}, differing)
        return differing

    def _set(self, differing: dict[str, object], verb: str, *, by: User, at: datetime) -> None:
        self.target_list.require_running(at)
        before = {name: getattr(self, name) for name in differing}
        changed = {
            **differing,
            "changed_by_id": by.id,
            "changed_at": at,
        }  # whatever is read is read before the first set
        for name, value in changed.items():
            setattr(self, name, value)
        try:
            session_of(self).flush()
        except StaleDataError as error:  # somebody was quicker between our reading and our writing
            raise _conflict(before, differing) from error
        record(self, verb, by=by, at=at, before=before, after=differing)

    def _check(self, tier: int | None, ae: User | None, outcome: Outcome) -> None:
        require(tier is None or tier in TIERS, "Tiers are 1, 2 and 3.", field="tier")
        if ae is not None and ae.id != self.ae_id:
            require(ae.active, f"{ae.name} is deactivated. Choose somebody who is here.", field="ae")
            sells = ae.is_one_of(*ANSWERS_FOR_ACCOUNTS)
            require(sells, f"{ae.name} is not in Sales: an AE or a sales manager answers for an account.", field="ae")
        if outcome is Outcome.IN:
            require(tier is not None, "Choose the tier before it is in.", field="tier")
            require(ae is not None, "Choose the AE who will answer for it before it is in.", field="ae")


def why_wanted(why: str) -> str:
    """A nomination's reason as it is kept; there is none without."""
    return _reason(why, "Say why you want this account.", field="why")


def why_so(readiness: Readiness, why: str) -> str:
    """An assessment's reason as it is kept: what is missing, unless nothing is."""
    return _reason(why, "" if readiness is Readiness.READY else "Say what is missing.", field="why")


def _conflict(theirs: dict[str, object], yours: dict[str, object]) -> Conflict:
    message = "Someone else changed this entry while you were deciding. Nothing of yours is saved yet."
    return Conflict(message, theirs=theirs, yours=yours)


def _reason(text: str, missing: str, *, field: str) -> str:
    """A person's reason as it is kept. `missing` is the sentence for an empty one; empty where none is needed."""
    kept = paragraphs(text)
    require(kept or not missing, missing, field=field)
    require(len(kept) <= LONGEST_REASON, f"Say it in at most {LONGEST_REASON:,} characters.", field=field)
    return kept


class Nomination(Base):
    """Sales' voice: somebody wants this account, how much, and why. The latest of each person counts."""

    __tablename__ = "nomination"

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    priority: Mapped[Priority] = mapped_column(choice(Priority, "priority"))
    why: Mapped[LongText]
    at: Mapped[Instant]

    entry: Mapped[Entry] = relationship(back_populates="nominations")
    by: Mapped[User] = relationship()


class Assessment(Base):
    """Marketing's voice: whether the account can be reached, and why. The latest counts."""

    __tablename__ = "assessment"

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    readiness: Mapped[Readiness] = mapped_column(choice(Readiness, "readiness"))
    why: Mapped[LongText]
    at: Mapped[Instant]

    entry: Mapped[Entry] = relationship(back_populates="assessments")
    by: Mapped[User] = relationship()
