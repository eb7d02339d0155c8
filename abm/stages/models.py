"""Where an account stands on its way to becoming a customer, and every change of it with its cause (domain §8)."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from abm.kit.base import Base, Day, Key, Name, check, choice
from abm.kit.base import Facts as Json


class Stage(enum.StrEnum):
    """The stages in their order, and the two exits."""

    TARGET = "target"
    AWARE = "aware"
    ENGAGED = "engaged"
    MQA = "mqa"
    MEETING = "meeting"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    DISQUALIFIED = "disqualified"
    RECYCLED = "recycled"

    @property
    def rank(self) -> int:
        """0 for the first, 6 for the last; -1 for an exit."""
        return RANKS[self]

    @property
    def label(self) -> str:
        return "MQA" if self is Stage.MQA else self.value.capitalize()


class ExitKind(enum.StrEnum):
    """How somebody takes an account out of its way: for good, or to begin anew."""

    DISQUALIFIED = "disqualified"
    RECYCLED = "recycled"

    @property
    def stage(self) -> Stage:
        return Stage(self.value)

    @property
    def label(self) -> str:
        return self.stage.label


EXITS = tuple(kind.stage for kind in ExitKind)
RANKS = {stage: -1 if stage in EXITS else rank for rank, stage in enumerate(Stage)}


class Why(enum.StrEnum):
    """What a change is due to."""

    FACTS = "facts"
    WINDOW = "window passed"
    DEFINITION = "definition"
    EXIT = "exit"

    @property
    def label(self) -> str:
        return WHY_LABELS[self]


WHY_LABELS = {
    Why.FACTS: "a fact came or ended",
    Why.WINDOW: "the window passed",
    Why.DEFINITION: "another definition holds",
    Why.EXIT: "somebody said so",
}


@dataclass(frozen=True)
class AccountStage:
    """A stage, and in a few words the facts that put the account there."""

    stage: Stage
    cause: str
    people: int = 0  # contacts who responded within the window


@dataclass(frozen=True)
class Facts:
    """What is known of one account on a day: engagement within the window, and deals.

    `minutes` are engagement minutes, `people` the contacts who responded, `engagements` the responses.
    """

    engagements: int = 0
    minutes: int = 0
    people: int = 0
    demo_requests: int = 0
    meetings_held: int = 0
    open_deals: int = 0
    won_deals: int = 0


class StageChange(Base):
    """Projection: that an account goes from one stage to another on a day, and why.

    It follows the facts, and it runs ahead of them: what a window will take away is there before its day, and goes
    when something else happens first. Whoever asks, asks up to a day.
    """

    __tablename__ = "stage_change"
    __table_args__ = (UniqueConstraint("account_id", "day"), check("stage <> stage_before", "moves"))

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    day: Mapped[Day]
    stage_before: Mapped[Stage] = mapped_column(choice(Stage, "stage_before"))
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"))
    why: Mapped[Why] = mapped_column(choice(Why, "stage_why"))
    cause: Mapped[Name]
    facts: Mapped[Json]  # figures of the day; the touches and deals that came and went
    version: Mapped[int | None]  # of the definition; None: the default

    @property
    def onward(self) -> bool:
        """Whether it is progress; else it went back."""
        return self.stage.rank > self.stage_before.rank


class StageFollowing(Base):
    """How far the changes follow the facts: one row, which whoever follows holds."""

    __tablename__ = "stage_following"
    __table_args__ = (check("id = 1", "only_one"),)

    id: Mapped[Key]
    sealed_upto: Mapped[int]  # the last link of the audit trail that was looked at
    walked_upto: Mapped[int | None]  # all accounts are computed anew, and this far; None: that is done
