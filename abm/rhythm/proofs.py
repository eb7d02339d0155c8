"""Whether frozen weeks and minutes are still what they were when they were frozen."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from abm.agreement.canonical import digest_of
from abm.audit.models import Event
from abm.progress.snapshots import Snapshot
from abm.rhythm.reviews import Review


def altered(session: Session) -> Iterator[str]:
    """Each snapshot and each review's minutes whose bytes, digest and audit event do not agree, in a sentence.

    The event says the digest and cannot be changed unseen (`abm audit verify`). One snapshot at a time is in memory.
    """
    told = _digests(session, "snapshot", "frozen")
    for snapshot in session.scalars(select(Snapshot).order_by(Snapshot.id).execution_options(yield_per=1)):
        if not digest_of(snapshot.content) == snapshot.digest == told.get(snapshot.id):
            yield f"The snapshot of {snapshot.week} of {snapshot.quarter} is not what was frozen."
        session.expunge(snapshot)
    told = _digests(session, "review", "closed")
    closed = select(Review).where(Review.closed_at.is_not(None)).options(undefer(Review.minutes)).order_by(Review.id)
    for review in session.scalars(closed):
        if not digest_of(review.minutes or b"") == review.minutes_digest == told.get(review.id):
            yield f"The minutes of the review of {review.snapshot.week} are not what was closed."


def _digests(session: Session, subject: str, verb: str) -> dict[int, str]:
    """The digest that the audit trail has, by the id of what was frozen."""
    rows = session.execute(select(Event.subject_id, Event.after).where(Event.subject == subject, Event.verb == verb))
    return {row.subject_id: str(row.after.get("digest")) for row in rows}
