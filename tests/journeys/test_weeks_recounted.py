"""The weeks and the quarter of the demonstration, as the product says and as pandas says of the tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from abm.kit import clock
from abm.kit.clock import Week
from abm.kit.db import session, writing
from abm.people.current import organisation
from abm.progress.moments import moment_of
from abm.progress.snapshots import Snapshot
from abm.targets.queries import list_of
from tests.progress.comparing import compare_quarter, compare_week


@pytest.fixture
def asked(demonstration: Flask) -> Iterator[None]:
    with demonstration.test_request_context(), writing(False):
        yield


@pytest.mark.usefixtures("asked")
def test_every_figure_of_the_open_week_is_that_of_the_tables() -> None:
    moment = moment_of(organisation(), organisation().current_week())
    assert moment is not None
    assert compare_week(session(), organisation(), moment, frozen=False).accounts > 100


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("back", [0, 1, 4])
def test_every_figure_of_a_frozen_week_is_that_of_the_tables(back: int) -> None:
    latest = select(Snapshot).order_by(Snapshot.week.desc(), Snapshot.quarter.desc())
    snapshot = session.scalars(latest.offset(back).limit(1)).one()
    quarter = organisation().quarter(snapshot.quarter)
    moment = moment_of(organisation(), Week.parse(snapshot.week), quarter)
    assert moment is not None
    figures = compare_week(session(), organisation(), moment, frozen=True)
    assert (figures.accounts > 100, figures.joint["both"] > 0, figures.pipeline.deals > 0) == (True, True, True)
    assert all(promise.wanted for promise in figures.promises.values())


def test_every_figure_of_the_quarter_is_that_of_the_tables(asked: None) -> None:
    target_list = list_of(session(), str(organisation().current_quarter()), 1)
    assert target_list is not None
    figures = compare_quarter(session(), organisation(), target_list, clock.now())
    assert figures.all.accounts > 100
