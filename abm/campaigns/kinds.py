"""The words of a campaign: where it stands, where its plan stands, the parts of a plan, what a reviewer says."""

from __future__ import annotations

import enum


class CampaignState(enum.StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def ended(self) -> bool:
        return self in {CampaignState.COMPLETED, CampaignState.CANCELLED}


class PlanState(enum.StrEnum):
    """Where a version of the plan stands in its review. Derived from agreement and the open requests."""

    OPEN = "open"
    CHANGES_REQUESTED = "changes requested"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return "In review" if self is PlanState.OPEN else self.value.capitalize()


class Section(enum.StrEnum):
    """The parts of a plan, in the order in which they are read; a review comment is anchored to one."""

    OBJECTIVE = "objective"
    AUDIENCE = "audience"
    MESSAGE = "message"
    OFFER = "offer"
    PLAYS = "plays"
    SALES_ASK = "sales ask"
    BUDGET = "budget"
    MEASURE = "measure"

    @property
    def label(self) -> str:
        return SECTION_LABELS[self]

    @property
    def slug(self) -> str:
        return self.value.replace(" ", "-")

    @classmethod
    def of_slug(cls, slug: str) -> Section | None:
        return next((section for section in cls if section.slug == slug), None)


SECTION_LABELS = {
    Section.OBJECTIVE: "Objective and days",
    Section.AUDIENCE: "Audience",
    Section.MESSAGE: "Message",
    Section.OFFER: "Offer and proof",
    Section.PLAYS: "Plays",
    Section.SALES_ASK: "Sales ask",
    Section.BUDGET: "Budget",
    Section.MEASURE: "Measure",
}


class CommentKind(enum.StrEnum):
    COMMENT = "comment"
    REQUEST = "requested change"

    @property
    def label(self) -> str:
        return self.value.capitalize()
