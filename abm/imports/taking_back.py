"""Touches that came from a file which should not have: all of them voided together, with the reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from abm.accounts.changes import check_text
from abm.accounts.models import ExternalId
from abm.imports.models import Action, Import, ImportRow, Kind
from abm.imports.planned import in_chunks
from abm.imports.touch_rows import KIND
from abm.kit.base import session_of
from abm.kit.rules import require
from abm.kit.text import paragraphs
from abm.outbound.recounting import recount
from abm.people.models import Organisation, User
from abm.touches.bulk import chunks, hold_accounts, void_many
from abm.touches.models import Touch


def take_back(batch: Import, *, reason: str, organisation: Organisation, by: User, at: datetime) -> int:
    """Void every touch that an applied file added, and hand back how many still counted; the caller holds its lock.

    The other system's ids are forgotten with them, so that the file can come in again once it is mended. An opt-out
    stands: nobody who wants to be left alone is reached because a file was wrong.
    """
    session = session_of(batch)
    require(batch.kind is Kind.TOUCHES, "Only touches can be taken back as a whole.")
    require(reason.strip(), "Say why these touches do not count.", field="reason")
    check_text(reason, field="reason")
    added = (ImportRow.import_id == batch.id, ImportRow.action == Action.ADD, ImportRow.target_id.is_not(None))
    ids = [number for number in session.scalars(select(ImportRow.target_id).where(*added)) if number is not None]
    accounts = sorted({row[0] for row in in_chunks(session, select(Touch.account_id), Touch.id, ids)})
    hold_accounts(session, accounts)
    why, whole = paragraphs(reason), f"the file {batch.filename}"
    voided = void_many(session, ids, reason=why, told_with=whole, organisation=organisation, by=by, at=at)
    for chunk in chunks(ids):
        session.execute(delete(ExternalId).where(ExternalId.kind == KIND, ExternalId.row_id.in_(chunk)))
    for chunk in chunks(accounts):
        recount(session, chunk, held=True)
    batch.take_back(reason=why, touches=len(voided), by=by, at=at)
    return len(voided)
