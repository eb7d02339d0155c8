"""What waits for a word of a person: something to deliver, other ways to confirm, meetings that are over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import Date, Select, cast, false, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from abm.accounts.models import Account
from abm.kit import clock
from abm.kit.text import shortened
from abm.outbound.leading import HEADS
from abm.outbound.meeting_queries import open_meetings
from abm.outbound.meetings import Meeting
from abm.outbound.models import Commitment
from abm.outbound.pauses import Pause
from abm.outbound.ways import AnotherWay
from abm.people.models import Team, User
from abm.people.waiting import Waiting

DELIVER, ANSWER, SAY = "Deliver", "Answer", "Say"
WEIGHTS = {DELIVER: 45, ANSWER: 40, SAY: 42}


def answers_waiting_for(session: Session, user: User) -> Iterator[Waiting]:
    """One row for each thing that the other side waits for, each proposal of those whom one leads, each meeting of
    which nobody has said what became of it. One query.
    """
    rows = session.execute(union_all(_to_deliver(user), _to_answer(user), _to_say(user)))
    for verb, commitment, account, who, since, what, by_day in rows:
        if verb == SAY:
            yield _meeting(commitment, account, since, what)
            continue
        day = f"{by_day.day} {by_day:%b}" if by_day else ""
        deliver = verb == DELIVER
        yield Waiting(
            verb=verb,
            object=shortened(what, 80) if deliver else f"{who}'s proposal on {account}",
            why=f"{who} waits for it on {account}, until {day}" if deliver else shortened(what, 120),
            since=since,
            href=url_for("outbound.commitment", commitment_id=commitment),
            button=verb,
            weight=WEIGHTS[verb],
        )


def _meeting(public_id: str, account: str, since: datetime, subject: str) -> Waiting:
    return Waiting(
        verb=SAY,
        object=f"what became of the meeting with {account}",
        why=shortened(subject, 80),
        since=since,
        href=url_for("outbound.meeting", meeting_id=public_id),
        button=SAY,
        weight=WEIGHTS[SAY],
    )


def _to_say(user: User) -> Select[*tuple[Any, ...]]:
    said = Meeting.starts_at, Meeting.subject, cast(null(), Date)
    found: Select[*tuple[Any, ...]] = (
        open_meetings()
        .with_only_columns(literal(SAY), Meeting.public_id, Account.name, literal(""), *said)
        .join(Account, Account.id == Meeting.account_id)
        .where(Meeting.owner_id == user.id, Meeting.starts_at <= clock.now())
    )
    return found


def _to_deliver(user: User) -> Select[*tuple[Any, ...]]:
    said = Pause.asked_at, Pause.what, Pause.by_day
    found: Select[*tuple[Any, ...]] = (
        select(literal(DELIVER), Commitment.public_id, Account.name, User.name, *said)
        .join(Commitment, Commitment.id == Pause.commitment_id)
        .join(Account, Account.id == Commitment.account_id)
        .join(User, User.id == Pause.asked_by_id)
        .where(Pause.on_id == user.id, Pause.last_day.is_(None), Commitment.closed_on.is_(None))
    )
    return found


def _to_answer(user: User) -> Select[*tuple[Any, ...]]:
    """Those of one's team; of the side where one is its head, those that no manager answers."""
    person, proposer = aliased(User), aliased(User)
    side = next((side for side, role in HEADS.items() if user.is_one_of(role)), None)
    nobody_else = or_(Team.id.is_(None), Team.manager_id.is_(None), Team.manager_id == AnotherWay.by_id)
    as_head = (Commitment.side == side) & nobody_else if side is not None else false()
    said = AnotherWay.at, AnotherWay.reason, cast(null(), Date)
    found: Select[*tuple[Any, ...]] = (
        select(literal(ANSWER), Commitment.public_id, Account.name, proposer.name, *said)
        .join(Commitment, Commitment.id == AnotherWay.commitment_id)
        .join(Account, Account.id == Commitment.account_id)
        .join(proposer, proposer.id == AnotherWay.by_id)
        .outerjoin(person, person.id == Commitment.person_id)
        .outerjoin(Team, Team.id == person.team_id)
        .where(AnotherWay.answered_at.is_(None), AnotherWay.by_id != user.id)
        .where(or_(Team.manager_id == user.id, as_head))
    )
    return found
