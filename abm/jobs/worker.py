"""The background work: events are sealed, proposals that wait are minded, lists of quarters past closed, commitments
and stages follow what changed, weeks freeze, letters leave.

The truth stands in tables, so a worker can die at any moment, and several can run at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.audit.seal import seal_events, unsealed
from abm.campaigns.models import Campaign
from abm.campaigns.review_letters import tell_reminded
from abm.campaigns.review_reminding import mind_review, reviews_to_mind
from abm.jobs.password_requests import answer_password_requests
from abm.jobs.sending import due_letters, lease_letters, note_outcomes, send
from abm.kit import clock
from abm.kit.db import is_away, session, writing
from abm.kit.web import in_one_state
from abm.outbound.following import follow
from abm.people.mail import mail_server
from abm.people.models import Organisation
from abm.people.programmes import Programme
from abm.people.sessions import PasswordRequest
from abm.progress.moments import Moment
from abm.progress.schedule import due_to_freeze
from abm.progress.snapshots import FreezeCause, take_snapshot
from abm.stages.following import behind, follow_stages
from abm.targets.closing import close_for_good, lists_to_close
from abm.targets.reminding import let_time_pass, lists_with_something_due

T = TypeVar("T")
log = logging.getLogger("abm.worker")

PAUSE = 2.0  # seconds between two looks
AWAY_PAUSE = 5.0  # after the database did not answer
WHOLE_EVERY = 450  # looks: a quarter of an hour
FOLLOW_EVERY = 30  # looks: a minute
BATCH = 1_000


def run(app: Flask, stop: threading.Event) -> None:
    """Work until told to stop. A database that is away is waited out; any other fault stops its own step alone."""
    looks = 0
    while not stop.is_set():
        pause = PAUSE
        steps: list[Callable[[], object]] = [partial(_look, whole=looks % WHOLE_EVERY == 0)]
        if looks % FOLLOW_EVERY == 0:
            steps += [_follow, _follow_stages, freeze_weeks]
        try:
            with app.app_context():
                done = [_tried(step) for step in steps]
            looks += 1
            if not all(done):
                pause = AWAY_PAUSE
        except Exception as fault:  # the loop outlives whatever one look met
            pause = AWAY_PAUSE
            if is_away(fault):
                log.warning("The database is away; looking again in %s s.", pause)
            else:
                log.exception("One look failed; looking again in %s s.", pause)
        stop.wait(pause)


def _tried(step: Callable[[], object], what: str = "One step") -> bool:
    """Whether a step went well. A fault of its own is logged, so that the next goes on; a database away is raised.

    Nothing that a step has read or left half done reaches the next.
    """
    try:
        step()
    except Exception as fault:
        if is_away(fault):
            raise
        log.exception("%s failed; the others go on.", what)
        return False
    finally:
        session.close()
    return True


def work_once(session: Session | scoped_session[Session], *, whole: bool = True) -> None:
    """Do everything that is due now. Doing it twice is harmless. `whole` seals what all of the history left unsealed.

    Each step begins with a session that holds nothing. Raises what failed when all were tried, a database away at once.
    """
    own = session() if isinstance(session, scoped_session) else session
    steps: list[Callable[[Session], object]] = [
        partial(_seal, whole=whole),
        _answer_password_requests,
        _mind_proposals,
        _mind_reviews,
        _close_lists,
        _send_letters,
    ]
    _each(own, steps, partial(_alone, own))


def _each(session: Session, found: Iterable[T], do: Callable[[T], object]) -> None:
    """Do something with each, in a transaction of its own: one that fails holds up no other, and is raised last."""
    faults: list[Exception] = []
    for one in found:
        try:
            do(one)
            session.commit()
        except Exception as fault:
            session.rollback()
            if is_away(fault):
                raise
            faults.append(fault)
    if faults:
        raise ExceptionGroup("Some of what was due could not be done", faults)


def _alone(session: Session, step: Callable[[Session], object]) -> None:
    try:
        step(session)
    finally:
        session.close()


def _look(*, whole: bool) -> None:
    """Write only where there is something to do: on SQLite there is one pen, and people want it."""
    with writing(False) as session:
        due = _something_due(session(), whole=whole)
    if due:
        with writing() as session:
            work_once(session, whole=whole)


def _something_due(session: Session, *, whole: bool) -> bool:
    if unsealed(session, whole=whole) or session.scalar(select(PasswordRequest.id).limit(1)) is not None:
        return True
    if lists_with_something_due(session, clock.now()) or lists_to_close(session, clock.now()):
        return True
    organisation = session.get(Organisation, 1)
    if organisation is not None and reviews_to_mind(session, organisation=organisation, at=clock.now()):
        return True
    return mail_server(session) is not None and session.scalar(due_letters(clock.now()).limit(1)) is not None


def _seal(session: Session, *, whole: bool) -> None:
    """Events that are not sealed yet, a transaction for each batch. `whole` looks not only at the history's end."""
    while seal_events(session, limit=BATCH, whole=whole) >= BATCH:
        session.commit()
    session.commit()


