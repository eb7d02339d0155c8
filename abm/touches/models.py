"""Every contact between an account and us, of both sides: logged once, corrected or voided, never erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Protocol, TypedDict, Unpack, cast

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.accounts.changes import Change, check_text, refuse_stale, set_facts
from abm.accounts.models import Account, Contact
from abm.audit.models import record
from abm.kit.base import Base, Day, Digest, Facts, Instant, Key, LongText, PublicId, Word, choice, session_of
from abm.kit.clock import Week
from abm.kit.rules import require
from abm.people.models import Organisation, Role, User
from abm.touches.kinds import Channel, Direction, OutcomeClass, TouchSide
from abm.touches.outcomes import OutcomeRule, rule_of
from abm.touches.rollups import Kind, Rollup, count_in, count_out

# Everything of this domain that other floors use, in one place.
__all__ = ["Channel", "Direction", "OutcomeClass", "Rollup", "Touch", "TouchRevision", "TouchSide"]

CLOCKS_DIFFER = timedelta(minutes=2)  # how far ahead a phone's clock may run


class Identified(Protocol):
    """Something of a higher floor that a touch names by number alone: its campaign."""

    @property
    def id(self) -> int: ...


class Corrections(TypedDict, total=False):
    """What of a touch can turn out to have been different."""

    side: TouchSide
    direction: Direction
    channel: Channel
    outcome: str
    when: datetime
    contact: Contact | None
    campaign: Identified | None
    note: str


class Touch(Base):
    """One contact attempt or reaction. Logged once per (user, client key), corrected or voided, never erased."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("logged_by_id", "client_key"),
        Index("ix_touch_timeline", "account_id", "at"),
        Index("ix_touch_counting", "account_id", "side", "direction", "day"),
        Index("ix_touch_person_day", "logged_by_id", "day"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    side: Mapped[TouchSide] = mapped_column(choice(TouchSide, "touch_side"))
    direction: Mapped[Direction] = mapped_column(choice(Direction, "direction"))
    channel: Mapped[Channel] = mapped_column(choice(Channel, "channel"))
    outcome: Mapped[Word]  # a key of `outcomes.OUTCOMES[channel]`
    at: Mapped[Instant]
    day: Mapped[Day]  # in the organisation's zone
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", use_alter=True), index=True)
    note: Mapped[LongText] = mapped_column(default="")
    logged_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    logged_at: Mapped[Instant]
    client_key: Mapped[Word]
    fingerprint: Mapped[Digest]  # of what was sent under the client key, whatever was corrected since
    voided_at: Mapped[Instant | None]
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    void_reason: Mapped[LongText | None]
    revision: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account] = relationship()
    contact: Mapped[Contact | None] = relationship()
    logged_by: Mapped[User] = relationship(foreign_keys=[logged_by_id])
    voided_by: Mapped[User | None] = relationship(foreign_keys=[voided_by_id])

    __mapper_args__ = {"version_id_col": revision}

    FACTS = frozenset({"side", "direction", "channel", "outcome", "at", "day", "contact_id", "campaign_id", "note"})

    @property
    def rule(self) -> OutcomeRule:
        return rule_of(self.channel, self.outcome)

    @property
    def sentence(self) -> str:
        """`Call: voicemail`."""
        return f"{self.channel.label}: {self.rule.label[0].lower()}{self.rule.label[1:]}"

    def kind(self, organisation: Organisation) -> Kind:
        """The line of the rollup that it counts on: its week, in the fiscal quarter that its day belongs to."""
        return Kind(
            account_id=self.account_id,
            quarter=str(organisation.quarter_of(self.day)),
            week=str(Week.of(self.day)),
            side=self.side,
            direction=self.direction,
            channel=self.channel,
            outcome_class=self.rule.klass,
        )

    def changeable_by(self, user: User) -> bool:
        """Whoever logged it, the manager of their team, and RevOps correct or void a touch."""
        team = self.logged_by.team
        manages = team is not None and team.manager_id == user.id
        return user.id == self.logged_by_id or manages or user.is_one_of(Role.REVOPS)

    def correct(self, *, by: User, at: datetime, revision: int | None = None, **facts: Unpack[Corrections]) -> Change:
        """Say what was really so; what was said before stays in the history.

        Raises Conflict where `revision` is no longer the one that was seen.
        """
        require(self.voided_at is None, "This touch is voided. Log it anew instead.")
        session = hold_account(self)
        organisation = session.get_one(Organisation, 1)
        columns = as_columns(facts, organisation)
        refuse_stale(self, columns, seen=revision, allowed=self.FACTS)
        before = self._snapshot()
        former, worth = self.kind(organisation), self.rule.minutes
        change = set_facts(self, columns, allowed=self.FACTS)
        if not change:
            return change
        check_truth(self, at=at, moved="at" in change.after)
        session.add(TouchRevision(touch_id=self.id, corrected_at=at, corrected_by_id=by.id, before=before))
        count_out(session, former, minutes=worth)
        count_in(session, self.kind(organisation), minutes=self.rule.minutes)
        _record_change(self, "corrected", change, by=by, at=at)
        return change

    def void(self, *, by: User, at: datetime, reason: str) -> None:
        """Take the touch out of every count, with the reason. It stays in the timeline, struck through."""
        require(reason.strip(), "Say why this touch does not count.", field="reason")
        check_text(reason, field="reason")
        session = hold_account(self)
        require(self.voided_at is None, "This touch is voided already.")
        self.voided_at, self.voided_by_id, self.void_reason = at, by.id, reason.strip()
        count_out(session, self.kind(session.get_one(Organisation, 1)), minutes=self.rule.minutes)
        record(self, "voided", by=by, at=at, after={"account": self.account_id}, personal={"reason": reason.strip()})

    def _snapshot(self) -> dict[str, object]:
        """The facts as a revision keeps them: plain JSON."""
        facts = {name: getattr(self, name) for name in sorted(self.FACTS)}
        return {name: v.isoformat() if isinstance(v, date) else v for name, v in facts.items()}


