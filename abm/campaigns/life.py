"""Where a campaign stands in its life, as its page says it: where it began, what is due, what a pause would hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row

from abm.campaigns.adopted import owes_review, review_due
from abm.campaigns.kinds import CampaignState, Transition
from abm.campaigns.models import Campaign
from abm.campaigns.plan import PlannedPlay
from abm.campaigns.queries import programmes_with_a_list
from abm.campaigns.starting import CampaignOrigin
from abm.campaigns.template_queries import grown_from, origin_of
from abm.campaigns.templates import ran_on
from abm.kit import clock
from abm.kit.db import session
from abm.people.current import organisation


@dataclass(frozen=True)
class Life:
    """What the page of a campaign says beside its plan. `coming`: plays of the plan that runs, from today on."""

    origin: CampaignOrigin | None
    template: Row[str, str] | None  # that grew from it
    ahead_of_list: bool
    due: date | None  # by when the plan of an adopted campaign goes to Sales
    today: date
    coming: tuple[PlannedPlay, ...]

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < self.today


def life_of(campaign: Campaign) -> Life:
    """Look it all up, with at most three queries."""
    today = organisation().today()
    due = None
    if campaign.state is CampaignState.ADOPTED and campaign.adopted_at is not None and owes_review(campaign):
        due = review_due(campaign.adopted_at, organisation())
    holds = campaign.state.may(Transition.PAUSE) or campaign.state.may(Transition.RESUME)
    return Life(
        origin=origin_of(session(), campaign),
        template=grown_from(session(), campaign) if campaign.state is CampaignState.COMPLETED else None,
        ahead_of_list=campaign.ahead_of_list(programmes_with_a_list(session(), clock.now()), today),
        due=due,
        today=today,
        coming=tuple(play for play in ran_on(campaign).plays if play.day >= today) if holds else (),
    )
