"""A campaign that ran before the company used Accountable: it runs on, and its review is due soon (domain §6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from abm.agreement.models import State
from abm.people.models import Organisation

if TYPE_CHECKING:
    from abm.campaigns.models import Campaign

REVIEW_DAYS: Final = 14


def review_due(adopted_at: datetime, organisation: Organisation) -> date:
    """The last day on which the plan of an adopted campaign goes to Sales in time."""
    return organisation.today(adopted_at) + timedelta(days=REVIEW_DAYS)


def owes_review(campaign: Campaign) -> bool:
    """Whether its plan still has to go to Sales: no version of it is in review or approved."""
    newest = campaign.newest
    return newest is None or newest.state not in {State.OPEN, State.SIGNED}
