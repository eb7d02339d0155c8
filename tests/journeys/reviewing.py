"""The weeks and the reviews that are visited: of these one that is closed, and one that is open."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from abm.kit import clock
from abm.kit.db import session
from abm.people.models import User
from abm.progress.snapshots import Snapshot
from abm.rhythm.actions import Action
from abm.rhythm.decisions import Bet, Decision, Lever, decide
from abm.rhythm.reviews import Review, open_review

AMARA, RENATA, INES, TOMAS = "Amara", "Renata", "Ines", "Tomás"

NO_PAGE_OF_REVIEWS = {
    "rhythm.series_file": "read by calendar programs",
    "rhythm.minutes_file": "a file",
    "rhythm.now": "a part of the review's page",
}
PAGES_OF_REVIEWS: dict[str, list[tuple[str, str]]] = {
    "progress.quarter_close": [
        (RENATA, "/quarters/{quarter}/list/close"),
        (AMARA, "/quarters/{quarter before}/list/close"),
        (TOMAS, "/quarters/{next quarter}/list/close"),
    ],
    "progress.week": [
        (RENATA, "/progress/{week}"),
        (TOMAS, "/progress/{week before}?tier=1"),
        (AMARA, "/progress/{week without a list}"),
    ],
    "progress.accounts": [(RENATA, "/progress/{week}/accounts?figure=all&tier=1")],
    "rhythm.index": [(AMARA, "/reviews"), (TOMAS, "/reviews")],
    "rhythm.review": [
        (RENATA, "/reviews/{reviewed}"),
        (TOMAS, "/reviews/{reviewed}"),
        (INES, "/reviews/{week}"),
        (INES, "/reviews/{open review}"),
    ],
    "rhythm.on_paper": [(AMARA, "/reviews/{reviewed}/print")],
    "rhythm.action": [(TOMAS, "/reviews/actions/{action}"), (AMARA, "/reviews/actions/{action}")],
    "rhythm.decision": [(AMARA, "/reviews/decisions/{decision}")],
    "rhythm.when": [(AMARA, "/reviews/rhythm")],
}


def reviewed() -> dict[str, str]:
    """The closed one has a decision and actions; the open one, of the week before those, has a decision."""
    latest = session.scalars(select(Review).order_by(Review.id.desc()).limit(1)).one()
    frozen = select(Snapshot).where(Snapshot.quarter == latest.snapshot.quarter).order_by(Snapshot.week)
    oldest = session.scalars(frozen.limit(1)).one()
    at, amara = clock.now(), session.scalars(select(User).where(User.name.startswith("Amara"))).one()
    review = open_review(oldest, by=amara, at=at)
    today = at.date()
    bet = Bet("Call before we write", Lever.PROCESS, "meetings held", 9, today + timedelta(days=9))
    decide(review, bet, before=1, today=today, by=amara, at=at)
    session.flush()
    return {
        "reviewed": latest.snapshot.week,
        "open review": f"{oldest.week}?quarter={oldest.quarter}",
        "action": session.scalars(select(Action.public_id).where(Action.done_at.is_(None)).limit(1)).one(),
        "decision": session.scalars(select(Decision.public_id).limit(1)).one(),
    }
