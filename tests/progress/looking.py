"""To look at a week that a process keeps, beside the facts; and to tell history what it would not tell by itself."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from abm.audit.models import Event
from abm.kit.clock import Week
from abm.people.programmes import DEFAULT_PROGRAMME
from abm.progress.lately import Looking, Weeks
from abm.progress.reading import ShownWeek, standing_week
from tests.progress.freezing import of
from tests.progress.ground import WEEK, Ground


def looked(ground: Ground, weeks: Weeks, week: Week = WEEK) -> ShownWeek:
    """What the process shows, which is what the facts say."""
    session, organisation, moment = ground.session, ground.cast.organisation, of(ground, week)
    session.flush()
    shown = Looking(session, organisation, moment, DEFAULT_PROGRAMME).up_to_date(weeks)
    standing = standing_week(session, organisation, moment, DEFAULT_PROGRAMME)
    assert shown is not None
    assert standing is not None
    assert (shown.rows, shown.list, shown.stages) == (standing.rows, standing.list, standing.stages)
    assert shown.figures(shown.rows) == standing.figures(standing.rows)
    return shown


def tell(session: Session, facts: dict[str, object]) -> None:
    session.execute(insert(Event), [facts])
    session.flush()
