"""Weeks and a quarter of the public CRM sample's list, as the product says and as pandas says of the tables.

The sample knows deals alone: touches of both sides are drawn, the same each time. Nothing of it is kept.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account
from abm.kit.clock import Week
from abm.outbound.following import follow
from abm.outbound.recounting import recount
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.progress.moments import Moment, moment_of
from abm.progress.snapshots import FreezeCause, take_snapshot
from abm.stages.following import follow_stages
from abm.targets.models import Membership
from abm.targets.queries import list_of
from abm.touches.kinds import Channel, Direction, TouchSide
from abm.touches.logging import log_touch
from tests.maven.listing import QUARTER, STARTS
from tests.maven.world import Maven, organisation_of, person
from tests.progress.comparing import compare_quarter, compare_week

NOW = datetime(2017, 12, 14, 12, 0, tzinfo=UTC)  # a Thursday
OPEN = Week(2017, 50)
OURS, THEIRS = Direction.OUTBOUND, Direction.INBOUND
KINDS = (
    *((Channel.EMAIL, "sent", OURS), (Channel.CALL, "connected", OURS), (Channel.MEETING, "held", OURS)),
    *((Channel.CALL, "meeting booked", OURS), (Channel.WEB, "demo request", THEIRS), (Channel.WEB, "visit", THEIRS)),
)


@pytest.fixture
def session(signed: Maven) -> Iterator[Session]:
    """A year's end of work on the list. It is undone again: other tests look at the same company."""
    with time_machine.travel(NOW, tick=False), signed.session() as session:
        follow(session, organisation=organisation_of(session), at=STARTS + timedelta(hours=9))
        work(session)
        yield session
        session.rollback()


def work(session: Session) -> None:
    """Touches on three of four accounts of the list, more of them on some."""
    draw = random.Random(17)  # noqa: S311 the same each time
    organisation, by = organisation_of(session), person(session, "Priya Raman")
    ids = session.scalars(select(Membership.account_id).distinct().order_by(Membership.account_id)).all()
    for number in range(600):
        channel, outcome, direction = draw.choice(KINDS)
        log_touch(
            session.get_one(Account, draw.choice(ids[: draw.randint(1, len(ids) * 3 // 4)])),
            organisation=organisation,
            by=by,
            at=NOW,
            client_key=f"drawn-{number}",
            imported=True,
            side=draw.choice((TouchSide.SALES, TouchSide.MARKETING)),
            direction=direction,
            channel=channel,
            outcome=outcome,
            when=NOW - timedelta(minutes=draw.randrange(100 * 24 * 60)),
        )
    recount(session, ids)


def moment(session: Session, back: int) -> Moment:
    found = moment_of(organisation_of(session), OPEN.plus(-back))
    assert found is not None
    return found


def test_every_figure_of_an_open_week_and_of_frozen_ones_is_that_of_the_tables(session: Session) -> None:
    organisation, programme = organisation_of(session), session.get_one(Programme, DEFAULT_PROGRAMME)
    for back in (0, 1, 6):
        week = moment(session, back)
        while follow_stages(session):
            session.flush()
        figures = compare_week(session, organisation, week, frozen=False)
        assert (figures.accounts, figures.joint["both"] > 0, figures.pipeline.deals > 0) == (45, True, True)
        if back:
            take_snapshot(session, organisation, programme, week, cause=FreezeCause.TIME, by=None, at=NOW)
            session.flush()
            assert compare_week(session, organisation, week, frozen=True) == figures


@pytest.mark.parametrize("days", [0, 40])
def test_every_figure_of_the_quarter_is_that_of_the_tables(session: Session, days: int) -> None:
    target_list = list_of(session, str(QUARTER))
    assert target_list is not None
    figures = compare_quarter(session, organisation_of(session), target_list, NOW + timedelta(days=days))
    assert (figures.all.accounts, figures.all.opened > 0, figures.all.won > 0) == (45, True, True)
