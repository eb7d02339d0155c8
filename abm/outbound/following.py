"""Commitments follow the list, the tier and the AE, from the moment that those change; the past stays (domain §7).

Lower floors are read and never call here: the worker looks once a minute, and so does whoever has just signed, moved or
assigned something. Doing it twice changes nothing, and only what differs is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, lazyload

from abm.accounts.models import Account
from abm.accounts.queries import on_day
from abm.accounts.team import TeamFunction, TeamMember
from abm.campaigns.audience import never_left
from abm.campaigns.models import AudienceMember
from abm.outbound.answering import close, pass_on
from abm.outbound.models import Commitment, CommitmentSource
from abm.outbound.policy_asks import keep_policy
from abm.outbound.queries import ends_on
from abm.outbound.recounting import recount
from abm.outbound.resting import keep_rests
from abm.people.models import Organisation, User
from abm.people.seats import Side

LEFT = "It left the target list"
ARCHIVED = "The account was archived"
AT_ONCE = 500  # accounts that are counted anew in one go


@dataclass(frozen=True)
class Followed:
    """What following changed: commitments that ended, that went to another AE, that the policy added, and rests."""

    closed: int = 0
    passed_on: int = 0
    derived: int = 0
    rests: int = 0

    def __bool__(self) -> bool:
        return any(vars(self).values())


def follow(session: Session, *, organisation: Organisation, at: datetime) -> Followed:
    """Let every running commitment say what the list, the policy in force and the teams say. The caller commits."""
    today = organisation.today(at)
    session.flush()
    # Two who follow at once take turns: the second finds nothing left to do.
    session.execute(select(Organisation.id).with_for_update(key_share=True))
    closed = [
        *_close(session, _of_archived(), ARCHIVED, today, at),
        *_close(session, _of_left(at), LEFT, today, at),
    ]
    moved = _pass_on(session, today, at)
    policy = keep_policy(session, organisation=organisation, at=at)
    rests = keep_rests(session, running_on(today), today=today, at=at)
    touched = sorted({one.account_id for one in (*closed, *moved, *policy.closed, *policy.derived)})
    for start in range(0, len(touched), AT_ONCE):
        recount(session, touched[start : start + AT_ONCE])
    session.expire_all()
    return Followed(len(closed) + len(policy.closed), len(moved), len(policy.derived), rests)


def running_on(today: date) -> ColumnElement[bool]:
    """What is still to be kept or to begin, and was not ended early."""
    return (Commitment.last_day >= today) & Commitment.closed_on.is_(None)


def _of_archived() -> ColumnElement[bool]:
    archived = select(Account.id).where(Account.id == Commitment.account_id, Account.archived_at.is_not(None))
    return archived.correlate(Commitment).exists()


def _of_left(at: datetime) -> ColumnElement[bool]:
    """That it is of a campaign which works the account no longer, since the account left the list."""
    taken = select(AudienceMember.id).where(
        AudienceMember.campaign_id == Commitment.campaign_id,
        AudienceMember.account_id == Commitment.account_id,
        AudienceMember.ends.is_(None),
        ~never_left(at),
    )
    return taken.correlate(Commitment).exists()


def _close(session: Session, which: ColumnElement[bool], why: str, today: date, at: datetime) -> Sequence[Commitment]:
    found = _found(session, running_on(today) & which)
    for commitment in found:
        close(commitment, why, on=today, by=None, at=at)
    session.flush()
    return found


def _pass_on(session: Session, today: date, at: datetime) -> list[Commitment]:
    """What an AE was to do goes to whoever answers for the account now; what was handed over by hand stays there."""
    answers = (TeamMember.account_id == Commitment.account_id) & (TeamMember.function == TeamFunction.AE)
    other = Commitment.person_id.is_(None) | (Commitment.person_id != TeamMember.user_id)
    rows = session.execute(
        select(Commitment, User)
        .join(TeamMember, answers & on_day(today))
        .join(User, User.id == TeamMember.user_id)
        .where(running_on(today), Commitment.side == Side.SALES, Commitment.source != CommitmentSource.PLAY)
        .where(Commitment.handed_over_at.is_(None), other, User.deactivated_at.is_(None))
        .options(joinedload(Commitment.account), lazyload(Commitment.campaign), lazyload(User.grants))
        .order_by(Commitment.id)
    ).all()
    for commitment, ae in rows:
        if commitment.person_id is None:
            commitment.person, commitment.accepted_at, commitment.accepted_by_id = ae, None, None
        else:
            pass_on(commitment, ae, why=f"{ae.name} answers for the account", today=today, by=None, at=at)
    session.flush()
    return [commitment for commitment, _ in rows]


def _found(session: Session, where: ColumnElement[bool]) -> Sequence[Commitment]:
    statement = select(Commitment).where(where, ends_on >= Commitment.first_day).order_by(Commitment.id)
    return session.scalars(statement.options(joinedload(Commitment.account), lazyload(Commitment.campaign))).all()
