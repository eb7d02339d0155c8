"""What both sides agreed on: the quarter's list of all accounts, signed by both seats, and a campaign that runs.

Only the entries of the draft are put in many at a time. Proposing, signing, approving and launching are the
application's own, so that versions, digests, memberships, commitments and credits are what they would be.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from abm.agreement.models import Verdict, Version
from abm.campaigns.creating import create_campaign
from abm.campaigns.drafting import add_play
from abm.campaigns.kinds import Section
from abm.campaigns.models import Campaign
from abm.campaigns.plan import Criteria
from abm.outbound.launching import derive_commitments
from abm.people.seats import Side, seats
from abm.targets.models import Entry, Outcome, TargetList, open_list
from abm.touches.kinds import Channel
from benchmarks.company import Company, put

ROOM = 100_000  # accounts of a tier, and of an AE
AUDIENCE_TIERS = (1, 2)


def tier_of(number: int, accounts: int) -> int:
    """One account in fifty is tier 1, one in five tier 1 or 2, and the rest tier 3."""
    if number <= accounts / 50:
        return 1
    return 2 if number <= accounts / 5 else 3


def sign_list(session: Session, company: Company) -> Version:
    """The quarter's list, proposed and signed by both seats two days before the quarter began. Commits."""
    organisation, ines = company.cast.organisation, company.cast.ines
    quarter = organisation.quarter_of(company.today)
    at = organisation.start_of(quarter.first) - timedelta(days=2)
    target_list = open_list(organisation, quarter, by=ines, at=at)
    for policy in target_list.policies:
        policy.change(max_accounts=ROOM, max_per_ae=ROOM, by=ines, at=at)
    session.flush()
    put(session, Entry, [_entry(company, target_list, number, at) for number in company.accounts])
    version = target_list.propose(organisation=organisation, by=ines, at=at)
    for side, seat in seats(session).items():
        holder = company.cast.amara if side is Side.MARKETING else company.cast.renata
        target_list.sign(
            version,
            seat=seat,
            by=holder,
            at=at,
            digest=version.digest,
            verdict=Verdict.APPROVE,
            organisation=organisation,
        )
    session.commit()
    return version


def _entry(company: Company, target_list: TargetList, number: int, at: datetime) -> dict[str, object]:
    return {
        "list_id": target_list.id,
        "account_id": number,
        "tier": tier_of(number, len(company.accounts)),
        "ae_id": company.ae_of(number),
        "outcome": Outcome.IN,
        "changed_by_id": company.cast.ines.id,
        "changed_at": at,
    }


def launch_campaign(session: Session, company: Company) -> Campaign:
    """A campaign on tiers 1 and 2 over the whole quarter, with what it asks of both sides on each account. Commits."""
    organisation, priya = company.cast.organisation, company.cast.priya
    quarter = organisation.quarter_of(company.today)
    at = organisation.start_of(quarter.first)
    campaign = create_campaign(
        organisation, name="Cold chain, on time", starts_on=quarter.first, ends_on=quarter.last, by=priya, at=at
    )
    for section, facts in _plan(quarter.last).items():
        campaign.change(section, by=priya, at=at, **facts)
    for channel, days in ((Channel.EMAIL, 14), (Channel.WEBINAR, 70)):
        day = quarter.first + timedelta(days=days)
        add_play(campaign, channel=channel, what=f"The {channel}", day=day, by=priya, at=at)
    version = campaign.submit(organisation=organisation, by=priya, at=at)
    ines = company.cast.ines  # every team is hers
    campaign.approve(version, digest=version.digest, seat=None, organisation=organisation, by=ines, at=at)
    launch = campaign.launch(organisation=organisation, by=priya, at=at)
    session.flush()
    derive_commitments(campaign, launch, organisation=organisation, at=at)
    session.commit()
    return campaign


def _plan(until: date) -> dict[Section, dict[str, Any]]:
    return {
        Section.OBJECTIVE: {"objective": "A meeting on every account before the quarter ends."},
        Section.AUDIENCE: {"criteria": Criteria(tiers=AUDIENCE_TIERS).facts()},
        Section.MESSAGE: {"message": "A late alarm costs a load."},
        Section.OFFER: {"offer": "A four-week pilot on two lanes."},
        Section.SALES_ASK: {"ask_touches": 4, "ask_by": until, "talk_track": "Which lane worries you?"},
        Section.BUDGET: {"budget": 1_200_000},
        Section.MEASURE: {"measure": "Meetings held."},
    }
