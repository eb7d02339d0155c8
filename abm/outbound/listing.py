"""The commitments page: both sides' promises beside each other, narrowed and page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.campaigns.models import Campaign
from abm.outbound.models import Commitment, Credit
from abm.outbound.pauses import Pause, PauseCause
from abm.outbound.queries import PROMISE, Promised, ends_on, in_full, promise_of, running
from abm.outbound.ways import AnotherWay
from abm.people.models import Organisation, Team, User
from abm.people.seats import Side
from abm.targets.models import Membership
from abm.touches.models import Touch

ROWS = 25


@dataclass(frozen=True)
class Narrowed:
    """What of all commitments is looked at; None and "" leave a thing out of account."""

    person: User | None = None
    team_id: int | None = None
    tier: int | None = None
    campaign: str = ""
    ended: bool = False
    state: str = ""  # a key of `STATES`


STATES = {
    "assigned": "Not accepted yet",
    "accepted": "Accepted",
    "proposed": "Another way proposed",
    "waiting": "Waiting on the other side",
    "resting": "Resting",
}


@dataclass(frozen=True)
class SidePage:
    """Some commitments of a side, and the cursor at which the next page begins."""

    rows: Sequence[Promised]
    next: str | None


def conditions(narrowed: Narrowed, *, organisation: Organisation, at: datetime) -> list[ColumnElement[bool]]:
    """What holds of every commitment that is looked at."""
    day = organisation.today(at)
    found = [~running(day) if narrowed.ended else running(day)]
    if narrowed.person is not None:
        found.append(Commitment.person_id == narrowed.person.id)
    if narrowed.team_id is not None:
        found.append(Commitment.person_id.in_(select(User.id).where(User.team_id == narrowed.team_id)))
    if narrowed.campaign:
        found.append(Commitment.campaign_id.in_(select(Campaign.id).where(Campaign.slug == narrowed.campaign)))
    if narrowed.state:
        found.append(_in_state(narrowed.state, day))
    if narrowed.tier is not None:
        members = select(Membership.account_id).where(
            Membership.tier == narrowed.tier,
            Membership.starts <= at,
            Membership.ends.is_(None) | (Membership.ends > at),
        )
        found.append(Commitment.account_id.in_(members))
    return found


def _in_state(state: str, day: date) -> ColumnElement[bool]:
    """What holds of commitments that read so today; the same as `Promised.state` says, but for days."""
    if state in {"assigned", "accepted"}:
        accepted = Commitment.accepted_at.is_not(None)
        return accepted if state == "accepted" else ~accepted
    if state == "proposed":
        open_way = AnotherWay.commitment_id == Commitment.id, AnotherWay.answered_at.is_(None)
        return select(AnotherWay.id).where(*open_way).correlate(Commitment).exists()
    wait = Pause.cause == PauseCause.WAITING
    holds = Pause.first_day <= day, or_(Pause.last_day.is_(None), Pause.last_day >= day)
    of_kind = wait & Pause.ended_at.is_(None) if state == "waiting" else ~wait
    paused = select(Pause.id).where(Pause.commitment_id == Commitment.id, of_kind, *holds)
    return paused.correlate(Commitment).exists()


def page_of_side(
    session: Session, side: Side, where: Sequence[ColumnElement[bool]], day: date, *, after: str, ended: bool
) -> SidePage:
    """One page: what ends next at the top, or what ended last; `after` is the cursor of the page before."""
    keys = tuple_(ends_on, Commitment.public_id)
    statement = in_full(select(*PROMISE).where(Commitment.side == side, *where))
    begin = _begin(after)
    if begin is not None:
        statement = statement.where(keys < tuple_(*begin) if ended else keys > tuple_(*begin))
    order = (ends_on.desc(), Commitment.public_id.desc()) if ended else (ends_on, Commitment.public_id)
    found = session.execute(statement.order_by(*order).limit(ROWS + 1)).unique().all()
    rows = [promise_of(row, day) for row in found[:ROWS]]
    last = rows[-1].commitment if len(found) > ROWS else None
    return SidePage(rows, f"{last.end.isoformat()}.{last.public_id}" if last is not None else None)


def counted_for(session: Session, commitment: Commitment) -> list[Touch]:
    """The touches that count towards a commitment, the first of them first."""
    credited = select(Credit.touch_id).where(Credit.commitment_id == commitment.id)
    statement = select(Touch).where(Touch.id.in_(credited)).order_by(Touch.at, Touch.id)
    people = (joinedload(Touch.contact), joinedload(Touch.logged_by).lazyload(User.grants))
    return list(session.scalars(statement.options(*people)))


def teams(session: Session) -> list[Team]:
    return list(session.scalars(select(Team).order_by(Team.name)))


def campaigns_with_commitments(session: Session) -> list[Campaign]:
    """The campaigns that anything was promised for."""
    promised_for = select(Commitment.campaign_id).where(Commitment.campaign_id.is_not(None))
    statement = select(Campaign).where(Campaign.id.in_(promised_for)).order_by(Campaign.name, Campaign.id)
    return list(session.scalars(statement.options(lazyload(Campaign.document))))


def _begin(cursor: str) -> tuple[date, str] | None:
    """Where a page begins; a cursor that nobody handed out begins at the start."""
    day, _, public_id = cursor.partition(".")
    try:
        return (date.fromisoformat(day), public_id) if public_id else None
    except ValueError:
        return None
