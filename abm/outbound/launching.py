"""From an approved plan to what both sides owe: commitments are derived, once, and follow the plan that is live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from abm.audit.models import record
from abm.campaigns.asks import Ask, play_asks, sales_asks
from abm.campaigns.audience import candidates
from abm.campaigns.models import Campaign, Launch, Plan
from abm.kit.base import session_of
from abm.outbound.models import Commitment, CommitmentSource
from abm.outbound.recounting import recount
from abm.people.models import Organisation
from abm.people.seats import Side

SOURCES = {Side.SALES: CommitmentSource.SALES_ASK, Side.MARKETING: CommitmentSource.PLAY}
LEFT = "The campaign's plan no longer asks for it"


@dataclass(frozen=True)
class Derived:
    """What a launch changed: commitments that are new per side, that say something else now, and that ended."""

    sales: int
    marketing: int
    restated: int
    closed: int


def derive_commitments(campaign: Campaign, launch: Launch, *, organisation: Organisation, at: datetime) -> Derived:
    """Make the commitments of both sides what the launched version asks for. Doing it again changes nothing.

    A successor adds what is new, restates what it asks otherwise, and closes what it no longer asks for.
    """
    today, session = organisation.today(at), session_of(campaign)
    standing = _standing(campaign)
    found = _Found(standing)
    made, restated, kept = {Side.SALES: 0, Side.MARKETING: 0}, 0, set()
    for ask in _asks(campaign, launch, organisation=organisation, at=at):
        commitment = found.same(ask)
        if commitment is None:
            session.add(_commitment(campaign, ask, at))
            made[ask.side] += 1
        else:
            restated += _restate(commitment, ask, today=today, at=at)
            kept.add(commitment.id)
    left = [one for one in standing if one.id not in kept and one.closed_on is None and one.last_day >= today]
    _close(left, LEFT, today)
    derived = Derived(made[Side.SALES], made[Side.MARKETING], restated, len(left))
    if any(vars(derived).values()):
        record(launch, "commitments derived", by=launch.by, at=at, after=vars(derived))
        recount(session, sorted({one.account_id for one in _standing(campaign)}))
    return derived


def close_commitments(campaign: Campaign, *, organisation: Organisation, at: datetime) -> int:
    """End what is still open of a campaign that is over; what was due until today stays. Hands back how many."""
    today = organisation.today(at)
    running = [one for one in _standing(campaign) if one.closed_on is None and one.last_day >= today]
    _close(running, f"The campaign was {campaign.state}", today)
    if running:
        record(campaign, "commitments closed", by=None, at=at, after={"closed": len(running)})
        recount(session_of(campaign), sorted({one.account_id for one in running}))
    return len(running)


class _Found:
    """The commitments that a campaign has already, by what an ask can be recognised by."""

    def __init__(self, standing: Iterable[Commitment]) -> None:
        self.by_key = {(one.source_id, one.account_id, one.first_day): one for one in standing}
        self.open_sales = {one.account_id: one for one in standing if one.side is Side.SALES and one.closed_on is None}

    def same(self, ask: Ask) -> Commitment | None:
        """By its natural key; what Sales still has open on the account is the same ask, whenever it began."""
        known = self.by_key.get((ask.source, ask.account_id, ask.first_day))
        if known is not None or ask.side is Side.MARKETING:
            return known
        running = self.open_sales.get(ask.account_id)
        return running if running is not None and running.last_day >= ask.first_day else None


def _standing(campaign: Campaign) -> list[Commitment]:
    statement = select(Commitment).where(Commitment.campaign_id == campaign.id, Commitment.source.in_(SOURCES.values()))
    return list(session_of(campaign).scalars(statement.order_by(Commitment.id)))


def _asks(campaign: Campaign, launch: Launch, *, organisation: Organisation, at: datetime) -> list[Ask]:
    """Everything that the launched version asks of both sides, on those that it works and that are on the list."""
    plan, today = Plan.read(launch.version.read()), organisation.today(at)
    worked = {account.account for account in plan.worked}
    found = candidates(session_of(campaign), campaign, organisation=organisation, at=at)
    accounts = [one for one in found if one.public_id in worked]
    owners = {play.public_id: play.owner_id for play in campaign.plays if play.owner_id is not None}
    return [
        *sales_asks(plan, campaign.public_id, accounts, today=today),
        *play_asks(plan, campaign.owner_id, accounts, today=today, owners=owners),
    ]


def _commitment(campaign: Campaign, ask: Ask, at: datetime) -> Commitment:
    return Commitment(
        source=SOURCES[ask.side],
        source_id=ask.source,
        account_id=ask.account_id,
        campaign_id=campaign.id,
        channel=ask.channel,
        side=ask.side,
        person_id=ask.person_id,
        wanted=ask.wanted,
        first_day=ask.first_day,
        last_day=ask.last_day,
        why=ask.why,
        made_at=at,
    )


def _restate(commitment: Commitment, ask: Ask, *, today: date, at: datetime) -> bool:
    """Let a commitment say what the plan says now: True if it said something else. It is then to be accepted anew."""
    first_day = ask.first_day if commitment.first_day > today else commitment.first_day
    wanted = {
        "wanted": ask.wanted,
        "first_day": first_day,
        "last_day": ask.last_day,
        "channel": ask.channel,
        "why": ask.why,
        "closed_on": None,
        "closed_why": None,
    }
    before = {name: getattr(commitment, name) for name in wanted}
    if before == wanted:
        return False
    for name, value in wanted.items():
        setattr(commitment, name, value)
    commitment.accepted_at = commitment.accepted_by_id = None
    record(commitment, "restated", by=None, at=at, before=before, after=wanted)
    return True


def _close(commitments: Iterable[Commitment], why: str, today: date) -> None:
    for commitment in commitments:
        commitment.closed_on, commitment.closed_why = today, why
