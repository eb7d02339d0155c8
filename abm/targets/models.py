"""The quarter's tiered list of target accounts, that both sides sign (domain §5). Its parts have their own files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.models import Account
from abm.agreement.models import Document, Span, Verdict, Version
from abm.audit.models import record
from abm.definitions.list_rules import list_rules_at
from abm.kit.base import Base, Instant, Key, Word, session_of
from abm.kit.clock import Quarter
from abm.kit.rules import refuse, require
from abm.kit.text import paragraphs
from abm.people.models import Organisation, User
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.people.seats import Seat, Side, seat_of, seats
from abm.targets.content import Content, draft_content, read_content
from abm.targets.deadlines import last_instant
from abm.targets.effect import write_membership
from abm.targets.entries import Assessment, Entry, Nomination
from abm.targets.kinds import Motion, Outcome, Period, Priority, Readiness
from abm.targets.membership import Membership
from abm.targets.policies import DEFAULT_TERMS, TierPolicy, Waiver
from abm.targets.proposal import Outlook, outlook, proposal_of
from abm.targets.reminders import Reminder
from abm.targets.weighing import weigh
from abm.targets.work import Work
from abm.targets.workload import Workload

# Everything of this domain that other floors use, in one place.
__all__ = (
    "Assessment", "Entry", "Membership", "Motion", "Nomination", "Outcome", "Period", "Priority", "Readiness",
    "Reminder", "TargetList", "TierPolicy", "Waiver", "open_list",
)  # fmt: skip

KIND = "target list"
QUARTERS_AHEAD = 4


class TargetList(Base):
    """The list of one quarter: a draft of entries and tier policies here, versions under agreement."""

    __tablename__ = "target_list"
    __table_args__ = (UniqueConstraint("programme_id", "quarter"),)

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), default=DEFAULT_PROGRAMME)
    quarter: Mapped[Word]  # 2026-q4
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    created_at: Mapped[Instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    closed_at: Mapped[Instant | None]  # by nobody: its quarter was over

    programme: Mapped[Programme] = relationship(lazy="joined", innerjoin=True)
    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)
    entries: Mapped[list[Entry]] = relationship(back_populates="target_list", order_by="Entry.id")
    policies: Mapped[list[TierPolicy]] = relationship(
        back_populates="target_list", order_by="TierPolicy.tier", lazy="selectin"
    )

    @property
    def address(self) -> dict[str, Any]:
        """What names this list in an address: `url_for("targets.show", **target_list.address)`."""
        return {"quarter": self.quarter, **self.programme.address}

    @property
    def named(self) -> str:
        """In words: `2026-q4`, or `2026-q4, Americas` where it is not the default programme's."""
        return self.programme.naming(self.quarter)

    def seats(self) -> dict[Side, Seat]:
        """The two seats that sign this list."""
        return seats(session_of(self), self.programme_id)

    def seat_of(self, user: User, at: datetime) -> Seat | None:
        """The seat that a person signs this list for at an instant, if any."""
        day = session_of(self).get_one(Organisation, 1).today(at)
        return seat_of(session_of(self), user, day, self.programme_id)

    def enter(
        self, account: Account, *, by: User, at: datetime, tier: int | None = None, ae: User | None = None
    ) -> Entry:
        """Make an account a candidate. One that is in the draft already stays as it is."""
        self.require_running(at)
        require(account.archived_at is None, f"{account.name} is archived: restore it first.", field="account")
        session = session_of(self)
        known = select(Entry).where(Entry.list_id == self.id, Entry.account_id == account.id)
        session.flush()
        present = session.scalar(known)
        if present is not None:
            return present
        entry = Entry(list_id=self.id, account_id=account.id, changed_by_id=by.id, changed_at=at)
        try:
            with session.begin_nested():
                session.add(entry)
        except IntegrityError:  # somebody entered it in between
            return session.scalars(known).one()
        record(entry, "entered", by=by, at=at, after={"list": self.quarter, "account": account.id})
        if tier is not None or ae is not None:
            entry.place(tier=tier, ae=ae, outcome=Outcome.CANDIDATE, by=by, at=at)
        return entry

    def outlook(self, held_by: Mapping[Side, Seat] | None = None, *, workload: Workload | None = None) -> Outlook:
        """How full the draft is, and what stops its proposal; with a workload also what that asks of people."""
        session = session_of(self)
        terms = {policy.tier: policy.terms for policy in self.policies}
        return outlook(session, self.id, terms, self.seats() if held_by is None else held_by, workload)

    def waive(
        self,
        what: str,
        *,
        seat: Seat,
        reason: str,
        by: User,
        at: datetime,
        organisation: Organisation,
        work: Work | None = None,
    ) -> Waiver:
        """Accept with a reason that a capacity, or with `work` what is asked of somebody, is exceeded, up to now.

        See `Load.why_not` for who may accept a capacity; what is asked of a person is accepted by each seat for itself.
        """
        self.document.lock()
        self.require_running(at)
        self._check_signer(seat, by, at, organisation)
        exceeded = self.outlook(workload=weigh(self.draft(), work) if work else None).named(what)
        if exceeded is None:
            refuse("This fits by now: there is nothing to accept.")
        refusal = exceeded.why_not(seat.side)
        require(not refusal, refusal)
        reason = paragraphs(reason)
        require(reason, "Say why more than the limit is right this quarter.", field="reason")
        figure = exceeded.figure
        waiver = Waiver(list_id=self.id, what=what, figure=figure, side=seat.side, by=by, at=at, reason=reason)
        session_of(self).add(waiver)
        after = {"what": what, "figure": figure, "most": exceeded.most, "side": seat.side}
        record(waiver, "accepted", by=by, at=at, after=after)
        return waiver

    def draft(self) -> Content:
        """What would be signed if the draft were proposed as it stands."""
        return draft_content(session_of(self), self.id, self.quarter, self.policies)

    def propose(self, *, organisation: Organisation, by: User, at: datetime, work: Work | None = None) -> Version:
        """Freeze the draft as the next version, for both seats to sign in time. Missing voices do not stop it.

        `work`: what a higher floor knows of people and campaigns; with it, what the very content that is frozen asks
        of each person stops the proposal too, until it fits or both seats have accepted it.
        """
        self.document.lock()
        self.require_running(at)
        self.document.close_overdue(at=at)
        content = self.draft()
        workload = weigh(content, work) if work else None
        obstacles = proposal_of(session_of(self), self.id, content, self.seats(), workload).obstacles
        require(not obstacles, " ".join(obstacles))
        self._check_new(content)
        quarter = organisation.quarter(self.quarter)
        span = Span(organisation.start_of(quarter.first), organisation.end_of(quarter.last))
        voices = [side.value for side in Side]
        expires_at = last_instant(organisation, quarter, list_rules_at(session_of(self), at), at)
        return self.document.propose(content.written(), voices=voices, span=span, by=by, at=at, expires_at=expires_at)

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
        organisation: Organisation,
    ) -> bool:
        """Give a seat's word on a version; hand back whether it is now signed by both, and the list written.

        Raises StaleDigest where the signer saw other bytes.
        """
        self.document.lock()
        require(version.document_id == self.document_id, "This version is of another list.")
        self._check_signer(seat, by, at, organisation)
        complete = version.sign(
            voice=seat.side.value,
            verdict=verdict,
            digest=digest,
            by=by,
            at=at,
            deputy_for=None if seat.holder_id == by.id else seat.holder,
            comment=paragraphs(comment),
        )
        if complete:
            write_membership(self, version, at=at)
        return complete

    def withdraw_signature(self, version: Version, *, by: User, at: datetime, reason: str = "") -> None:
        """Take one's own signature back, until the version is in force or scheduled."""
        self.document.lock()
        require(version.document_id == self.document_id, "This version is of another list.")
        own = next((one for one in version.valid_signatures() if one.person_id == by.id), None)
        if own is None:
            refuse("There is no signature of yours to withdraw.")
        version.withdraw_signature(voice=own.voice, by=by, at=at, reason=paragraphs(reason))

    def withdraw(self, version: Version, *, by: User, at: datetime) -> None:
        """Take a proposal back. Who proposed it does; anybody else proposes another."""
        require(version.document_id == self.document_id, "This version is of another list.")
        version.withdraw(by=by, at=at)

    def expire(self, *, at: datetime) -> Version | None:
        """Close the proposal that waited longer than agreed, or whose quarter is over; hand it back if there is one."""
        self.document.lock()
        return self.document.close_overdue(at=at)

    def close(self, *, at: datetime) -> None:
        """Make the list of a quarter that is over history, which the database keeps as it is. Once is enough."""
        self.document.lock()
        require(self.over(at), f"{self.quarter} is not over: its list is worked with.")
        if self.closed_at is None:
            self.document.close_overdue(at=at)
            session_of(self).flush()
            self.closed_at = at
            record(self, "closed", by=None, at=at, after={"quarter": self.quarter})

    def over(self, at: datetime) -> bool:
        """Whether its quarter has ended by an instant."""
        organisation = session_of(self).get_one(Organisation, 1)
        return at >= organisation.end_of(organisation.quarter(self.quarter).last)

    def require_running(self, at: datetime) -> None:
        """Refuse to touch the draft of a quarter that is over: its list is history."""
        require(not self.over(at), f"{self.quarter} is over: its list is history now.")

    def _check_signer(self, seat: Seat, by: User, at: datetime, organisation: Organisation) -> None:
        """Only an active holder, or a deputy on their days, acts for a seat; an empty one signs nothing."""
        require(seat.programme_id == self.programme_id, f"{seat.title} signs the list of another programme.")
        if seat.holder is None:
            refuse(f"The {seat.side} seat is empty. An empty seat signs nothing: fill it first.")
        signs = seat.signer(by, organisation.today(at))
        require(signs, f"Only {seat.holder.name}, or a deputy on their days, signs for the {seat.side} seat.")

    def _check_new(self, content: Content) -> None:
        """Refuse a proposal that would cost signatures and change nothing."""
        standing = self.document.open_version or self.document.latest_signed()
        if standing is not None:
            same = read_content(standing.read()).written() == content.written()
            require(not same, f"The draft is what version {standing.number} says already. Change something first.")


