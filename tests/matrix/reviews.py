"""The expected answers of weekly reviews: everybody reads them, and who leads a side or its people runs them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from abm.agreement.canonical import freeze
from abm.kit import clock
from abm.kit.clock import Week
from abm.people.models import Organisation
from abm.progress.content import ListShown, write_accounts
from abm.progress.snapshots import FreezeCause, Snapshot, headlines_by_group
from abm.rhythm.actions import take_on
from abm.rhythm.decisions import Bet, Lever, decide
from abm.rhythm.reviews import open_review
from tests.cast import Cast
from tests.matrix.expectations import AE, CMO, CRO, EVERYONE, LISTING, MANAGER, Case, case

RUNNING = LISTING
SEATED = frozenset({CMO, CRO, MANAGER})  # both seats, and Ines as deputy
REVIEWED: Any = {"week": "reviewed week"}
ACTION: Any = {"action_id": "action"}
DECISION: Any = {"decision_id": "decision"}
STAGES = {"version": None, "words": "the default, not yet agreed", "coverage": {"1": [100, 1]}}
POINT: Any = {"point": "point"}

REVIEWS: dict[str, list[Case]] = {
    "rhythm.index": [case(EVERYONE)],
    "rhythm.review": [case(EVERYONE, **REVIEWED), case(EVERYONE, week="week")],
    "rhythm.begin": [case(RUNNING, 409, week="week")],  # it still runs
    "rhythm.now": [case(EVERYONE, **REVIEWED), case(EVERYONE, 404, week="week")],
    "rhythm.take_up": [case(RUNNING, 404, **REVIEWED), case(RUNNING, 303, sent={"point": "stuck"}, **REVIEWED)],
    "rhythm.write_note": [case(RUNNING, 303, **REVIEWED, **POINT)],
    "rhythm.close": [case(RUNNING, 404, week="week")],
    "rhythm.on_paper": [case(EVERYONE, **REVIEWED)],
    "rhythm.minutes_file": [case(EVERYONE, 404, **REVIEWED)],  # it is open: nothing is written down yet
    "rhythm.make_decision": [case(RUNNING, 422, **REVIEWED)],
    "rhythm.drop_decision": [case(RUNNING, 303, **REVIEWED, **DECISION)],
    "rhythm.make_action": [case(RUNNING, 422, **REVIEWED)],
    "rhythm.action": [case(EVERYONE, **ACTION)],
    "rhythm.finish_action": [case(RUNNING | {AE}, 422, sent={"ending": "never"}, **ACTION)],  # it is Tomás'
    "rhythm.pass_on_action": [case(RUNNING | {AE}, 422, **ACTION)],
    "rhythm.decision": [case(EVERYONE, **DECISION)],
    "rhythm.judge_decision": [case(SEATED, 422, **DECISION)],
    "rhythm.when": [case(RUNNING)],
    "rhythm.set_when": [case(RUNNING, 422)],
    "rhythm.series_file": [case(EVERYONE)],
}


def reviewed_of(session: Session, cast: Cast) -> dict[str, str]:
    """The review of a week five weeks ago, with a decision and an action of Tomás."""
    at, today = clock.now(), cast.organisation.today()
    review = open_review(_frozen(session, cast.organisation, at), by=cast.amara, at=at)
    bet = Bet("Call first", Lever.PROCESS, "meetings held", 3, today + timedelta(days=9))
    decision = decide(review, bet, before=1, today=today, by=cast.renata, at=at)
    due = today + timedelta(days=3)
    action = take_on(review, "Send the map", cast.tomas, due, today=today, by=cast.ines, at=at)
    return {
        "reviewed week": review.snapshot.week,
        "decision": decision.public_id,
        "action": action.public_id,
        "point": "moved",
    }


def _frozen(session: Session, organisation: Organisation, at: datetime) -> Snapshot:
    """A week of a list without accounts."""
    week = Week.of(organisation.today()).plus(-5)
    quarter = organisation.quarter_of(week.monday)
    shown = ListShown(quarter, 1, "0" * 64, at)
    content = {
        "first day": week.monday.isoformat(),
        "last day": week.sunday.isoformat(),
        "frozen at": at.isoformat(),
        "sealed up to": 0,
        "currency": "EUR",
        "list": shown.written(),
        "stages": STAGES,
        "sources": [],
        "campaigns": [],
        "waits": [],
        **write_accounts([]),
    }
    frozen = freeze(kind="snapshot", document=str(week), number=1, predecessor=None, content=content)
    snapshot = Snapshot(
        programme_id=1,
        quarter=str(quarter),
        week=str(week),
        content=frozen.content,
        digest=frozen.digest,
        headlines=headlines_by_group([]),
        sealed_upto=0,
        cause=FreezeCause.TIME,
        frozen_at=at,
    )
    session.add(snapshot)
    session.flush()
    return snapshot
