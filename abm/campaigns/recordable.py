"""Which plays may be recorded, on which days and accounts: facts of a campaign that ran, on whom it worked that day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.campaigns.audience import on_list
from abm.campaigns.kinds import CampaignState
from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign
from abm.kit.base import session_of
from abm.kit.rules import refuse, require
from abm.people.models import Organisation
from abm.targets.models import Membership
from abm.touches.bulk import chunks
from abm.touches.kinds import Channel

NAMED = 8  # accounts that a sentence names


@dataclass(frozen=True)
class Playable:
    """A play that can have happened: of the plan that runs or ran."""

    play: str  # public id
    channel: Channel
    what: str
    day: date


@dataclass(frozen=True)
class Reachable:
    """An account that a campaign worked on a day."""

    account_id: int
    public_id: str
    slug: str
    name: str
    tier: int


def playable(campaign: Campaign) -> dict[str, Playable]:
    """The plays of the launched plan; of one that ran before anybody launched it here, those of its draft."""
    found = {row.play: Playable(row.play, row.channel, row.what, row.day) for row in campaign.live_plays}
    if not found and campaign.state is CampaignState.ADOPTED:
        found = {row.public_id: Playable(row.public_id, row.channel, row.what, row.day) for row in campaign.plays}
    return found


def require_day(campaign: Campaign, day: date, *, at: datetime, imported: bool) -> None:
    """A play is recorded once it has happened. What ran while a campaign was paused, or before it ended, is a fact."""
    organisation = session_of(campaign).get_one(Organisation, 1)
    today = organisation.today(at)
    require(campaign.state is not CampaignState.DRAFT, f"{campaign.name} was never launched: no play of it happened.")
    require(day <= today, "That day is still to come. Record the play once it has happened.", field="day")
    message = f"That is more than {organisation.backdating_days} days ago. Bring older plays in with a file."
    require(imported or day >= organisation.oldest_to_log(at), message, field="day")


def recordable(session: Session, campaign: Campaign, day: date) -> list[Reachable]:
    """The accounts on which a play of this campaign may be recorded for a day, by name: the one place that says so.

    Worked by it and on a list at some moment of that day, never held out on it, not archived, not to be left alone.
    """
    statement = (
        select(Account, AudienceMember.tier)
        .join(AudienceMember, AudienceMember.account_id == Account.id)
        .where(AudienceMember.campaign_id == campaign.id, *_taken_on(session, day), ~AudienceMember.held_out)
        .where(Account.id.not_in(_held_out(session, campaign, day)))
        .order_by(Account.normal_name, Account.id, AudienceMember.id)
    )
    found = {
        account.id: Reachable(account.id, account.public_id, account.slug, account.name, tier)
        for account, tier in session.execute(statement)
        if account.archived_at is None and not account.left_alone_on(day)
    }
    return list(found.values())


def refusals(session: Session, campaign: Campaign, day: date, account_ids: Collection[int]) -> dict[int, str]:
    """Why a play of this campaign cannot be recorded for a day, for each of these accounts where it cannot."""
    allowed = {one.account_id for one in recordable(session, campaign, day)}
    held, told = set(session.scalars(_held_out(session, campaign, day))), dict[int, str]()
    for chunk in chunks(sorted(set(account_ids) - allowed)):
        for account in session.scalars(select(Account).where(Account.id.in_(chunk))):
            if account.archived_at is not None:
                told[account.id] = "archived"
            elif account.left_alone_on(day):
                told[account.id] = "marked “do not approach”"
            elif account.id in held:
                told[account.id] = f"held out of {campaign.name}, so it gets no play of it"
            else:
                told[account.id] = f"not in the audience of {campaign.name} on {day.day} {day:%b %Y}"
    return told


def require_recordable(session: Session, campaign: Campaign, day: date, account_ids: Collection[int]) -> None:
    """Refuse, naming the accounts and why, where one of them was not worked on that day."""
    told = refusals(session, campaign, day, account_ids)
    if not told:
        return
    names: dict[str, list[str]] = defaultdict(list)
    first = sorted(told)[: 40 * NAMED]
    for number, name in session.execute(
        select(Account.id, Account.name).where(Account.id.in_(first)).order_by(Account.name)
    ):
        names[told[number]].append(name)
    refuse(
        " ".join(f"{_few(these)} {'is' if len(these) == 1 else 'are'} {why}." for why, these in names.items())
        + " Leave them out.",
        field="accounts",
    )


def _few(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"


def _held_out(session: Session, campaign: Campaign, day: date) -> Select[int]:
    """The accounts that a campaign held out at some moment of a day."""
    held = select(AudienceMember.account_id).where(AudienceMember.campaign_id == campaign.id, AudienceMember.held_out)
    return held.where(*_taken_on(session, day))


def _taken_on(session: Session, day: date) -> list[ColumnElement[bool]]:
    """That an account was taken on at some moment of a day: in the audience, and on a list."""
    organisation = session.get_one(Organisation, 1)
    begin, end = organisation.start_of(day), organisation.end_of(day)
    lasts = (AudienceMember.ends > begin) & (AudienceMember.ends > AudienceMember.starts)
    listed = select(Membership.id).where(Membership.account_id == AudienceMember.account_id, on_list(begin, end))
    return [AudienceMember.starts < end, or_(AudienceMember.ends.is_(None), lasts), listed.exists()]
