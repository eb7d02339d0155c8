"""A confirmed import is applied: all its good rows in one transaction, or none."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from abm.imports.models import Import
from abm.imports.planning import plan_import
from abm.imports.staging import keep_plan, keep_targets, rows_of
from abm.kit.base import session_of
from abm.kit.rules import refuse, require
from abm.people.models import Organisation, User


def locked(session: Session, number: int) -> Import | None:
    """An import whose fate is about to be decided: a second decision waits, and then sees the first."""
    query = select(Import).where(Import.id == number).with_for_update(of=Import)
    return session.scalar(query.execution_options(populate_existing=True))


def apply_import(batch: Import, *, revision: int, organisation: Organisation, by: User, at: datetime) -> bool:
    """Write every good row and close the import; the caller holds its lock and commits.

    The rows are planned again first. Where what we know has changed since the preview so that a row would do
    something else, nothing is applied: the preview shows the new plan, and False is handed back.
    Raises Conflict where the preview is not the one that was seen.
    """
    batch.require_open(revision=revision)
    plan = plan_import(batch, rows_of(batch), organisation=organisation, by=by, at=at, applying=True)
    if keep_plan(batch, plan):
        return False
    require(batch.to_apply, "Every good row is here already, as the file has it: there is nothing to apply.")
    try:
        plan.planner.apply([row for row in plan.rows if row.applies])
        keep_targets(batch, plan)
        batch.close(by=by, at=at)
        session_of(batch).flush()
    except IntegrityError:  # the database's own rules: a name, domain or id was taken in this very moment
        refuse("Somebody wrote about the same rows at the same moment. Nothing is applied: confirm once more.")
    return True
