"""The minutes of a review: frozen when it is closed, and told to whoever was or is concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.agreement.canonical import freeze, thaw
from abm.audit.models import record
from abm.kit.base import session_of
from abm.people.models import Organisation, User
from abm.people.seats import seats
from abm.rhythm.actions import Action
from abm.rhythm.agenda import Point
from abm.rhythm.decisions import Decision
from abm.rhythm.reviews import Review


def close_review(review: Review, *, by: User, at: datetime) -> None:
    """Freeze the minutes. From then on nothing of the review changes; actions go on, and decisions come back."""
    review.require_open()
    session = session_of(review)
    frozen = freeze(
        kind="minutes", document=review.public_id, number=1, predecessor=None, content=_written(session, review, by, at)
    )
    review.minutes, review.minutes_digest = frozen.content, frozen.digest
    review.closed_at, review.closed_by, review.closed_by_id = at, by, by.id
    review.news()
    record(review, "closed", by=by, at=at, after={"digest": frozen.digest})


def _written(session: Session, review: Review, by: User, at: datetime) -> dict[str, object]:
    """Everything that was said, decided and taken on. People go by public id."""
    decisions, actions = decisions_of(session, review), actions_of(session, review)
    return {
        "week": review.snapshot.week,
        "quarter": review.snapshot.quarter,
        "snapshot": review.snapshot.digest,
        "opened": {"by": review.opened_by.public_id, "at": review.opened_at.isoformat()},
        "closed": {"by": by.public_id, "at": at.isoformat()},
        "notes": [
            {"point": note.point.value, "text": note.text, "by": note.by.public_id}
            for note in sorted(review.notes, key=lambda note: note.point.number)
            if note.text
        ],
        "decisions": [_decision(decision) for decision in decisions],
        "actions": [
            {"what": action.what, "owner": action.owner.public_id, "due": action.due_on.isoformat()}
            for action in actions
        ],
    }


def _decision(decision: Decision) -> dict[str, object]:
    return {
        "what": decision.what,
        "lever": decision.lever.value,
        "scope": decision.scope,
        "accounts": [account.public_id for account in decision.accounts],
        "figure": decision.figure,
        "before": decision.before,
        "expected": decision.expected,
        "check": decision.check_on.isoformat(),
        "by": decision.made_by.public_id,
    }


def decisions_of(session: Session, review: Review) -> Sequence[Decision]:
    """The decisions made in a review, in their order, without those that were dropped."""
    return session.scalars(
        select(Decision).where(Decision.review_id == review.id, Decision.dropped_at.is_(None)).order_by(Decision.id)
    ).all()


def actions_of(session: Session, review: Review) -> Sequence[Action]:
    """The actions taken on in a review, in their order."""
    return session.scalars(select(Action).where(Action.review_id == review.id).order_by(Action.id)).all()


@dataclass(frozen=True)
class Minutes:
    """Frozen minutes, for reading."""

    notes: Sequence[tuple[Point, str]]
    decisions: Sequence[Mapping[str, Any]]
    actions: Sequence[tuple[str, str, date]]  # what, who, by when
    digest: str


def minutes_of(session: Session, review: Review) -> Minutes | None:
    """The minutes of a closed review, with the names that people have today; None while it is open."""
    if review.minutes is None or review.minutes_digest is None:
        return None
    content: dict[str, Any] = thaw(review.minutes)
    owners = {action["owner"] for action in content["actions"]}
    rows = session.execute(select(User.public_id, User.name).where(User.public_id.in_(owners)))
    names = {row.public_id: row.name for row in rows}
    return Minutes(
        notes=[(Point(note["point"]), note["text"]) for note in content["notes"]],
        decisions=[one | {"check": date.fromisoformat(one["check"])} for one in content["decisions"]],
        actions=[
            (one["what"], names.get(one["owner"], ""), date.fromisoformat(one["due"])) for one in content["actions"]
        ],
        digest=review.minutes_digest,
    )


def concerned(session: Session, organisation: Organisation, review: Review, at: datetime) -> list[User]:
    """Whoever gets the minutes: both seats, their deputies of that day, who wrote, took on, opened and closed it."""
    people: dict[int, User] = {review.opened_by_id: review.opened_by}
    if review.closed_by is not None:
        people[review.closed_by.id] = review.closed_by
    day = organisation.today(at)
    for seat in seats(session, review.programme_id).values():
        if seat.holder is not None:
            people[seat.holder.id] = seat.holder
        for deputy in seat.deputies:
            if deputy.covers(day):
                people[deputy.user.id] = deputy.user
    for note in review.notes:
        people[note.by_id] = note.by
    for action in actions_of(session, review):
        people[action.owner_id] = action.owner
    for decision in decisions_of(session, review):
        people[decision.made_by_id] = decision.made_by
    return sorted((user for user in people.values() if user.active), key=lambda user: user.id)
