"""What the database holds of campaigns, read as rows, and compared with what the model says."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.agreement.models import Version
from abm.campaigns.launches import AudienceMember
from abm.campaigns.models import Campaign, LivePlay
from abm.campaigns.queries import audience_on, live_on
from abm.outbound.models import Commitment
from tests.campaigns.machine.model import Model
from tests.targets.machine.calendar import midnight
from tests.targets.machine.looking import same

if TYPE_CHECKING:
    from tests.campaigns.machine.walking import Walking


def check(session: Session, walk: Walking) -> None:
    """Everything about every campaign; an AssertionError says what differs."""
    found = {campaign.slug: campaign for campaign in session.scalars(select(Campaign))}
    same("campaigns", found.keys(), walk.campaigns.keys())
    for slug, model in walk.campaigns.items():
        _plan(session, walk, found[slug], model)
        _at_work(session, walk, found[slug], model)
        _promises(session, found[slug], model)


def _plan(session: Session, walk: Walking, campaign: Campaign, model: Model) -> None:
    same("state", campaign.state.value, model.state)
    same("message", campaign.message, model.draft.message)
    same("plays", {(play.what, play.day) for play in campaign.plays}, model.draft.plays)
    versions = session.scalars(
        select(Version).where(Version.document_id == campaign.document_id).order_by(Version.number)
    )
    states = [(one.number, campaign.state_of(one).value) for one in versions]
    same("plan versions", states, [(one.number, model.says(one)) for one in model.versions])
    for version in campaign.document.versions:
        same("bytes", hashlib.sha256(version.content).hexdigest(), walk.frozen[campaign.slug, version.number])
    same(
        "covered",
        [s.value for s in campaign.left_behind()] == [],
        model.approved is None or model.approved.written == model.draft,
    )


def _at_work(session: Session, walk: Walking, campaign: Campaign, model: Model) -> None:
    """Whom it took on; of them, those who are on the list now are worked."""
    same("live plays", {(play.what, play.day) for play in _live(session, campaign)}, model.live_plays)
    rows = session.execute(
        select(Account.name, AudienceMember.tier)
        .join(AudienceMember, AudienceMember.account_id == Account.id)
        .where(AudienceMember.campaign_id == campaign.id, AudienceMember.ends.is_(None))
    ).all()
    same("taken on once", len(rows), len({name for name, _ in rows}))
    same("audience", dict(rows) if rows else {}, model.members)
    begun = walk.now >= midnight(model.starts)
    working = {row.account.name for row in session.scalars(audience_on(campaign, walk.now))}
    same("worked", working, (model.members.keys() & walk.listed.keys()) - model.gone if begun else set())
    runs = model.state in {"live", "adopted"}
    for account in session.scalars(select(Account).where(Account.name.in_(walk.listed))):
        works = campaign in live_on(session, account.id, walk.now)
        same(f"works {account.name}", works, runs and account.name in working)


def _live(session: Session, campaign: Campaign) -> list[LivePlay]:
    return list(session.scalars(select(LivePlay).where(LivePlay.campaign_id == campaign.id)))


def _promises(session: Session, campaign: Campaign, model: Model) -> None:
    """Nobody owes anything that no launched version asked for."""
    query = select(Account.name).join(Commitment, Commitment.account_id == Account.id)
    asked = set(session.scalars(query.where(Commitment.campaign_id == campaign.id)))
    launched: set[str] = set().union(*(one.accounts for one in model.versions if one.launched))
    assert asked <= launched, f"asked of {sorted(asked - launched)}, which no launched plan has"
    assert not launched or asked, "a launch that asks nothing of anybody"
