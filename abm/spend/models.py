"""A ledger of all marketing spend: lines are added, corrected and voided with a reason, never erased.

Planned and actual are lines of their own: what was planned stays as it was when the invoice says something else.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from abm.accounts.money import is_currency
from abm.audit.models import record
from abm.campaigns.models import Campaign
from abm.kit.base import (
    Base,
    Currency,
    Day,
    Instant,
    Key,
    LongText,
    Minor,
    Name,
    PublicId,
    Word,
    check,
    choice,
    session_of,
)
from abm.kit.rules import require
from abm.kit.text import one_line, paragraphs
from abm.people.models import User
from abm.people.programmes import DEFAULT_PROGRAMME, Programme

LONGEST_DAYS = 366  # of a period; a longer contract is entered year by year
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2098, 12, 31)  # quarters of these can be chosen, whenever a year begins


class SpendKind(enum.StrEnum):
    """What money goes to."""

    PLAY = "play"
    PROGRAMME = "programme"
    TOOL = "tool"
    PEOPLE = "people"
    OTHER = "other"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class SpendBasis(enum.StrEnum):
    """Whether a line says what is meant to be spent, or what was."""

    PLANNED = "planned"
    ACTUAL = "actual"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True)
class SpendFacts:
    """What a line says. `amount` is in minor units of `currency`; the period includes both its days."""

    kind: SpendKind
    basis: SpendBasis
    what: str
    first_day: date
    last_day: date
    amount: int
    currency: str
    supplier: str = ""
    campaign: Campaign | None = None
    play: str | None = None  # public id of a play of the campaign
    programme: Programme | None = None
    external_id: str | None = None  # of the system that it comes from


STANDS = text("external_id IS NOT NULL AND voided_at IS NULL")


class SpendLine(Base):
    """One amount for one thing on a day or over a period."""

    __tablename__ = "spend_line"
    __table_args__ = (
        check("amount > 0", "amount"),
        check("first_day <= last_day", "days_in_order"),
        check("length(currency) = 3", "currency"),
        check("kind <> 'play' OR campaign_id IS NOT NULL", "play_of_a_campaign"),
        check("(voided_at IS NULL) = (voided_by_id IS NULL)", "voided"),
        Index("ix_spend_line_days", "first_day", "last_day"),
        Index("ix_spend_line_external", "external_id", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), default=DEFAULT_PROGRAMME)
    kind: Mapped[SpendKind] = mapped_column(choice(SpendKind, "spend_kind"))
    basis: Mapped[SpendBasis] = mapped_column(choice(SpendBasis, "spend_basis"))
    what: Mapped[Name]
    supplier: Mapped[Name] = mapped_column(default="")
    first_day: Mapped[Day]
    last_day: Mapped[Day]
    amount: Mapped[Minor]
    currency: Mapped[Currency]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    play: Mapped[Word | None]
    external_id: Mapped[Word | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("spend_line.id"), unique=True)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entered_at: Mapped[Instant]
    voided_at: Mapped[Instant | None]
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    void_reason: Mapped[LongText] = mapped_column(default="")

    programme: Mapped[Programme] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
    corrects: Mapped[SpendLine | None] = relationship(remote_side="SpendLine.id")
    entered_by: Mapped[User] = relationship(foreign_keys=[entered_by_id])
    voided_by: Mapped[User | None] = relationship(foreign_keys=[voided_by_id])

    def void(self, *, reason: str, by: User, at: datetime) -> None:
        """Take a line out of every sum. It stays to be read, with the reason. Of two at once the second is told."""
        session = session_of(self)
        session.flush()
        session.refresh(self, ["voided_at"], with_for_update=True)
        require(self.voided_at is None, "This line is voided already.")
        require(reason.strip(), "Say why it is voided.", field="reason")
        self.voided_at, self.voided_by, self.void_reason = at, by, paragraphs(reason)
        record(self, "voided", by=by, at=at, after={"reason": self.void_reason})

    def correct(self, facts: SpendFacts, *, reason: str, by: User, at: datetime) -> SpendLine:
        """Say what is so: this line is voided with the reason, and another stands in its place."""
        self.void(reason=reason, by=by, at=at)
        session_of(self).flush()
        return enter_spend(session_of(self), facts, corrects=self, by=by, at=at)

    def share(self, first: date, last: date, *, of: int | None = None) -> int:
        """What of the amount falls on these days, in minor units, evenly by day; `of`: of what it is worth elsewhere.

        The shares of periods that follow each other add up to the whole exactly: each is the difference of two
        rounded running sums.
        """
        begin, end = max(first, self.first_day), min(last, self.last_day)
        if begin > end:
            return 0
        whole, days = self.amount if of is None else of, (self.last_day - self.first_day).days + 1
        before, until = ((day - self.first_day).days for day in (begin, end + timedelta(days=1)))
        return round(Fraction(whole * until, days)) - round(Fraction(whole * before, days))


def enter_spend(
    session: Session, facts: SpendFacts, *, corrects: SpendLine | None = None, by: User, at: datetime
) -> SpendLine:
    """One line more. Raises RuleBroken, naming the field."""
    check_spend(facts)
    taken = f"“{facts.external_id}” is in the ledger already: correct that line."
    require(not _stands(session, facts.external_id), taken, field="external_id")
    line = SpendLine(
        **{name: value for name, value in vars(facts).items() if name not in {"programme", "what", "supplier"}},
        what=one_line(facts.what),
        supplier=one_line(facts.supplier),
        corrects=corrects,
        entered_by=by,
        entered_at=at,
    )
    if facts.campaign is not None:
        line.programme_id = facts.campaign.programme_id
    elif facts.programme is not None:
        line.programme = facts.programme
    try:
        with session.begin_nested():
            session.add(line)
    except IntegrityError:  # somebody entered the same number in between
        require(not _stands(session, facts.external_id), taken, field="external_id")
        raise
    after = {name: getattr(line, name) for name in ("what", "kind", "basis", "amount", "currency")}
    record(line, "corrected" if corrects else "entered", by=by, at=at, after=after)
    return line


def _stands(session: Session, number: str | None) -> bool:
    """Whether a line that is not voided has this number of another system."""
    known = select(SpendLine.id).where(SpendLine.external_id == number, SpendLine.voided_at.is_(None))
    return number is not None and session.scalar(known.limit(1)) is not None


def check_spend(facts: SpendFacts) -> None:
    """Everything that a line can be refused for by itself. Raises RuleBroken, naming the field."""
    require(one_line(facts.what), "Say what it is for.", field="what")
    require(len(one_line(facts.what)) <= 200, "Use at most 200 characters.", field="what")
    require(len(one_line(facts.supplier)) <= 200, "Use at most 200 characters.", field="supplier")
    require(is_currency(facts.currency), f"“{facts.currency}” names no currency: write it like EUR.", field="currency")
    require(facts.amount > 0, "Write an amount above zero.", field="amount")
    outside = f"The day lies outside the years {FIRST_DAY.year} to {LAST_DAY.year}."
    require(FIRST_DAY <= facts.first_day <= LAST_DAY, outside, field="first_day")
    require(facts.last_day <= LAST_DAY, outside, field="last_day")
    require(facts.first_day <= facts.last_day, "The last day lies before the first.", field="last_day")
    days = (facts.last_day - facts.first_day).days + 1
    require(days <= LONGEST_DAYS, "A line covers at most a year: enter longer ones year by year.", field="last_day")
    named = facts.kind is not SpendKind.PLAY or facts.campaign is not None
    require(named, "Choose the campaign that the play belongs to.", field="campaign")
    if facts.campaign is not None and facts.programme is not None:
        own = facts.campaign.programme_id == facts.programme.id
        require(own, f"“{facts.campaign.name}” belongs to another programme: choose that one.", field="programme")
    known = facts.play is None or (facts.campaign is not None and facts.play in plays_of(facts.campaign))
    require(known, "The campaign has no such play.", field="play")
    require(len(facts.external_id or "") <= 40, "Use at most 40 characters.", field="external_id")


def plays_of(campaign: Campaign) -> Mapping[str, str]:
    """What each play of a campaign is called: those that are live, and those of the draft."""
    live = {one.play: one.what for one in campaign.live_plays}
    return live | {one.public_id: one.what for one in campaign.plays}
