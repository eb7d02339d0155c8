"""What every page of a campaign begins with: the campaign of the address, and the accounts that it may choose from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from flask import abort
from sqlalchemy import select

from abm.agreement.models import State, Version
from abm.campaigns.asks import Expected, expected
from abm.campaigns.audience import Candidate, audience, chosen, reviewers_of
from abm.campaigns.drafted import Crowding, crowding
from abm.campaigns.errata import meant
from abm.campaigns.holdout import Sized, sized
from abm.campaigns.kinds import Mark, Section, Transition
from abm.campaigns.models import Campaign, approvers
from abm.campaigns.plan import Criteria, Plan
from abm.campaigns.queries import campaign_by_slug, campaign_page, load_contents
from abm.campaigns.readiness import look_again, missing, obstacles
from abm.kit import clock
from abm.kit.db import session
from abm.people.current import organisation


@dataclass(frozen=True)
class Looked:
    """A campaign as its page shows it: the draft, whom it would work, and what is missing."""

    campaign: Campaign
    plan: Plan
    found: list[Candidate]
    accounts: list[Candidate]
    missing: dict[Section, list[str]]

    @property
    def lost_approval(self) -> str:
        """`Ines Calder to look again: the offer and proof changed`, or nothing."""
        approved, changed = self.campaign.approved, self.campaign.left_behind()
        return look_again(approvers(approved), changed) if approved is not None and changed else ""

    @property
    def costs(self) -> str:
        """What an edit costs now: the approval of the version that the draft still equals, or nothing."""
        approved = self.campaign.approved
        if approved is None or self.campaign.left_behind() or self.campaign.state.ended:
            return ""
        return f"{' and '.join(approvers(approved))} approved version {approved.number}"

    def aiming(self, criteria: Criteria) -> Looked:
        """The same with other criteria, which nobody has saved yet."""
        accounts = chosen(self.found, criteria)
        plan = replace(self.plan, criteria=criteria, accounts=tuple(one.planned() for one in accounts))
        return replace(self, plan=plan, accounts=accounts)

    @property
    def marked(self) -> Counter[Mark]:
        """How many of the accounts bear each mark."""
        return Counter(mark for mark in Mark for one in self.accounts if mark in one.marks)

    @property
    def sized(self) -> Sized:
        """How many accounts submitting would hold out, and what that can tell."""
        return sized(self.plan.holdout, self.accounts)

    @cached_property
    def crowding(self) -> Crowding:
        """The accounts that the draft would wear out, and when."""
        return crowding(session(), self.campaign, self.accounts, organisation=organisation(), at=clock.now())

    @property
    def submittable(self) -> bool:
        """Whether submitting would make a version that says something new."""
        newest = self.campaign.newest
        said = newest is not None and newest.state in {State.OPEN, State.SIGNED}
        new = newest is None or not said or bool(self.plan.differs_from(meant(self.campaign, newest)))
        return new and not self.missing and not self.campaign.state.ended


@dataclass(frozen=True)
class Ahead:
    """What launching the approved version would make, and what keeps it from being launched."""

    version: Version
    expected: Expected
    hindrances: list[str]
    joined: int  # accounts that meet the criteria since, and would need a new version


def campaign_or_404(slug: str) -> Campaign:
    """The campaign, for changing it."""
    found = campaign_by_slug(session(), slug)
    return found if found is not None else abort(404)


def version_or_404(campaign: Campaign, number: int) -> Version:
    """One version of its plan."""
    query = select(Version).where(Version.document_id == campaign.document_id, Version.number == number)
    found = session.scalar(query)
    return found if found is not None else abort(404)


def page_or_404(slug: str) -> Campaign:
    """The campaign with all that its pages show, and the contents that they compare."""
    campaign = campaign_page(session(), slug)
    if campaign is None:
        abort(404)
    load_contents(session(), [campaign.approved, campaign.newest])
    return campaign


def look(slug: str, *, staging: bool = False) -> Looked:
    """Read the whole page of a campaign in a handful of queries; 404 where there is none.

    `staging`: with the stage of every account that it may choose from, in two more.
    """
    campaign, at = page_or_404(slug), clock.now()
    found, accounts = audience(session(), campaign, organisation=organisation(), at=at, staging=staging)
    plan = campaign.draft(accounts, reviewers_of(accounts))
    gaps = missing(plan, organisation().today(at), listed=bool(found))
    return Looked(campaign, plan, found, accounts, gaps)


def ahead(looked: Looked) -> Ahead | None:
    """What a launch would do now; None where there is nothing to launch, or it runs on that version already."""
    campaign, version, today = looked.campaign, looked.campaign.approved, organisation().today()
    if version is None or not campaign.state.may(Transition.LAUNCH) or campaign.left_behind():
        return None
    if any(launch.version_id == version.id for launch in campaign.launches):
        return None
    plan = Plan.read(version.read())
    frozen = {account.account: account.name for account in plan.accounts}
    worked = {account.account for account in plan.worked}
    listed = {one.public_id for one in looked.found}
    return Ahead(
        version=version,
        expected=expected(plan, [one for one in looked.found if one.public_id in worked], today=today),
        hindrances=obstacles(plan, gone=[name for key, name in frozen.items() if key not in listed], today=today),
        joined=sum(one.public_id not in frozen for one in looked.accounts),
    )
