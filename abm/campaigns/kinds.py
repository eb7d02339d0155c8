"""The words of a campaign: where it stands and may go, where its plan stands, its parts, what a reviewer says."""

from __future__ import annotations

import enum


class CampaignState(enum.StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ADOPTED = "adopted"  # it ran before the company used Accountable, and still does

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def ended(self) -> bool:
        return self in {CampaignState.COMPLETED, CampaignState.CANCELLED}

    @property
    def runs(self) -> bool:
        """Whether it works accounts now, on its days."""
        return self in RUNNING

    def may(self, transition: str) -> bool:
        """Whether a campaign that stands here may take this step."""
        return self in TRANSITIONS[Transition(transition)]


RUNNING = (CampaignState.LIVE, CampaignState.ADOPTED)


class Transition(enum.StrEnum):
    """A step of a campaign's life."""

    LAUNCH = "launch"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    CANCEL = "cancel"

    @property
    def done(self) -> str:
        """`launched`, as history says it."""
        return {"pause": "paused", "cancel": "cancelled"}.get(self.value, f"{self.value.removesuffix('e')}ed")


# The machine of domain §6: from where a step may be taken, and where it leads. A campaign begins as a draft or, where
# it ran before, as adopted; the database keeps the same table as a trigger (kit/guards.py).
BEGINNINGS = (CampaignState.DRAFT, CampaignState.ADOPTED)
TRANSITIONS: dict[Transition, dict[CampaignState, CampaignState]] = {
    Transition.LAUNCH: {
        CampaignState.DRAFT: CampaignState.LIVE,
        CampaignState.ADOPTED: CampaignState.LIVE,
        CampaignState.LIVE: CampaignState.LIVE,  # taking on a successor of the version that runs
    },
    Transition.PAUSE: {CampaignState.LIVE: CampaignState.PAUSED},
    Transition.RESUME: {CampaignState.PAUSED: CampaignState.LIVE},
    Transition.COMPLETE: {
        CampaignState.LIVE: CampaignState.COMPLETED,
        CampaignState.PAUSED: CampaignState.COMPLETED,
        CampaignState.ADOPTED: CampaignState.COMPLETED,
    },
    Transition.CANCEL: {
        CampaignState.DRAFT: CampaignState.CANCELLED,
        CampaignState.LIVE: CampaignState.CANCELLED,
        CampaignState.PAUSED: CampaignState.CANCELLED,
        CampaignState.ADOPTED: CampaignState.CANCELLED,
    },
}


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


class Mark(enum.StrEnum):
    """What to look at before an account is worked; a plan can leave all of those so marked out."""

    LEFT_ALONE = "left_alone"
    ACTIVE_DEAL = "active_deal"
    ELSEWHERE = "elsewhere"
    NO_CONTACTS = "no_contacts"

    @property
    def label(self) -> str:
        return MARK_LABELS[self]


MARK_LABELS = {
    Mark.LEFT_ALONE: "do not approach",
    Mark.ACTIVE_DEAL: "active deal",
    Mark.ELSEWHERE: "in another live campaign",
    Mark.NO_CONTACTS: "no contacts known",
}


class CommentKind(enum.StrEnum):
    COMMENT = "comment"
    REQUEST = "requested change"

    @property
    def label(self) -> str:
        return self.value.capitalize()
