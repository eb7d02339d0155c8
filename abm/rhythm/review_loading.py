"""From an address to a review: the week, its snapshot, and whether the reader may write."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, request, url_for

from abm.kit.clock import Week
from abm.kit.db import session
from abm.people.current import organisation, programme
from abm.progress.moments import Moment, moment_of
from abm.progress.snapshots import Snapshot, snapshot_of
from abm.rhythm.review_forms import WhichWeek
from abm.rhythm.reviews import Review, held_review, review_on


@dataclass(frozen=True)
class Found:
    """A finished or running week, with its snapshot and its review where there are."""

    moment: Moment
    snapshot: Snapshot | None
    review: Review | None
    seen: int | None


def find(week: Week, *, hold: bool = False) -> Found:
    """The week that the address names; 404 where its quarter has no day of it. `hold` lets nobody else write."""
    form = WhichWeek(request.args)
    if not form.validate():
        abort(404)
    quarter = organisation().quarter(form.quarter.data) if form.quarter.data else None
    moment = moment_of(organisation(), week, quarter) or abort(404)
    snapshot = snapshot_of(session(), moment, programme().id)
    asked = held_review if hold else review_on
    review = asked(session(), snapshot) if snapshot else None
    return Found(moment, snapshot, review, form.seen.data)


def review_or_404(week: Week, *, hold: bool = False) -> tuple[Moment, Review]:
    """The review of a week; 404 where it was not opened."""
    found = find(week, hold=hold)
    return found.moment, found.review or abort(404)


def address(review: Review, endpoint: str = "rhythm.review", **values: object) -> str:
    """Where a page of a review is."""
    return url_for(
        endpoint,
        week=Week.parse(review.snapshot.week),
        quarter=review.snapshot.quarter,
        **{**review.programme.address, **values},
    )
