"""What one campaign was planned to cost and cost, over all of its days: what its budget is read beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from abm.accounts.models import rates_of
from abm.campaigns.models import Campaign
from abm.kit.clock import Quarter
from abm.people.models import Organisation
from abm.spend.models import FIRST_DAY, LAST_DAY, SpendBasis, SpendLine
from abm.spend.queries import Total, Wanted, worth_of

Bases = Mapping[SpendBasis, Total]


@dataclass(frozen=True)
class CampaignSpend:
    """Sums in the reporting currency. `so_far`: of what was spent, the days up to today."""

    currency: str
    all: Bases
    so_far: Total
    quarters: Sequence[tuple[Quarter, Bases]]  # those that a line touches, in order
    without_rate: Sequence[SpendLine]


def spent_on(session: Session, campaign: Campaign, organisation: Organisation, today: date) -> CampaignSpend:
    """Add up the ledger's lines of a campaign. What has no rate is listed and in no sum."""
    rates = rates_of(session, organisation)
    sums: Bases = defaultdict(Total)
    quarters: dict[tuple[int, int], tuple[Quarter, Bases]] = {}
    so_far, without_rate = Total(), []
    for line in session.scalars(Wanted(FIRST_DAY, LAST_DAY, campaign=campaign.slug).lines()):
        worth = worth_of(line, FIRST_DAY, LAST_DAY, rates)
        sums[line.basis].add(worth)
        if worth is None:
            without_rate.append(line)
        if line.basis is SpendBasis.ACTUAL and line.first_day <= today:
            so_far.add(worth_of(line, FIRST_DAY, today, rates))
        for quarter in _quarters(line, organisation):
            _, of_quarter = quarters.setdefault((quarter.year, quarter.number), (quarter, defaultdict(Total)))
            of_quarter[line.basis].add(worth_of(line, quarter.first, quarter.last, rates))
    in_order = [quarters[key] for key in sorted(quarters)]
    return CampaignSpend(rates.reporting, sums, so_far, in_order, without_rate)


def _quarters(line: SpendLine, organisation: Organisation) -> Sequence[Quarter]:
    """Those that a line's days lie in: five at most, since a line covers a year at most."""
    found = [organisation.quarter_of(line.first_day)]
    while found[-1].last < line.last_day:
        found.append(found[-1].plus(1))
    return found
