"""An account in a week: the plays, what is asked, the touches; and what moving a play there means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.accounts.models import Account
from abm.campaigns.calendar import told
from abm.campaigns.drafted import plays_of_draft
from abm.campaigns.drafting import Play
from abm.campaigns.live_plays import LivePlay
from abm.campaigns.models import Campaign
from abm.campaigns.outreach import Span, overfull, planned
from abm.campaigns.overload import Overload
from abm.campaigns.recorded import Unrecorded, unrecorded
from abm.kit.clock import Week
from abm.outbound.models import Commitment
from abm.outbound.queries import Promised, ends_on, promised
from abm.people.models import User
from abm.touches.models import Touch


@dataclass(frozen=True)
class PlayThere:
    """A play on the account. `movable`: the draft still has it; `draft_day`: where the draft says another day."""

    day: date
    words: str
    channel: str
    play: str
    campaign: str
    slug: str
    live: bool
    movable: bool = True
    draft_day: date | None = None


@dataclass(frozen=True)
class CellPage:
    """What both sides do on an account in a week."""

    account: Account
    week: Week
    plays: Sequence[PlayThere]
    promised: Sequence[Promised]
    touches: Sequence[Touch]
    load: Overload | None
    unrecorded: Sequence[Unrecorded] = ()


def cell_of(session: Session, slug: str, week: Week, span: Span, campaign: Campaign | None) -> CellPage | None:
    """All that the cell stands for; None where there is no such account."""
    account = session.scalar(select(Account).where(Account.slug == slug))
    if account is None:
        return None
    over = overfull(session, span, [account.id])
    own = _of_draft(campaign, week, span, account)
    drafted = plays_of_draft(campaign, 1, span.today) if campaign is not None else []
    live = [play for play in _live(session, span, account.id) if week.monday <= play.day <= week.sunday]
    open_then = (Commitment.first_day <= week.sunday) & (ends_on >= week.monday)
    return CellPage(
        account=account,
        week=week,
        plays=sorted([*live, *own], key=lambda play: play.day),
        promised=promised(session, span.today, Commitment.account_id == account.id, open_then),
        touches=_touches(session, account.id, week),
        load=told(session, over, span, week.monday, drafted).get(account.id),
        unrecorded=[
            one
            for one in unrecorded(session, span.today, account_id=account.id)
            if week.monday <= one.day <= week.sunday
        ],
    )


def _live(session: Session, span: Span, account_id: int) -> list[PlayThere]:
    """The plays to come of live campaigns, and where the draft has moved them."""
    columns = (LivePlay.day, LivePlay.what, LivePlay.channel, LivePlay.play, Campaign.name, Campaign.slug)
    rows = session.execute(
        planned(span, [account_id], *columns, Play.day)
        .outerjoin(Play, Play.public_id == LivePlay.play)
        .order_by(LivePlay.day, LivePlay.id)
    )
    return [
        PlayThere(
            *(day, what, channel.label, play, name, slug), True, moved is not None, moved if moved != day else None
        )
        for day, what, channel, play, name, slug, moved in rows
    ]


def _of_draft(campaign: Campaign | None, week: Week, span: Span, account: Account) -> list[PlayThere]:
    if campaign is None or span.drafted is None or account.id not in span.drafted.account_ids:
        return []
    return [
        PlayThere(play.day, play.what, play.channel.label, play.public_id, campaign.name, campaign.slug, live=False)
        for play in campaign.plays
        if max(week.monday, span.today) <= play.day <= week.sunday
    ]


def _touches(session: Session, account_id: int, week: Week) -> list[Touch]:
    statement = select(Touch).where(
        Touch.account_id == account_id, Touch.day.between(week.monday, week.sunday), Touch.voided_at.is_(None)
    )
    names = (joinedload(Touch.logged_by).options(lazyload(User.grants)), joinedload(Touch.contact))
    return list(session.scalars(statement.options(*names).order_by(Touch.at)))


def play_by_public_id(session: Session, public_id: str) -> Play | None:
    """A play of some draft."""
    return session.scalar(select(Play).where(Play.public_id == public_id).options(joinedload(Play.campaign)))
