"""What the tests of reviews begin with: a week that was frozen on the Monday after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from abm.kit.clock import Week
from abm.kit.web import in_one_state
from abm.people.models import User
from abm.people.programmes import DEFAULT_PROGRAMME, Programme
from abm.progress.moments import moment_of
from abm.progress.snapshots import FreezeCause, Snapshot, take_snapshot
from abm.rhythm.reviews import Review, open_review
from abm.touches.kinds import Channel, TouchSide
from tests.cast import Cast, sign_in
from tests.progress.ground import MONDAY, NOW, WEEK, Ground

LAST = WEEK.plus(-1)
TODAY = date(2026, 11, 26)


class Meeting:
    """The week before, with one meeting held on the tier 2 account, and its review."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.session, self.cast = ground, ground.session, ground.cast
        ground.log(2, TouchSide.SALES, MONDAY - timedelta(days=5), (Channel.MEETING, "held"))

    def freeze(self, week: Week = LAST, at: datetime = NOW) -> Snapshot:
        taken = in_one_state(self.session, lambda: self._take(week, at))
        assert taken is not None
        return taken

    def _take(self, week: Week, at: datetime) -> Snapshot | None:
        organisation, programme = self.cast.organisation, self.session.get_one(Programme, DEFAULT_PROGRAMME)
        moment = moment_of(organisation, week)
        assert moment is not None
        return take_snapshot(
            self.session, organisation, programme, moment, cause=FreezeCause.REVIEW, by=self.cast.amara, at=at
        )

    def open(self, week: Week = LAST, at: datetime = NOW) -> Review:
        review = open_review(self.freeze(week, at), by=self.cast.amara, at=at)
        self.session.commit()
        return review

    def enter(self, client: FlaskClient, user: User) -> FlaskClient:
        self.session.refresh(user)
        self.session.commit()
        return sign_in(client, user)


def said(answer: TestResponse) -> str:
    """What a page says, its entities read."""
    return answer.text.replace("&#39;", "'").replace("&amp;", "&").replace("&ldquo;", "“")


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def meeting(session: scoped_session[Session], cast: Cast, today: None) -> Meeting:
    return Meeting(Ground(session(), cast))
