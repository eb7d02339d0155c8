"""What of the weekly review waits on somebody: an action whose day is here, a decision to judge, a week to open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from flask import url_for
from sqlalchemy import Select, and_, false, literal, or_, select, union_all
from sqlalchemy.orm import Session, lazyload

from abm.kit.filters import weekday
from abm.kit.text import shortened
from abm.people.access import May, may
from abm.people.models import Organisation, User
from abm.people.programmes import Programme
from abm.people.seats import Seat, seats_signed_for
from abm.people.waiting import Waiting
from abm.progress.moments import Moment
from abm.progress.snapshots import Snapshot
from abm.rhythm.actions import Action
from abm.rhythm.decisions import Choice, Decision, DecisionView
from abm.rhythm.reviews import Review
from abm.rhythm.shares import listed_at, name_of, shares_of

JUDGE, DO, OPEN = "Judge", "Finish", "Review"
WEIGHTS = {JUDGE: 70, DO: 60, OPEN: 55}  # the other side waits for the first


def waiting_for(session: Session, user: User, organisation: Organisation) -> Iterator[Waiting]:
    """What somebody is to do or to judge, and which programmes' week nobody has reviewed: two queries at most, and
    a third where two quarters share the week."""
    today = organisation.today()
    signing = seats_signed_for(session, user, today)
    for kind, public_id, what, day in session.execute(union_all(_to_do(user, today), _to_judge(signing, today))):
        yield _due(kind, public_id, what, day, organisation)
    if may(user, May.RUN_REVIEW):
        for share in shares_of(organisation, organisation.current_week().plus(-1)):
            yield from _to_open(session, signing, share, organisation)


def _to_do(user: User, today: date) -> Select[str, str, str, date]:
    """Open actions of one's own whose day is here or has passed."""
    mine = Action.owner_id == user.id, Action.done_at.is_(None), Action.due_on <= today
    return select(literal(DO), Action.public_id, Action.what, Action.due_on).where(*mine)


def _to_judge(signing: Sequence[Seat], today: date) -> Select[str, str, str, date]:
    """Decisions whose day has come, of the programmes that one signs for, of which that side has said nothing yet."""
    said = select(DecisionView.id).where(
        DecisionView.decision_id == Decision.id,
        DecisionView.side == (signing[0].side if signing else None),
        or_(Decision.settled_at.is_(None), DecisionView.at > Decision.settled_at),
    )
    due = and_(
        Review.programme_id.in_([seat.programme_id for seat in signing]),
        Decision.dropped_at.is_(None),
        or_(Decision.settled.is_(None), Decision.settled == Choice.EXTEND),
        Decision.check_on <= today,
        ~said.exists(),
    )
    columns = literal(JUDGE), Decision.public_id, Decision.what, Decision.check_on
    return select(*columns).join(Review, Review.id == Decision.review_id).where(due if signing else false())


def _due(kind: str, public_id: str, what: str, day: date, organisation: Organisation) -> Waiting:
    action = kind == DO
    return Waiting(
        verb=kind,
        object=f"“{shortened(what, 80)}”",
        why=("an action of yours, by " if action else "the day to check it was ") + weekday(day),
        since=organisation.start_of(day),
        href=url_for("rhythm.action", action_id=public_id)
        if action
        else url_for("rhythm.decision", decision_id=public_id),
        button=kind,
        weight=WEIGHTS[kind],
    )


def _to_open(
    session: Session, signing: Sequence[Seat], moment: Moment, organisation: Organisation
) -> Iterator[Waiting]:
    """Each programme that had a list in that week and no review of it: those that one signs for, else all."""
    held = select(Review.id).join(Snapshot, Snapshot.id == Review.snapshot_id)
    held = held.where(Review.programme_id == Programme.id, Snapshot.quarter == str(moment.quarter))
    held = held.where(Snapshot.week == str(moment.week))
    statement = select(Programme).where(listed_at(moment.at), ~held.exists()).order_by(Programme.id)
    if signing:
        statement = statement.where(Programme.id.in_([seat.programme_id for seat in signing]))
    for programme in session.scalars(statement.options(lazyload("*"))):
        yield Waiting(
            verb=OPEN,
            object=f"week {name_of(moment)}" + ("" if programme.is_default else f", {programme.name}"),
            why="it is over, and its review was not opened yet",
            since=organisation.end_of(moment.last),
            href=url_for("rhythm.review", week=moment.week, quarter=moment.quarter, **programme.address),
            button="Open",
            weight=WEIGHTS[OPEN],
        )
