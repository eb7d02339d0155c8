"""Plays whose day has come and that nobody recorded need whoever answers for them."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from abm.campaigns.recorded import PlayStatus, unrecorded
from abm.kit import clock
from abm.people.access import May, may
from abm.people.models import Organisation, User
from abm.people.waiting import Waiting

WEIGHTS = {PlayStatus.NOT_RECORDED: 42, PlayStatus.DUE: 32}


def waiting_for(session: Session, user: User, organisation: Organisation) -> list[Waiting]:
    """One's own plays that are due or late, with one query: what is not recorded counts nowhere."""
    if not may(user, May.RECORD_PLAYS):
        return []
    today = organisation.today(clock.now())
    return [
        Waiting(
            verb="Record",
            object=f"“{one.what}”",
            why=f"{one.campaign}: {_since(one.status)} on {one.day.day} {one.day:%b}",
            since=organisation.start_of(one.day),
            href=url_for("recording.new", slug=one.slug, public_id=one.play),
            button="Record it",
            weight=WEIGHTS[one.status],
        )
        for one in unrecorded(session, today, user)
    ]


def _since(status: PlayStatus) -> str:
    return "due today," if status is PlayStatus.DUE else "not recorded though it was due"
