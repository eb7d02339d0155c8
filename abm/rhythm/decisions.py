"""Decisions are bets: a lever, a figure, what is expected of it and a day to check, when both sides judge it."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from abm.accounts.models import Account
from abm.audit.models import record
from abm.kit.base import Base, Day, Instant, Key, LongText, Minor, Name, PublicId, Word, check, choice, session_of
from abm.kit.rules import require
from abm.people.models import User
from abm.people.seats import Side
from abm.rhythm.reviews import Review

EVERY: Final = "all"  # on the list
TIERS: Final = {"tier 1": "Tier 1", "tier 2": "Tier 2", "tier 3": "Tier 3"}
# What a decision may want to move: the headlines of a week, in words. Worths are in minor units.
FIGURES: Final[Mapping[str, str]] = {
    "covered both": "Accounts touched by both sides",
    "joint past": "Accounts past their rhythm",
    "untouched": "Accounts touched by neither side",
    "meetings held": "Meetings held in a week",
    "moved on": "Accounts that moved on in a week",
    "stage mqa": "Accounts in MQA",
    "stage meeting": "Accounts in Meeting",
    "stage opportunity": "Accounts in Opportunity",
    "open deals": "Open deals",
    "open worth": "Open pipeline",
    "new deals": "New deals in a week",
    "new worth": "New pipeline in a week",
}
WORTHS: Final = frozenset({"open worth", "new worth"})


class Lever(enum.StrEnum):
    """What a decision turns."""

    TARGETING = "targeting"
    OFFER = "offer"
    CONTENT = "enablement content"
    ROUTING = "routing"
    PROCESS = "process"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Choice(enum.StrEnum):
    """What a side makes of a decision once its day has come."""

    KEEP = "keep"
    STOP = "stop"
    EXTEND = "extend"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True)
class Bet:
    """What a decision says: what is done, on which accounts, and what it should move to where by when.

    `scope` is `all`, a tier such as `tier 1`, or empty where `accounts` are named. Worths are in minor units.
    """

    what: str
    lever: Lever
    figure: str
    expected: int
    check_on: date
    scope: str = EVERY
    accounts: Sequence[Account] = ()


@dataclass(frozen=True)
class After:
    """A decision's figure in a later frozen week.

    `value` is None where none of the accounts that it names is on the list of that week any more, and `listed` says how
    many are; it is None where the decision names none.
    """

    value: int | None
    week: str
    listed: int | None = None


class Decision(Base):
    """One bet of a review. Once the review is closed it stays as it was made; what both make of it comes later."""

    __tablename__ = "decision"
    __table_args__ = (check("days > 0", "days"),)

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    what: Mapped[Name]
    lever: Mapped[Lever] = mapped_column(choice(Lever, "lever"))
    scope: Mapped[Word]
    figure: Mapped[Word]
    before: Mapped[Minor]  # the figure in the review's frozen week
    expected: Mapped[Minor]
    check_on: Mapped[Day]
    days: Mapped[int]  # how long it was given when it was made; an extension gives it as long again
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[Instant]
    dropped_at: Mapped[Instant | None]  # before the review was closed
    settled: Mapped[Choice | None] = mapped_column(choice(Choice, "decision_settled"))
    settled_at: Mapped[Instant | None]

    review: Mapped[Review] = relationship()
    made_by: Mapped[User] = relationship()
    accounts: Mapped[list[Account]] = relationship(secondary="decision_account", order_by="Account.name")
    views: Mapped[list[DecisionView]] = relationship(back_populates="decision", order_by="DecisionView.id")

    @property
    def figure_label(self) -> str:
        return FIGURES[self.figure]

    @property
    def is_worth(self) -> bool:
        return self.figure in WORTHS

    @property
    def scope_label(self) -> str:
        """`All accounts`, `Tier 1`, or the accounts by name."""
        if self.scope == EVERY:
            return "All accounts"
        return TIERS.get(self.scope) or ", ".join(account.name for account in self.accounts)

    @property
    def over(self) -> bool:
        """Whether both sides have settled it for good."""
        return self.settled in {Choice.KEEP, Choice.STOP}

    def came_true(self, after: int) -> bool:
        """Whether the figure has gone at least as far as was expected, in the direction that was wanted."""
        return after <= self.expected if self.expected < self.before else after >= self.expected

    def said(self, side: Side) -> DecisionView | None:
        """What a side said last in this round; an extension begins a new one."""
        since = self.settled_at if self.settled is Choice.EXTEND else None
        own = [view for view in self.views if view.side is side and (since is None or view.at > since)]
        return own[-1] if own else None

    def may_be_judged_on(self, day: date) -> bool:
        """Whether its day has come and it is not settled for good."""
        return self.dropped_at is None and not self.over and self.check_on <= day

    def drop(self, *, by: User, at: datetime) -> None:
        """Take it off again while the review is open."""
        self.review.require_open()
        if self.dropped_at is None:
            self.dropped_at = at
            self.review.news()
            record(self, "dropped", by=by, at=at)

    def judge(
        self,
        side: Side,
        said: Choice,
        words: str,
        *,
        after: After | None = None,
        today: date,
        by: User,
        at: datetime,
    ) -> None:
        """Say for one side what becomes of it. Where both say the same it is settled.

        An extension gives it as many days again as it was given when it was made. `after` is the figure they look at.
        """
        require(self.dropped_at is None, "This decision was dropped.")
        require(not self.over, "Both sides have settled this decision.")
        require(today >= self.check_on, f"It is judged on {self.check_on:%-d %b %Y}, not before.", field="said")
        needed = said is Choice.KEEP or words.strip()
        require(needed, "Say in a word why.", field="words")
        view = DecisionView(side=side, said=said, words=words.strip(), by_id=by.id, at=at)
        if after is not None:
            view.after, view.week, view.listed = after.value, after.week, after.listed
        self.views.append(view)
        session_of(self).flush()
        told = {"side": side, "said": said, "figure": view.after, "week": view.week}
        record(self, "judged", by=by, at=at, after=told)
        other = self.said(side.other)
        if other is not None and other.said is said:
            self._settle(said, today=today, by=by, at=at)

    def _settle(self, said: Choice, *, today: date, by: User, at: datetime) -> None:
        if said is Choice.EXTEND:
            self.check_on = today + timedelta(days=self.days)
        self.settled, self.settled_at = said, at
        record(self, "settled", by=by, at=at, after={"said": said, "check_on": self.check_on})


class DecisionAccount(Base):
    """An account that a decision names."""

    __tablename__ = "decision_account"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)


class DecisionView(Base):
    """What a side said of a decision when its day had come. Only ever added."""

    __tablename__ = "decision_view"
    __table_args__ = (UniqueConstraint("decision_id", "side", "at"),)

    id: Mapped[Key]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    side: Mapped[Side] = mapped_column(choice(Side, "decision_side"))
    said: Mapped[Choice] = mapped_column(choice(Choice, "decision_choice"))
    words: Mapped[LongText]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Instant]
    after: Mapped[Minor | None]  # the figure that was before them, and its week; none where none was frozen since
    week: Mapped[Word | None]
    listed: Mapped[int | None]  # how many of the named accounts were on the list of that week

    decision: Mapped[Decision] = relationship(back_populates="views")
    by: Mapped[User] = relationship()

    @property
    def looked_at(self) -> After | None:
        """The figure that it was said of."""
        return After(self.after, self.week, self.listed) if self.week else None


def decide(review: Review, bet: Bet, *, before: int, today: date, by: User, at: datetime) -> Decision:
    """Make a bet in an open review; `before` is the figure in its frozen week."""
    review.require_open()
    require(bet.figure in FIGURES, "Choose the figure that it should move.", field="figure")
    named = bet.scope in {EVERY, *TIERS} or bool(bet.accounts)
    require(named, "Name the accounts that it is about.", field="names")
    require(bet.check_on > today, "Choose a day to come: on it you look at what became of this.", field="check_on")
    require(bet.expected != before, "It stands at that today. What should it become?", field="expected")
    decision = Decision(
        review=review,
        what=bet.what,
        lever=bet.lever,
        scope=bet.scope,
        figure=bet.figure,
        before=before,
        expected=bet.expected,
        check_on=bet.check_on,
        days=(bet.check_on - today).days,
        made_by_id=by.id,
        made_at=at,
        accounts=[] if bet.scope else list(bet.accounts),
    )
    session_of(review).add(decision)
    review.news()
    after = {"lever": bet.lever, "figure": bet.figure, "expected": bet.expected, "check_on": bet.check_on}
    record(decision, "made", by=by, at=at, after=after, personal={"what": bet.what})
    return decision
