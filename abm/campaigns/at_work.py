"""Whom a launched campaign works, whom it holds out, and who left: read for its page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account
from abm.campaigns.audience import gap_of
from abm.campaigns.kinds import RUNNING
from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign
from abm.campaigns.readiness import few
from abm.kit.rules import RuleBroken
from abm.targets.entries import Entry
from abm.targets.kinds import Outcome
from abm.targets.models import Membership

POOLED = (2, 3)  # the tiers whose hold-outs are measured together, across campaigns (domain §6)


@dataclass(frozen=True)
class Left:
    """An account that left an audience: when, and why."""

    name: str
    slug: str
    tier: int
    held_out: bool
    at: datetime
    why: str


@dataclass(frozen=True)
class AtWork:
    """How many accounts a campaign works and holds out now, and those that left since it was launched."""

    worked: int
    held_out: int
    pooled: int  # held out of all campaigns that run, of the tiers that are measured together
    left: Sequence[Left]


@dataclass(frozen=True)
class HeldOut:
    """An account of tier 2 or 3 that a campaign held out, from when to when: one line of the pooled control."""

    campaign_id: int
    account_id: int
    tier: int
    starts: datetime
    ends: datetime | None


def at_work(session: Session, campaign: Campaign, at: datetime) -> AtWork:
    """The audience as it is at an instant, in two queries. What has left the list counts no more."""
    newest: dict[str, Row[str, str, AudienceMember, datetime | None, str]] = {}
    for row in session.execute(_members(campaign, at)):
        newest[row[1]] = row  # of those taken on twice, the last time
    here = [member for _, _, member, gap, _ in newest.values() if gap is None and not _over(member, at)]
    pool = {one.account_id for one in pooled(session, at, at)}
    return AtWork(
        worked=sum(not one.held_out for one in here),
        held_out=sum(one.held_out for one in here),
        pooled=len(pool),
        left=sorted(_left(newest.values(), at), key=lambda one: one.at, reverse=True),
    )


def pooled(session: Session, first: datetime, last: datetime) -> list[HeldOut]:
    """Everything that campaigns, which run, held out between two instants in the tiers that are measured together.

    An account that left the list is a control no more from then on.
    """
    gap = gap_of(last).scalar_subquery()
    rows = session.execute(
        select(AudienceMember.campaign_id, AudienceMember.account_id, AudienceMember.tier)
        .add_columns(AudienceMember.starts, func.coalesce(gap, AudienceMember.ends))
        .join(Campaign, Campaign.id == AudienceMember.campaign_id)
        .where(AudienceMember.held_out, AudienceMember.tier.in_(POOLED), Campaign.state.in_(RUNNING))
        .where(AudienceMember.starts <= last, or_(AudienceMember.ends.is_(None), AudienceMember.ends > first))
        .where(or_(gap.is_(None), gap > first))
        .order_by(AudienceMember.campaign_id, AudienceMember.account_id, AudienceMember.id)
    )
    return [HeldOut(*row) for row in rows]


def refuse_held_out(session: Session, campaign: Campaign, account_ids: Collection[int], at: datetime) -> None:
    """Raise RuleBroken, naming them, where a campaign holds any of these accounts out at an instant."""
    lasts = or_(AudienceMember.ends.is_(None), AudienceMember.ends > at)
    names = session.scalars(
        select(Account.name)
        .join(AudienceMember, AudienceMember.account_id == Account.id)
        .where(AudienceMember.campaign_id == campaign.id, AudienceMember.held_out, AudienceMember.starts <= at, lasts)
        .where(Account.id.in_(account_ids))
        .order_by(Account.normal_name)
    ).all()
    if names:
        raise RuleBroken(sentence_of(names, campaign.name), field="campaign")


def sentence_of(names: Sequence[str], campaign: str) -> str:
    """Why nothing of a campaign is recorded on these accounts, and what to do instead."""
    verb, they = ("is", "it gets") if len(names) == 1 else ("are", "they get")
    rest = "Log it without the campaign if it was something else."
    return f"{few(names)} {verb} held out of {campaign}: {they} no play and no touch of it. {rest}"


def _members(campaign: Campaign, at: datetime) -> Select[str, str, AudienceMember, datetime | None, str]:
    gone, entry = aliased(Membership), aliased(Entry)
    gap = gap_of(at).scalar_subquery()
    why = (
        select(entry.reason)
        .join(gone, (gone.list_id == entry.list_id) & (gone.account_id == entry.account_id))
        .where(entry.account_id == AudienceMember.account_id, entry.outcome == Outcome.OUT, gone.ends == gap)
        .limit(1)
        .correlate(AudienceMember)
        .scalar_subquery()
    )
    return (
        select(Account.name, Account.slug, AudienceMember, gap, func.coalesce(why, ""))
        .join(Account, Account.id == AudienceMember.account_id)
        .where(AudienceMember.campaign_id == campaign.id)
        .order_by(AudienceMember.id)
    )


def _left(rows: Collection[Row[str, str, AudienceMember, datetime | None, str]], at: datetime) -> list[Left]:
    found = []
    for name, slug, member, gap, why in rows:
        if gap is not None and (member.ends is None or gap <= member.ends):
            words = f"left the target list: {why}" if why else "left the target list"
            found.append(Left(name, slug, member.tier, member.held_out, gap, words))
        elif _over(member, at) and not member.campaign.state.ended and member.ends is not None:
            found.append(Left(name, slug, member.tier, member.held_out, member.ends, "no longer in the plan"))
    return found


def _over(member: AudienceMember, at: datetime) -> bool:
    return member.ends is not None and member.ends <= at