def open_list(
    organisation: Organisation, quarter: Quarter, *, by: User, at: datetime, programme: Programme | None = None
) -> TargetList:
    """Start the draft of a quarter's list in a programme, the default unless named, with the usual terms."""
    session = session_of(organisation)
    programme = programme or session.get_one(Programme, DEFAULT_PROGRAMME)
    require(at < organisation.end_of(quarter.last), f"{quarter} is over: start the list of a quarter to come.")
    latest = organisation.quarter_of(organisation.today(at)).plus(QUARTERS_AHEAD)
    require(quarter <= latest, f"{quarter} is more than a year away: start its list later.")
    known = select(TargetList.id).where(TargetList.quarter == str(quarter), TargetList.programme_id == programme.id)
    require(session.scalar(known) is None, f"The list of {quarter} was started already.")
    target_list = TargetList(
        programme=programme,
        quarter=str(quarter),
        document=Document(kind=KIND, created_at=at),
        created_at=at,
        created_by_id=by.id,
        policies=[TierPolicy(tier=tier, **asdict(terms)) for tier, terms in DEFAULT_TERMS.items()],
    )
    try:
        with session.begin_nested():
            session.add(target_list)
    except IntegrityError:
        refuse(f"The list of {quarter} was started already.")
    record(target_list, "opened", by=by, at=at, after={"quarter": str(quarter), "programme": programme.name})
    return target_list
