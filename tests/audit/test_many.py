"""The events of many changes at once are as good as those of one: their bytes, their place in the chain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from abm.audit.models import Change, Event, Personal, record, record_many
from abm.audit.seal import seal_events, verify
from tests.cast import Cast

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
AFTER = {"name": "Tomás", "since": AT.date(), "tier": 2, "note": None}
TOLD = ("at", "actor_id", "subject", "subject_id", "verb", "before", "after", "request")


def seen(session: Session) -> Sequence[Event]:
    return session.scalars(select(Event).where(Event.verb == "greeted").order_by(Event.id)).all()


@pytest.mark.parametrize("personal", [None, {"phone": "+49 30 1234"}], ids=["plain", "personal"])
def test_many_events_say_what_one_says_and_hold_in_the_chain(
    cast: Cast, session: scoped_session[Session], personal: dict[str, object] | None
) -> None:
    record(cast.tomas, "greeted", by=cast.ines, at=AT, after=AFTER, personal=personal)
    changes = [Change(cast.tomas, "greeted", after=AFTER, personal=personal) for _ in range(3)]
    record_many(session(), changes, by=cast.ines, at=AT)
    session.commit()
    session.expire_all()
    one, *many = seen(session())
    assert len(many) == 3
    for event in many:
        assert [getattr(event, name) for name in TOLD] == [getattr(one, name) for name in TOLD]
        assert event.mac == event.expected_mac()
    assert len({event.public_id for event in (one, *many)}) == 4
    assert len(session.scalars(select(Personal.event_id).where(Personal.event_id.in_([e.id for e in many]))).all()) == (
        3 if personal else 0
    )
    seal_events(session())
    assert verify(session()) == []


def test_no_change_is_no_event(cast: Cast, session: scoped_session[Session]) -> None:
    record_many(session(), [], by=cast.ines, at=AT)
    assert seen(session()) == []
