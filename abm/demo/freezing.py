"""The demonstration's past weeks: the last two were frozen by their reviews, those before on their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from abm.demo.founding import World
from abm.kit import clock
from abm.kit.web import in_one_state
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.progress.moments import Moment
from abm.progress.schedule import due_to_freeze, freezes_at
from abm.progress.snapshots import FreezeCause, take_snapshot

REVIEWED = 2  # weeks
UNTIL_MIDNIGHT = timedelta(hours=14)  # from ten in the morning


def freeze_the_weeks(world: World) -> None:
    """Every week that is over. Commits what was told so far."""
    world.session.commit()
    organisation = world.organisation
    due = [moment for _, moment in due_to_freeze(world.session, organisation, clock.now())]
    for moment in due:
        ends = freezes_at(organisation, moment.last)
        reviewed = moment in due[-REVIEWED:]
        at = ends - UNTIL_MIDNIGHT if reviewed else ends
        in_one_state(world.session, partial(_freeze, world, moment, at, reviewed=reviewed))


def _freeze(world: World, moment: Moment, at: datetime, *, reviewed: bool) -> None:
    programme = world.session.get_one(Programme, DEFAULT_PROGRAMME)
    cause, by = (FreezeCause.REVIEW, world.people.amara) if reviewed else (FreezeCause.TIME, None)
    take_snapshot(world.session, world.organisation, programme, moment, cause=cause, by=by, at=at)
