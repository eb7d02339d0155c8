"""Campaigns: planned by Marketing, reviewed by Sales, launched on what was approved (domain §6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.changes import Change
from abm.agreement.models import Document, Span, StaleDigest, State, Verdict, Version
from abm.audit.models import record
from abm.campaigns.audience import Candidate, audience, candidates, reviewers_of
from abm.campaigns.drafting import Play, begin_edit, change_section
from abm.campaigns.errata import Erratum, meant
from abm.campaigns.holdout import HoldOut, draw, new_seed
from abm.campaigns.kinds import TRANSITIONS, CampaignState, CommentKind, PlanState, Section, Transition
from abm.campaigns.launches import AudienceMember, Launch, taken_before
from abm.campaigns.live_plays import LivePlay
from abm.campaigns.plan import Criteria, Plan, Reviewer
from abm.campaigns.readiness import either, look_again, missing, obstacles
from abm.campaigns.reviewing import ask_aes
from abm.campaigns.reviews import SALES, ReviewComment, manager_voice, plan_state, voice_of
from abm.campaigns.working import work_as_launched
from abm.kit.base import (
    Base,
    Currency,
    Day,
    Facts,
    Instant,
    Key,
    LongText,
    Minor,
    Name,
    PublicId,
    Slug,
    Word,
    check,
    choice,
    session_of,
)
from abm.kit.rules import refuse, require
from abm.kit.text import paragraphs
from abm.people.models import Organisation, User
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.people.seats import Seat

# Everything of this domain that other floors use, in one place.
__all__ = (
    "AudienceMember", "Campaign", "CampaignState", "CommentKind", "Launch", "LivePlay", "Plan", "PlanState", "Play",
    "ReviewComment", "Section", "approvers",
)  # fmt: skip

KIND = "campaign plan"


class Campaign(Base):
    """A campaign and the working draft of its plan. Whoever changes one holds its document first."""

    __tablename__ = "campaign"
    __table_args__ = (
        check("starts_on <= ends_on", "days_in_order"),
        check("ask_touches >= 0", "ask"),
        check("budget >= 0", "budget"),
        check("holdout_percent BETWEEN 0 AND 50", "holdout"),
        check("state <> 'adopted' OR adopted_at IS NOT NULL", "adopted"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    slug: Mapped[Slug]
    name: Mapped[Name]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), default=DEFAULT_PROGRAMME)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    state: Mapped[CampaignState] = mapped_column(choice(CampaignState, "campaign_state"))
    starts_on: Mapped[Day]
    ends_on: Mapped[Day]
    objective: Mapped[LongText] = mapped_column(default="")
    message: Mapped[LongText] = mapped_column(default="")
    offer: Mapped[LongText] = mapped_column(default="")
    ask_touches: Mapped[int] = mapped_column(default=0)  # by Sales, per account
    ask_by: Mapped[Day | None]
    talk_track: Mapped[LongText] = mapped_column(default="")
    budget: Mapped[Minor | None]  # in minor units of currency; None: not said yet
    currency: Mapped[Currency]  # the reporting currency when the campaign was created
    measure: Mapped[LongText] = mapped_column(default="")  # what will be measured, and what is expected
    holdout_percent: Mapped[int] = mapped_column(default=0)  # of the accounts that may be held out; 0: no hold-out
    holdout_tier_1: Mapped[bool] = mapped_column(default=False)  # whether tier 1 may be held out as well
    holdout_seed: Mapped[Word] = mapped_column(default=new_seed)
    criteria: Mapped[Facts] = mapped_column(default=dict)  # as Criteria.facts has them
    closing_note: Mapped[LongText] = mapped_column(default="")  # why it was cancelled; what came of it, of old ones
    keep_note: Mapped[LongText] = mapped_column(default="")  # once completed: what to keep,
    retire_note: Mapped[LongText] = mapped_column(default="")  # and what to retire
    adopted_at: Mapped[Instant | None]  # when it was taken in, if it ran before
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    revision: Mapped[int] = mapped_column(default=1)

    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
    plays: Mapped[list[Play]] = relationship(
        back_populates="campaign", order_by="Play.day, Play.id", cascade="all, delete-orphan"
    )
    launches: Mapped[list[Launch]] = relationship(back_populates="campaign", order_by="Launch.id")
    audience: Mapped[list[AudienceMember]] = relationship(back_populates="campaign", order_by="AudienceMember.id")
    live_plays: Mapped[list[LivePlay]] = relationship(
        back_populates="campaign", order_by="LivePlay.day, LivePlay.id", cascade="all, delete-orphan"
    )
    comments: Mapped[list[ReviewComment]] = relationship(back_populates="campaign", order_by="ReviewComment.id")
    errata: Mapped[list[Erratum]] = relationship(back_populates="campaign", order_by="Erratum.id")

    __mapper_args__ = {"version_id_col": revision}

    @property
    def audience_began(self) -> bool:
        """Whether it ever took accounts on: launched, or taken in as adopted."""
        return bool(self.launches) or self.adopted_at is not None

    @property
    def holdout(self) -> HoldOut:
        """What the draft says of its hold-out."""
        return HoldOut(self.holdout_percent, self.holdout_tier_1, self.holdout_seed)

    def draft(
        self,
        accounts: Iterable[Candidate] = (),
        reviewers: tuple[Reviewer, ...] = (),
        held_out: Collection[str] = frozenset(),
    ) -> Plan:
        """The plan as it would be frozen now; without accounts it serves to compare what Marketing wrote."""
        return Plan(
            name=self.name,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            objective=self.objective,
            criteria=Criteria.read(self.criteria),
            accounts=tuple(account.planned(held_out=account.public_id in held_out) for account in accounts),
            message=self.message,
            offer=self.offer,
            plays=tuple(play.planned() for play in self.plays),
            ask_touches=self.ask_touches,
            ask_by=self.ask_by,
            talk_track=self.talk_track,
            budget=self.budget,
            currency=self.currency,
            measure=self.measure,
            holdout=self.holdout,
            reviewers=reviewers,
        )

    @property
    def newest(self) -> Version | None:
        """The version that was submitted last."""
        return self.document.versions[-1] if self.document.versions else None

    @property
    def approved(self) -> Version | None:
        """The version that Sales approved last: what may be launched, and what is live once it was."""
        return self.document.latest_signed()

    @property
    def open_requests(self) -> list[ReviewComment]:
        """Requested changes that nobody has settled yet, whichever version they were said to."""
        return [comment for comment in self.comments if comment.open]

    def ahead_of_list(self, signed: Collection[int], today: date) -> bool:
        """Whether it runs today though no list of its programme is signed; `signed`: the programmes that have one."""
        return self.state.runs and self.starts_on <= today <= self.ends_on and self.programme_id not in signed

    def state_of(self, version: Version) -> PlanState:
        return plan_state(version.standing, len(self.open_requests) if version.state is State.OPEN else 0)

    def left_behind(self) -> list[Section]:
        """The sections in which the draft has left the approved version behind, slips that were corrected aside."""
        return self.draft().changed_from(meant(self, self.approved)) if self.approved else []

    def change(self, section: Section, *, mark: str | None = None, by: User, at: datetime, **facts: object) -> Change:
        """Save one section, unless somebody else changed it since the form was opened; see `change_section`."""
        return change_section(self, section, facts, mark=mark, by=by, at=at)

    def submit(self, *, organisation: Organisation, by: User, at: datetime) -> Version:
        """Freeze the draft, with the accounts that its criteria give, as the next version; the hold-out is drawn here.

        It asks each sales manager whose AEs it binds to approve, and the sales seat for AEs without one.
        """
        begin_edit(self)
        found, accounts = audience(session_of(self), self, organisation=organisation, at=at)
        held_out = draw(self.holdout, accounts, taken_before(self))
        plan = self.draft(accounts, reviewers_of(accounts), held_out)
        gaps = missing(plan, organisation.today(at), listed=bool(found))
        require(not gaps, " ".join(sentence for sentences in gaps.values() for sentence in sentences))
        if self.newest is not None and self.state_of(self.newest) is not PlanState.WITHDRAWN:
            same = not plan.differs_from(meant(self, self.newest))
            require(not same, f"Version {self.newest.number} says exactly this already.")
        voices = [manager_voice(reviewer.person) for reviewer in plan.reviewers]
        if not voices or any(one.ae is not None and one.reviewer is None for one in accounts):
            voices.append(SALES)
        version = self.document.propose(plan.content(), voices=voices, span=Span(), by=by, at=at)
        ask_aes(version, [one for one in accounts if one.public_id not in held_out])
        record(self, "submitted", by=by, at=at, after={"version": version.number, "accounts": len(accounts)})
        return version

    def approve(
        self, version: Version, *, digest: str, seat: Seat | None, organisation: Organisation, by: User, at: datetime
    ) -> bool:
        """Approve as a manager who is asked, or for all of Sales; True once nobody is awaited. Raises StaleDigest."""
        self.document.lock()
        current = self.document.open_version
        if current is not None and current is not version:
            raise StaleDigest(current)
        voice = voice_of(version, by, seat=seat, day=organisation.today(at))
        require(voice is not None, "Sales approves a plan: a manager who is asked, or the sales seat for all.")
        waiting = sorted({comment.by.name for comment in self.open_requests})
        require(not waiting, f"{' and '.join(waiting)} asked for a change: it is settled before anybody approves.")
        deputy_for = seat.holder if seat is not None and voice == SALES and seat.holder_id != by.id else None
        complete = version.sign(
            voice=str(voice), verdict=Verdict.APPROVE, digest=digest, deputy_for=deputy_for, by=by, at=at
        )
        record(self, "approved", by=by, at=at, after={"version": version.number, "complete": complete})
        return complete

    def withdraw(self, version: Version, *, by: User, at: datetime) -> None:
        """Take a version back out of its review. Who submitted it does; the draft stays."""
        version.withdraw(by=by, at=at)
        record(self, "withdrawn", by=by, at=at, after={"version": version.number})

    def launch(self, *, organisation: Organisation, by: User, at: datetime) -> Launch:
        """Run on the approved version, which the draft still equals. Launching a version twice changes nothing."""
        state = self._hold(Transition.LAUNCH)
        version = self.approved
        if version is None:
            refuse("Sales has not approved the plan yet.")
        changed = self.left_behind()
        require(not changed, f"{look_again(approvers(version), changed)}. Submit the plan again.")
        again = next((launch for launch in self.launches if launch.version_id == version.id), None)
        if again is not None:
            return again
        plan = Plan.read(version.read())
        found = {one.public_id: one for one in candidates(session_of(self), self, organisation=organisation, at=at)}
        gone = [account.name for account in plan.accounts if account.account not in found]
        hindrances = obstacles(plan, gone=gone, today=organisation.today(at))
        require(not hindrances, " ".join(hindrances))
        launch = Launch(version=version, by=by, at=at)
        self.launches.append(launch)
        work_as_launched(self, version, plan, found, organisation=organisation, at=at)
        self._move(state, Transition.LAUNCH, by=by, at=at, version=version.number, accounts=len(plan.worked))
        return launch

    def pause(self, *, by: User, at: datetime) -> None:
        """Stop for a while. What was promised stays, and its windows with it."""
        self._move(self._hold(Transition.PAUSE), Transition.PAUSE, by=by, at=at)

    def resume(self, *, by: User, at: datetime) -> None:
        """Go on after a pause."""
        self._move(self._hold(Transition.RESUME), Transition.RESUME, by=by, at=at)

    def complete(self, *, keep: str, retire: str, by: User, at: datetime) -> None:
        """End a campaign that ran, and say what of it to keep and what to retire."""
        state = self._hold(Transition.COMPLETE)
        require(keep.strip(), "Write what to keep; “nothing” is an answer.", field="keep")
        require(retire.strip(), "Write what to retire; “nothing” is an answer.", field="retire")
        self.keep_note, self.retire_note = paragraphs(keep), paragraphs(retire)
        self._end(state, Transition.COMPLETE, by=by, at=at, keep=self.keep_note, retire=self.retire_note)

    def cancel(self, *, reason: str, by: User, at: datetime) -> None:
        """End a campaign before its time, or before it ran, and say why."""
        state = self._hold(Transition.CANCEL)
        require(reason.strip(), "Say why it is cancelled.", field="note")
        self.closing_note = paragraphs(reason)
        self._end(state, Transition.CANCEL, by=by, at=at, note=self.closing_note)

    def _hold(self, transition: Transition) -> CampaignState:
        """Wait for this campaign's turn; hand back where the step leads, unless it is none from where it stands."""
        self.document.lock()
        leads = TRANSITIONS[transition]
        words = either([state.value for state in leads])
        require(self.state in leads, f"{self.name} is {self.state}: only a {words} campaign is {transition.done}.")
        return leads[self.state]

    def _move(self, state: CampaignState, step: Transition, *, by: User, at: datetime, **facts: object) -> None:
        before = self.state
        self.state = state
        record(self, step.done, by=by, at=at, before={"state": before}, after={"state": state, **facts})

    def _end(self, state: CampaignState, step: Transition, *, by: User, at: datetime, **notes: object) -> None:
        """Nothing is worked, and nothing waits for a review, once a campaign is over."""
        if self.document.open_version is not None:
            self.document.open_version.close(State.WITHDRAWN, by=by, at=at)
        for member in self.audience:
            if member.ends is None:
                member.leave(at)
        self._move(state, step, by=by, at=at, **notes)


def approvers(version: Version) -> list[str]:
    """Who approved a version, by name."""
    return [signature.person.name for signature in version.valid_signatures()]
