"""Where an account stands on its way to becoming a customer (domain §8). Read from facts, so that it never drifts."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Stage(enum.StrEnum):
    """The stages in their order."""

    TARGET = "target"
    AWARE = "aware"
    ENGAGED = "engaged"
    MQA = "mqa"
    MEETING = "meeting"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"

    @property
    def rank(self) -> int:
        """0 for the first, 6 for the last."""
        return RANKS[self]

    @property
    def label(self) -> str:
        return "MQA" if self is Stage.MQA else self.value.capitalize()


RANKS = {stage: rank for rank, stage in enumerate(Stage)}


@dataclass(frozen=True)
class AccountStage:
    """A stage, and in a few words the facts that put the account there."""

    stage: Stage
    cause: str


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
