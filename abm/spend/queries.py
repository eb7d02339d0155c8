"""The ledger as its page shows it: sums of a quarter in the reporting currency, and the lines, newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.accounts.models import Rates, at_rate, rates_of
from abm.campaigns.models import Campaign
from abm.kit.clock import Quarter
from abm.people.models import Organisation, User
from abm.spend.models import SpendBasis, SpendKind, SpendLine, plays_of

PAGE = 100


@dataclass(frozen=True)
class Wanted:
    """What the lines are narrowed to; None: not at all."""

    first: date
    last: date
    kind: SpendKind | None = None
    basis: SpendBasis | None = None
    campaign: str | None = None  # slug
    voided: bool = False  # whether those are shown as well; they count nowhere

    @property
    def all_kinds(self) -> bool:
        """Whether sums are of all marketing spend of these days."""
        return self.kind is None and self.campaign is None

    def lines(self) -> Select[SpendLine]:
        """The lines that touch these days, those entered last first."""
        query = select(SpendLine).where(SpendLine.first_day <= self.last, SpendLine.last_day >= self.first)
        if not self.voided:
            query = query.where(SpendLine.voided_at.is_(None))
        if self.kind is not None:
            query = query.where(SpendLine.kind == self.kind)
        if self.basis is not None:
            query = query.where(SpendLine.basis == self.basis)
        if self.campaign is not None:
            query = query.where(SpendLine.campaign.has(slug=self.campaign))
        people = joinedload(SpendLine.entered_by).lazyload(User.grants)
        campaign = joinedload(SpendLine.campaign).lazyload(Campaign.document)
        return query.options(campaign, people).order_by(SpendLine.id.desc())


@dataclass
class Total:
    """An amount in minor units of the reporting currency, and how many lines have no rate and are not in it."""

    amount: int = 0
    unknown: int = 0

    def add(self, worth: int | None) -> None:
        if worth is None:
            self.unknown += 1
        else:
            self.amount += worth


@dataclass
class Spent:
    """Sums of the days asked for: by kind and basis, and by campaign."""

    currency: str
    kinds: Mapping[tuple[SpendKind, SpendBasis], Total] = field(default_factory=lambda: defaultdict(Total))
    bases: Mapping[SpendBasis, Total] = field(default_factory=lambda: defaultdict(Total))
    campaigns: Mapping[tuple[str, SpendBasis], Total] = field(default_factory=lambda: defaultdict(Total))
    named: dict[str, Campaign] = field(default_factory=dict)
    without_rate: list[SpendLine] = field(default_factory=list)


def spent(session: Session, wanted: Wanted, organisation: Organisation) -> Spent:
    """Add up what falls on these days. A line is worth what its currency was worth on its first day.

    What has no rate is listed and in no sum, rather than counted as nothing. What is voided counts nowhere, even
    where it is shown.
    """
    rates = rates_of(session, organisation)
    found = Spent(rates.reporting)
    for line in session.scalars(replace(wanted, voided=False).lines()):
        worth = worth_of(line, wanted.first, wanted.last, rates)
        if worth is None:
            found.without_rate.append(line)
        found.kinds[line.kind, line.basis].add(worth)
        found.bases[line.basis].add(worth)
        if line.campaign is not None:
            found.campaigns[line.campaign.slug, line.basis].add(worth)
            found.named[line.campaign.slug] = line.campaign
    return found


def worth_of(line: SpendLine, first: date, last: date, rates: Rates) -> int | None:
    """A line's share of these days in the reporting currency; None where no rate was in force on its first day.

    The whole line is converted first and spread then, so that the shares of its quarters add up to what it is worth.
    """
    rate = rates.in_force(line.currency, line.first_day)
    if rate is None:
        return None
    return line.share(first, last, of=at_rate(line.amount, line.currency, rates.reporting, rate))


def total_marketing_spend(session: Session, quarter: Quarter, organisation: Organisation) -> Total:
    """What was spent in a quarter, whatever it went to: what cost figures are divided from (practice.md)."""
    wanted = Wanted(quarter.first, quarter.last, basis=SpendBasis.ACTUAL)
    return spent(session, wanted, organisation).bases[SpendBasis.ACTUAL]


def line_by_public_id(session: Session, public_id: str) -> SpendLine | None:
    """One line, voided or not."""
    return session.scalar(select(SpendLine).where(SpendLine.public_id == public_id))


def successor(session: Session, line: SpendLine) -> SpendLine | None:
    """The line that corrects it."""
    return session.scalar(select(SpendLine).where(SpendLine.corrects_id == line.id))


def play_named(line: SpendLine) -> str:
    """What the play of a line is called; the key where the campaign has it no more; nothing without a play."""
    plays = plays_of(line.campaign) if line.play and line.campaign else {}
    return plays.get(line.play, line.play) if line.play else ""


def campaigns_to_choose(session: Session) -> Sequence[Campaign]:
    """Every campaign, those that began last first."""
    query = select(Campaign).options(lazyload(Campaign.document)).order_by(Campaign.starts_on.desc(), Campaign.id)
    return session.scalars(query).all()