class TouchRevision(Base):
    """What a touch said before a correction. Only ever added."""

    __tablename__ = "touch_revision"

    id: Mapped[Key]
    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"), index=True)
    corrected_at: Mapped[Instant]
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    before: Mapped[Facts]

    corrected_by: Mapped[User] = relationship()


def hold_account(row: Touch | Account) -> Session:
    """Let writers on one account follow each other, so that counts and credits never interleave."""
    session = session_of(row)
    account_id = row.account_id if isinstance(row, Touch) else row.id
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    if isinstance(row, Touch):
        session.refresh(row)
    return session


def as_columns(facts: Mapping[str, object], organisation: Organisation) -> dict[str, object]:
    """Facts as people say them, by the columns that keep them: when it was also says on which day."""
    columns = {name: value for name, value in facts.items() if name not in {"when", "contact", "campaign"}}
    if "when" in facts:
        when = cast(datetime, facts["when"])
        columns |= {"at": when, "day": organisation.today(when)}
    for name in facts.keys() & {"contact", "campaign"}:
        named = cast(Identified | None, facts[name])
        columns[f"{name}_id"] = named.id if named is not None else None
    return columns


def check_truth(touch: Touch, *, at: datetime, moved: bool = True, imported: bool = False) -> None:
    """Refuse what cannot have been so: an outcome the channel has not, another account's contact, a day to come."""
    rule = rule_of(touch.channel, touch.outcome)
    require(
        touch.direction in rule.directions,
        f"“{touch.channel.label}: {rule.label}” is something that {_who(rule)}.",
        field="direction",
    )
    check_text(touch.note, field="note")
    if touch.contact_id is not None:
        contact = session_of(touch.account).get_one(Contact, touch.contact_id)
        require(
            contact.account_id == touch.account.id,
            f"{contact.name} is not a contact of {touch.account.name}.",
            field="contact",
        )
    if not moved:
        return
    require(touch.at <= at, "That moment is still to come. Log it once it has happened.", field="when")
    organisation = session_of(touch.account).get_one(Organisation, 1)
    require(
        imported or touch.day >= organisation.oldest_to_log(at),
        f"That is more than {organisation.backdating_days} days ago. Ask RevOps to import older facts.",
        field="when",
    )


def _who(rule: OutcomeRule) -> str:
    return "they do, not we" if Direction.INBOUND in rule.directions else "we do, not they"


def _record_change(touch: Touch, verb: str, change: Change, *, by: User, at: datetime) -> None:
    """A note may speak about people: it goes into the erasable part of the event."""

    def plain(facts: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in facts.items() if name != "note"}

    notes = {"note": change.after["note"], "former_note": change.before["note"]} if "note" in change.after else None
    after = {"account": touch.account_id} | plain(change.after)
    record(touch, verb, by=by, at=at, before=plain(change.before), after=after, personal=notes)