def _answer_password_requests(session: Session) -> None:
    answer_password_requests(session, at=clock.now())
    session.commit()


def _mind_proposals(session: Session) -> None:
    """Proposals that wait; their letters leave with the others."""
    at = clock.now()
    _each(session, lists_with_something_due(session, at), lambda one: let_time_pass(one, at))


def _mind_reviews(session: Session) -> None:
    """Reviews of plans that are due or late."""
    at, organisation = clock.now(), session.get(Organisation, 1)
    if organisation is None:
        return

    def mind(campaign: Campaign) -> None:
        for cause, people in mind_review(campaign, organisation=organisation, at=at).items():
            tell_reminded(campaign, people, cause, at=at)

    _each(session, reviews_to_mind(session, organisation=organisation, at=at), mind)


def _close_lists(session: Session) -> None:
    """Lists of quarters that are over."""
    at = clock.now()
    _each(session, lists_to_close(session, at), lambda one: close_for_good(one, at))


def _follow() -> None:
    """Let commitments say what the list, the policy and the teams say."""
    with writing() as session:
        organisation = session.get(Organisation, 1)
        if organisation is not None:
            follow(session(), organisation=organisation, at=clock.now())
        session.commit()


def _follow_stages() -> None:
    """Let the changes of stages follow the facts, a transaction for each step."""
    with writing(False) as session:
        more = behind(session())
    while more:
        with writing() as session:
            more = follow_stages(session())
            session.commit()


def freeze_weeks() -> int:
    """Freeze every week whose time has come, each in a transaction of its own; hand back how many.

    One that cannot be frozen is logged, and stops no other.
    """
    with writing(False) as session:
        organisation = session.get(Organisation, 1)
        due = [] if organisation is None else due_to_freeze(session(), organisation, clock.now())
        weeks = [
            (one.id, moment, f"Freezing week {moment.week} of {one.naming(str(moment.quarter))}") for one, moment in due
        ]
    return sum(_tried(partial(_freeze_week, number, moment), what) for number, moment, what in weeks)


def _freeze_week(programme_id: int, moment: Moment) -> None:
    with writing() as session:
        in_one_state(session(), partial(_freeze, session(), programme_id, moment))


def _freeze(session: Session, programme_id: int, moment: Moment) -> None:
    organisation, programme = session.get_one(Organisation, 1), session.get_one(Programme, programme_id)
    take_snapshot(session, organisation, programme, moment, cause=FreezeCause.TIME, by=None, at=clock.now())


def _send_letters(session: Session) -> None:
    """A lease, the sending with no transaction open, and what became of it."""
    server = mail_server(session)
    letters = lease_letters(session, at=clock.now()) if server is not None else []
    session.commit()
    if server is None or not letters:
        return
    outcomes = send(server, letters, base_url=current_app.config["ABM"].base_url)
    note_outcomes(session, outcomes, at=clock.now())
    session.commit()
