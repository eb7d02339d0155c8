"""What both sides agreed on: the quarter's list of all accounts, signed by both seats, and a campaign that runs.

Only the entries of the draft are put in many at a time. Proposing, signing, approving and launching are the
application's own, so that versions, digests, memberships, commitments and credits are what they would be.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from abm.agreement.models import Verdict, Version
from abm.people.seats import Side, seats
from abm.targets.models import Entry, Outcome, TargetList, open_list
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


def launch_campaign(session: Session, company: Company) -> None:
    """x"""
