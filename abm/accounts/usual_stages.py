"""The stages that a new installation begins with: those of Salesforce, until the company names its own."""

from __future__ import annotations

from datetime import datetime

from abm.accounts.crm_stages import StageCategory, add_stage
from abm.people.models import Organisation, User

# Name, what it comes down to, and whether its deals are qualified.
USUAL = (
    ("Prospecting", StageCategory.OPEN, False),
    ("Qualification", StageCategory.OPEN, False),
    ("Needs Analysis", StageCategory.OPEN, True),
    ("Value Proposition", StageCategory.OPEN, True),
    ("Id. Decision Makers", StageCategory.OPEN, True),
    ("Perception Analysis", StageCategory.OPEN, True),
    ("Proposal/Price Quote", StageCategory.OPEN, True),
    ("Negotiation/Review", StageCategory.OPEN, True),
    ("Closed Won", StageCategory.WON, True),
    ("Closed Lost", StageCategory.LOST, True),
)


def add_usual_stages(organisation: Organisation, *, by: User, at: datetime) -> None:
    """Write them all down, in their order."""
    for name, category, qualified in USUAL:
        add_stage(organisation, name=name, category=category, qualified=qualified, by=by, at=at)
