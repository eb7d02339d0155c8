"""A play that happened, with what it means for what was promised: recorded, corrected or voided in one go."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from abm.campaigns.models import Campaign
from abm.campaigns.play_records import PlayRecord
from abm.campaigns.recording import Recorded, Telling, record_play, void_record
from abm.kit.base import session_of
from abm.kit.rules import require
from abm.outbound.recounting import recount
from abm.people.models import Organisation, User
from abm.touches.bulk import chunks


def record_and_count(
    campaign: Campaign, telling: Telling, *, organisation: Organisation, by: User, at: datetime
) -> Recorded:
    """Record a play, and count it towards what Marketing promised."""
    recorded = record_play(campaign, telling, organisation=organisation, by=by, at=at)
    _recount(session_of(campaign), recorded.touched)
    return recorded


def void_and_count(row: PlayRecord, *, reason: str, organisation: Organisation, by: User, at: datetime) -> None:
    """Take a record back, and what it counted for with it."""
    accounts = void_record(row, reason=reason, organisation=organisation, by=by, at=at)
    _recount(session_of(row), accounts)


def correct_and_count(
    row: PlayRecord, telling: Telling, *, reason: str, organisation: Organisation, by: User, at: datetime
) -> Recorded:
    """Replace a record by what was really so: the former is voided with the reason, and both stay in the history."""
    require(reason.strip(), "Say what was wrong.", field="reason")
    session = session_of(row)
    accounts = void_record(row, reason=reason, organisation=organisation, by=by, at=at)
    session.flush()
    told = dataclasses.replace(telling, corrects=row)
    recorded = record_play(row.campaign, told, organisation=organisation, by=by, at=at)
    _recount(session, sorted({*accounts, *recorded.touched}))
    return recorded


def _recount(session: Session, account_ids: Sequence[int]) -> None:
    for chunk in chunks(account_ids):
        recount(session, chunk)
