"""The demonstration's past weeks, each frozen when its time came."""

from __future__ import annotations

from functools import partial

from abm.demo.founding import World
from abm.kit import clock
from abm.kit.web import in_one_state
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.progress.moments import Moment
from abm.progress.schedule import due_to_freeze, freezes_at
from abm.progress.snapshots import FreezeCause, take_snapshot


def freeze_the_weeks(world: World) -> None:
    """Every week that is over. Commits what was told so far."""
    world.session.commit()
    organisation = world.organisation
    for _, moment in due_to_freeze(world.session, organisation, clock.now()):
        in_one_state(world.session, partial(_freeze, world, moment))


def _freeze(world: World, moment: Moment) -> None:
    organisation, programme = world.organisation, world.session.get_one(Programme, DEFAULT_PROGRAMME)
    at = freezes_at(organisation, moment.last)
    take_snapshot(world.session, organisation, programme, moment, cause=FreezeCause.TIME, by=None, at=at)
